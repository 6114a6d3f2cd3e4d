"""The process that finds a long file's stubs, and may die of it: apart.py starts it and hears what it found."""

from __future__ import annotations

import pickle
import sys

from fimbot.errors import ParseError
from fimbot.stubs.find import stubs_here
from fimbot.values import Skip, Stub


def main() -> None:
    file, added = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent's
    try:
        found: tuple[Stub | Skip, ...] | str = stubs_here(file, added)
    except ParseError as error:
        found = str(error)
    pickle.dump(found, sys.stdout.buffer)
