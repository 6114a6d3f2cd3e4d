"""What is a stub, per language: a callable touched by added lines in whose body there is only filler."""
