"""Whether the fills of a file hold in it, all at once: each of them was made and proved in its frame alone."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from fimbot.errors import ParseError
from fimbot.fills.frame import byte_edit, edit_of, placed_in_file, placeholder
from fimbot.fills.outline import CONTENT_END, Outline, Placed, after_blanks, before_blanks, outline
from fimbot.stubs.language import walk
from fimbot.stubs.lines import Spans
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import Edit, Fill, Skip, Stub


def prove_all(files: Mapping[str, ParsedFile], fills: Sequence[Fill | Skip]) -> tuple[Fill | Skip, ...]:
    """Return the fills that hold together in their files, and a Skip for each that does not."""
    by_path: dict[str, list[Fill]] = {}
    for fill in fills:
        if isinstance(fill, Fill):
            by_path.setdefault(fill.stub.path, []).append(fill)
    proved: dict[str, Fill | Skip] = {}
    for path, here in by_path.items():
        kept, dropped = prove_together(files[path], here)
        proved |= {each.stub.id: each for each in kept}
        proved |= {each.stub.id: each for each in dropped}
    return tuple(proved[each.stub.id] if isinstance(each, Fill) else each for each in fills)


def prove_together(file: ParsedFile, fills: Sequence[Fill]) -> tuple[tuple[Fill, ...], tuple[Skip, ...]]:
    """Return the fills of one file that hold in it together, and why each other one does not, in the file's order."""
    apart: list[Fill] = []
    dropped: list[Skip] = []
    for fill in sorted(fills, key=lambda fill: (fill.stub.hole.start, fill.stub.hole.end, fill.stub.id)):
        hole, last = fill.stub.hole, apart[-1].stub.hole if apart else None
        if last is not None and (hole.start < last.end or hole.start == last.end == last.start):
            dropped.append(Skip(fill.stub, "another fill takes the same place"))
        else:
            apart.append(fill)
    kept: list[Fill] = []
    # All at once, and by halves where they do not hold: to ask one by one took 8 s for 400, four times that for 800.
    pending = [apart]
    while pending:
        part = pending.pop()
        reason = reason_in_file(file, [(each.stub, each.text) for each in (*kept, *part)])
        if reason is None:
            kept += part
        elif len(part) == 1:
            dropped.append(Skip(part[0].stub, f"with the other fills of this file, {reason}" if kept else reason))
        else:
            half = len(part) // 2
            pending += [part[half:], part[:half]]
    return tuple(kept), tuple(dropped)


def reason_in_file(file: ParsedFile, fills: Sequence[tuple[Stub, str]]) -> str | None:
    """Why these stubs and texts, in the file's order, must not be in it; None where nothing speaks against it.

    Each hole's owners begin and end where they do with a smallest body in it, and beside the holes nothing has another
    structure. A reason also where the parser does not get through.
    """
    if not fills:
        return None
    try:
        reference, small = placed_in_file(file, [byte_edit(stub, placeholder(file, stub)) for stub, _ in fills])
        edits = [
            Edit(place.start, place.end, edit_of(stub, text).replacement)
            for place, (stub, text) in zip(small, fills, strict=True)
        ]
        filled, placed = placed_in_file(reference, edits)
    except ParseError as error:
        return f"the file with the answer {error}"
    moved = _Moved(small, placed)
    for before, after in zip(small, placed, strict=True):
        expected = outline(reference.root, before, chain_only=True)
        found = outline(filled.root, after, chain_only=True)
        if found.errors_inside or (filled.root.has_error and not reference.root.has_error):
            return "the answer does not parse"
        if [*map(moved.span, _spans(expected, before))] != _spans(found, after):
            return "the answer changes the code around the hole"
    if max(reference.errors, filled.errors) > file.errors:
        return "the file would hold more syntax errors than before"
    changed = reference.changed_ranges(edits, filled)
    # A range may be as long as the list that the hole is the first of, with all the same in it: then it is looked at.
    if _beside_changed(changed, filled.source, placed) and (
        [*_beside(reference, small, changed, moved.offset)] != [*_beside(filled, placed, changed, lambda at: at)]
    ):
        return "the answer changes the code around the hole"
    return None


Span = tuple[str, int, int, int]
"""Type, depth, first byte, end; -1 for an end inside a hole."""


def _spans(found: Outline, placed: Placed) -> list[Span]:
    """Return the nodes around a hole, the outermost first."""
    spans: list[Span] = []
    for kind, depth, begins, ends, _ in found.trace:
        end = placed.end + ends if ends > 0 else placed.content_end if ends == CONTENT_END else -1
        spans.append((kind, depth, max(begins, -1), end))
    return spans


class _Moved:
    """Where an offset of the file with smallest bodies is in the file with the fills."""

    def __init__(self, small: Sequence[Placed], placed: Sequence[Placed]) -> None:
        self._ends = [each.end for each in small]
        grown = (
            after.end - after.start - (before.end - before.start) for before, after in zip(small, placed, strict=True)
        )
        self._shifts = [0, *accumulate(grown)]
        self._content_ends = {
            before.content_end: after.content_end for before, after in zip(small, placed, strict=True)
        }

    def span(self, span: Span) -> Span:
        return span[0], span[1], self.offset(span[2]), self.offset(span[3])

    def offset(self, at: int) -> int:
        """Return the offset of one outside the holes, or at the end of what a hole holds."""
        return self._content_ends.get(at, at + self._shifts[bisect_right(self._ends, at)])


def _beside_changed(changed: Sequence[tuple[int, int]], source: bytes, placed: Sequence[Placed]) -> bool:
    """Whether one of the ranges goes beyond a hole, blanks aside."""
    starts = [place.start for place in placed]
    for start, end in changed:
        at = after_blanks(source, start)
        while at < end:
            place = placed[bisect_right(starts, at) - 1]
            if not place.start <= at < place.end:
                return True
            at = after_blanks(source, place.end)
    return False


def _beside(
    file: ParsedFile, placed: Sequence[Placed], changed: Sequence[tuple[int, int]], offset: Callable[[int], int]
) -> Iterator[tuple[str, int, int, bool]]:
    """Return the nodes of the changed ranges that are beside every hole, blanks at their ends aside.

    `offset` maps those of the file to those of the ranges.
    """
    holes = Spans((place.start, place.end - 1) for place in placed)
    ranges = Spans((start, end) for start, end in changed)
    for node in walk(file.root, lambda node: ranges.touch(offset(node.start_byte), offset(node.end_byte))):
        first, last = after_blanks(file.source, node.start_byte), before_blanks(file.source, node.end_byte)
        if (first < last or node.is_missing) and not holes.touch(first, last - 1):
            yield node.type, offset(first), offset(last), node.is_missing
