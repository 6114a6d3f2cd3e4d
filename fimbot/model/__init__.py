"""The embedded model's file: where it lies, how it is fetched, how it is removed."""
