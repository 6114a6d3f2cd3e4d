"""From a stub to the text that an engine is shown: nearest code first, within a token budget, without secrets.

window.py     build_window: what is kept when not everything fits
outline.py    which lines are header, field, import, neighbour or closer, from the syntax tree
lines.py      the file as lines of valid text, cost and secrets known for each
tokens.py     how many tokens a text is
context.py    gather_context: definitions, call sites and tests from elsewhere in the repository
secrets.py    what must not leave the machine
"""
