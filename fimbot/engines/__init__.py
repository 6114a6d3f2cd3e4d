"""Engines: from a window to what a fill-in-the-middle model writes into its hole."""
