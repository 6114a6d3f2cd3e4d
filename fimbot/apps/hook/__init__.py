"""What the hook needs beside the flow: which change is meant, what was refused before, and what waits for later.

stage.py        the change that is about to be made: a commit, a merge or a push
kept.py         stubs that were shown and kept, so that nobody is told twice
hand_over.py    answers that were not ready in time, finished by a process of its own
give_up.py      the end of the commit's patience, whatever fimbot is doing
message.py      what is printed: at most a screenful
scripts.py      the scripts that `fimbot install` writes for git
"""
