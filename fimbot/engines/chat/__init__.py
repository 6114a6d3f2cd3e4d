"""Chat models as fill-in-the-middle engines: asked for the middle only, and what they answer is aligned to it.

prompt.py     the two messages
unwrap.py     fences, prose, our own markers, thoughts
repeats.py    what the answer repeats of the code before and after the hole
align.py      both in one: from any answer to the middle, whole or while it streams
engine.py     the engine, whichever protocol it speaks; parameters that a model refuses
"""
