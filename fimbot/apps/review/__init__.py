"""What is to be said on a pull request: decisions over frozen facts, and the few writes that follow from them."""
