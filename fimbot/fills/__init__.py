"""From an engine's answer to a fill that takes exactly the hole, or the reason why there is none.

make.py       make_fill: the steps below, in this order
clean.py      fences, prose, special tokens, characters that nobody can see
overlap.py    what the answer repeats of the code before and after the hole
cut.py        where the hole ends in the answer
indent.py     the file's indentation instead of the model's
prove.py      prove, prove_together: nothing outside the hole changes, and it is an answer
frame.py      the trees that cut and prove compare
stream.py     hole_complete: the same cut while the answer streams in
names.py      undefined_name: whether it uses a name that is defined nowhere
imports.py    needed_imports: import lines for what the fill uses
"""
