"""The windows of all stubs of a change: what a file's stubs share is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from fimbot.errors import ParseError
from fimbot.stubs.find import stubs_of
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import WHOLE_FILE, Skip, Stub, Window
from fimbot.windows.context import Neighbourhood, Read, gather_context
from fimbot.windows.lines import Lines, lines_of
from fimbot.windows.others import OtherStubs
from fimbot.windows.window import build_window

_Shared = tuple[Neighbourhood, Lines, OtherStubs]


def build_windows(
    wanted: Sequence[Stub],
    files: Mapping[str, ParsedFile],
    paths: Callable[[], Iterable[str]],
    read: Read,
    budget: int,
) -> Iterator[Window | Skip]:
    """Build a window of at most `budget` tokens for each stub, in their order; a Skip where the window cannot hold it,
    or the parser does not get through its file.

    `paths` and `read` tell of the repository; they are asked only where something in it may help.
    """
    known: dict[str, _Shared | str] = {}
    for stub in wanted:
        file = files[stub.path]
        try:
            if stub.path not in known:
                lines = lines_of(file)
                known[stub.path] = Neighbourhood(file, paths, read), lines, OtherStubs(lines, unfilled(file))
            shared = known[stub.path]
            window = Skip(stub, shared) if isinstance(shared, str) else _window(file, stub, shared, budget)
        except ParseError as error:
            known[stub.path] = reason = f"the file {error}"
            window = Skip(stub, reason)
        yield window


def _window(file: ParsedFile, stub: Stub, shared: _Shared, budget: int) -> Window | Skip:
    around, lines, others = shared
    context = gather_context(stub, around, budget=budget)
    return build_window(file, stub, budget=budget, context=context, lines=lines, others=others)


def unfilled(file: ParsedFile) -> tuple[Stub, ...]:
    """Return every stub of the file, also those that the change does not touch."""
    return tuple(
        found
        for found in stubs_of(file, (WHOLE_FILE,))
        if isinstance(found, Stub) and found.kind in ("empty-body", "placeholder") and found.tier != "report"
    )
