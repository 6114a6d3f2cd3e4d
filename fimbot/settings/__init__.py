"""Settings: where each value came from, and what it may be."""
