"""The embedded model's file: which one it is, and where it lies (fimbot/apps/model fetches it)."""
