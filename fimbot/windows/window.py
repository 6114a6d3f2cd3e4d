"""The text around a stub that an engine is shown, cut at line ends to a token budget.

What is left out is left out without a mark: a comment that says "..." is what a model then writes, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from fimbot.secrets import redactor, withheld_file
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import ContextPart, Skip, Stub, Window, Withheld
from fimbot.windows.context import part_pieces
from fimbot.windows.lines import LONGEST_LINE, Line, Lines, decode, lines_of
from fimbot.windows.others import OtherStubs
from fimbot.windows.outline import Outline, Rows, Span, Unit, outline, parts
from fimbot.windows.tokens import pieces_within, tokens_of

# Shares of the budget. What is kept before all else may not take everything, or a class of 300 constants would
# leave no room for the method above the hole.
_DOCS = 0.35
_FIELDS = 0.25
_IMPORTS = 0.2
_CONTEXT = 0.35
"""Of what is left for neighbours and context, where there are more neighbours than room."""
_BEFORE = 0.6
"""Of the neighbours' room, what comes before the hole; an unused share goes to the other side."""

_MARKER = re.compile(rb"(?i)^(\W*)(?:todo|fixme|xxx|hack|bug)\b(?:\([^)]*\)|\s*@\w+)?\s*[:-]?[ \t]*")
_SAYS_NOTHING = re.compile(
    rb"(?i)(?:please )?implement(?: (?:this|me|the (?:method|function|body)))?|not (?:yet )?implemented(?: yet)?"
)
_SAYS_MORE = re.compile(rb"[^\W\d_]")

_MAX_IMPORTS = 1000
"""That are looked at one by one: 80,000 take three seconds."""

_MISSES = 8
"""Neighbours too large for the room, after which what is farther away is no neighbour."""


@dataclass(slots=True)
class _Room:
    """The rows kept so far, and the pieces still free."""

    lines: Lines
    hole: Span
    left: int
    hidden: Callable[[int], bool]
    """Whether a row is never kept: other stubs."""
    kept: set[int] = field(default_factory=set)

    def cost(self, span: Rows, limit: int) -> int:
        """Pieces of the rows that are not kept yet; more than `limit` where it is certain to be more."""
        return self._free(span, limit)[1]

    def _free(self, span: Rows, limit: int) -> tuple[list[int], int]:
        """Return the rows that are not kept yet, up to `limit` pieces, and their cost as `cost` returns it."""
        lines, kept, hidden, hole = self.lines, self.kept, self.hidden, self.hole
        rows: list[int] = []
        cost = 0
        for row in range(span.first, min(span.last + 1, len(lines))):
            if row in kept or hole.first <= row <= hole.last or hidden(row):
                continue
            cost = limit + 1 if row in lines.data_rows else cost + lines[row].pieces
            if cost > limit:
                break
            rows.append(row)
        return rows, cost

    def take(self, span: Rows, limit: int) -> bool:
        """Keep the rows if they cost at most `limit` pieces."""
        limit = min(limit, self.left)
        rows, cost = self._free(span, limit)
        if cost > limit:
            return False
        self.kept.update(rows)
        self.left -= cost
        return True

    def take_each(self, spans: Iterable[Rows], limit: int) -> None:
        """Keep those that fit, in this order, `limit` pieces in all."""
        for span in spans:
            before = self.left
            if self.take(span, limit):
                limit -= before - self.left


def build_window(
    file: ParsedFile,
    stub: Stub,
    *,
    budget: int,
    context: Sequence[ContextPart] = (),
    lines: Lines | None = None,
    others: OtherStubs | None = None,
) -> Window | Skip:
    """Return what an engine is shown of the file for this stub, in at most `budget` tokens by estimate.

    `context` is in the order in which it is worth keeping; each part is kept whole or not at all. `lines` are the
    file's and `others` its other stubs, where the caller has them. A Skip where the file holds secrets by its name, or
    where the callable's header alone is more than the budget.
    """
    reason = withheld_file(stub.path)
    if reason is not None:
        return Skip(stub, reason)
    lines = lines or lines_of(file)
    hole = Span(lines.row_of(stub.hole.start), lines.row_of(stub.hole.end))
    too_small = Skip(stub, f"window does not fit: the lines around the hole alone are more than {budget} tokens")
    pieces = pieces_within(budget)
    if stub.hole.start - lines.start_of(hole.first) > LONGEST_LINE:
        return too_small
    if lines.start_of(hole.last + 1) - stub.hole.end > LONGEST_LINE:
        return too_small
    above, below = _edges(lines, stub, hole)
    free = pieces - sum(line.pieces for line in above + below)
    if free < 0:
        return too_small
    room = _Room(lines, hole, free, (others or OtherStubs(lines, ())).hidden_from(stub))
    extra = _Extra(context, stub.path)
    # Nothing to choose where the file leaves the context its share.
    if not room.take(Span(0, len(lines)), int(room.left * (1 - _CONTEXT * bool(context)))):
        found = outline(file.root, stub, file.source, file.language)
        if not all(room.take(span, pieces) for span in (found.signature, *found.own_closers)):
            return too_small
        _keep_first(room, found, pieces)
        extra.take(room, int(room.left * _CONTEXT))
        _keep_near(room, found)
        if extra.drop_shown(room):
            _keep_near(room, found)
    extra.take(room, room.left)
    rows = sorted(room.kept)
    prefix = [*(lines[row] for row in rows if row < hole.first), *above]
    suffix = [*below, *(lines[row] for row in rows if row > hole.last)]
    return _window(stub, prefix, suffix, extra)


def _window(stub: Stub, prefix: list[Line], suffix: list[Line], extra: _Extra) -> Window:
    before, after = ("".join(line.text for line in side) for side in (prefix, suffix))
    context = tuple(part for _, (part, _) in sorted(extra.kept.items()))
    texts = [before, after, *(text for part in context for text in (part.path, part.text))]
    pieces = sum(line.pieces for line in prefix + suffix) + sum(cost for _, cost in extra.kept.values())
    withheld = [entry for line in prefix + suffix for entry in line.withheld]
    withheld += [entry for index in sorted(extra.kept) for entry in extra.withheld[index]]
    size = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return Window(stub, before, after, context, tokens_of(pieces, size), tuple(withheld))


def _edges(lines: Lines, stub: Stub, hole: Span) -> tuple[list[Line], list[Line]]:
    """What stands on the hole's own lines: before it, with the TODO text that it swallows, and after it."""
    start, end = lines.start_of(hole.first), lines.start_of(hole.last + 1)
    before = lines.part(start, stub.hole.start)
    after = lines.part(stub.hole.end, end)
    comment = [lines.made(line, hole.first) for line in _comment_lines(stub, lines.source)]
    lead, tail = lines.made(stub.hole.lead, hole.first), lines.made(stub.hole.tail, hole.last)
    above = [*comment, before] if stub.hole.shape == "expression" else [before, lead, *comment]
    return above, [tail, after]


def _comment_lines(stub: Stub, source: bytes) -> list[bytes]:
    """The TODO text without its marker: a model that reads "TODO" writes a stub, and it is about to be done."""
    comment = stub.comment.encode("utf-8", "surrogateescape")
    if not comment.strip() or comment in source[stub.start : stub.hole.start]:
        return []
    indent = stub.hole.indent.encode()
    rows = [_MARKER.sub(rb"\1", row) for row in comment.strip(b"\r\n").split(b"\n") if len(row) <= LONGEST_LINE]
    # As it stands in the file: the first line may have lost its indentation, the others have theirs.
    rows = [indent + row.removeprefix(indent).rstrip() + b"\n" for row in [rows[0].lstrip(), *rows[1:]] if row]
    return rows if any(_SAYS_MORE.search(_SAYS_NOTHING.sub(b"", row)) for row in rows) else []


def _keep_first(room: _Room, found: Outline, pieces: int) -> None:
    """What a fill cannot do without, each part with a share of its own."""
    limit = int(pieces * _DOCS)
    for span in found.docs:
        limit -= _take_partly(room, span, limit)
    room.take_each((*found.own_headers, *found.headers, *found.closers), room.left)
    if all(room.cost(span, 0) == 0 for span in found.headers):
        room.take_each(found.fields, int(pieces * _FIELDS))
    limit = int(pieces * _IMPORTS)
    if sum(room.cost(span, limit) for span in found.imports) <= limit:
        room.take_each(found.imports, limit)
        return
    named = set(_WORD.findall("".join(room.lines[row].text for row in sorted(room.kept))))
    for wanted in (True, False):
        for span in found.imports[:_MAX_IMPORTS]:
            if _names_one(room.lines, span, named) is wanted:
                limit -= _take_partly(room, span, limit)


_WORD = re.compile(r"[A-Za-z_]\w+")
_IMPORT_WORDS = frozenset({"import", "from", "use", "using", "package", "include", "require", "as", "const", "static"})


def _names_one(lines: Lines, span: Rows, named: set[str]) -> bool:
    """Whether an import names a word of the lines that are kept."""
    rows = range(span.first, min(span.last + 1, span.first + 40))
    words = (word for row in rows if row not in lines.data_rows for word in _WORD.findall(lines[row].text))
    return any(word in named and word not in _IMPORT_WORDS for word in words)


def _take_partly(room: _Room, span: Rows, limit: int) -> int:
    """Keep the span, or its first lines and its last one (which closes a docstring or a list); what it cost."""
    before = room.left
    limit = min(limit, before)
    if not room.take(span, limit):
        last = span.last
        while last > span.first and room.lines.is_blank(last):
            last -= 1
        ends = room.cost(Span(span.first, span.first), limit) + room.cost(Span(last, last), limit)
        if last > span.first and ends <= limit:
            room.take(Span(last, last), limit)
            for row in range(span.first, last):
                if not room.take(Span(row, row), limit - (before - room.left)):
                    break
    return before - room.left


def _keep_near(room: _Room, found: Outline) -> None:
    """The nearest neighbours on both sides, an unused share going to the other side."""
    share = int(room.left * _BEFORE)
    whole = room.left
    _take_units(room, found.before, share)
    _take_units(room, found.after, whole - share)
    for units in (found.before, found.after):
        missed = _take_units(room, units, room.left)
        if missed is not None:
            _take_parts(room, missed, units is found.before)


def _take_units(room: _Room, units: Sequence[Unit], limit: int) -> Unit | None:
    """Keep the units that fit, the nearest first; the first that did not."""
    limit = min(limit, room.left)
    missed: list[Unit] = []
    for unit in units:
        before = room.left
        if room.take(unit, limit):
            limit -= before - room.left
        else:
            missed.append(unit)
            if len(missed) == _MISSES:
                break
    return missed[0] if missed else None


def _take_parts(room: _Room, unit: Unit, before: bool) -> None:
    """Of a neighbour that is larger than the room: its header, and of what is in it the nearest to the hole.

    Not its header alone: a function without a body is what a model then writes, too.
    """
    frame, inside = parts(unit)
    nearest = inside[::-1] if before else inside
    limit = room.left - sum(room.cost(span, room.left) for span in frame)
    if frame and limit >= room.left // 2 and any(room.cost(span, limit) <= limit for span in nearest[:_MISSES]):
        room.take_each(frame, room.left)
        _take_units(room, nearest, room.left)


@dataclass(slots=True)
class _Extra:
    """The context parts, without secrets, and which of them are kept."""

    context: Sequence[ContextPart]
    path: str
    kept: dict[int, tuple[ContextPart, int]] = field(default_factory=dict)
    withheld: dict[int, list[Withheld]] = field(default_factory=dict)

    def take(self, room: _Room, limit: int) -> None:
        limit = min(limit, room.left)
        for index, part in enumerate(self.context):
            if index in self.kept or not _may_be_sent(part) or self._in_window(part, room):
                continue
            clean, withheld = _clean(part)
            cost = part_pieces(clean)
            if cost <= limit:
                limit -= cost
                room.left -= cost
                self.kept[index] = (clean, cost)
                self.withheld[index] = withheld

    def drop_shown(self, room: _Room) -> bool:
        """Give back what the file's own code has come to show since; whether there was any."""
        shown = [index for index, (part, _) in self.kept.items() if self._in_window(part, room)]
        for index in shown:
            room.left += self.kept.pop(index)[1]
        return bool(shown)

    def _in_window(self, part: ContextPart, room: _Room) -> bool:
        """Whether the file's own code has it already, by its first line."""
        first = part.text.lstrip().partition("\n")[0].strip()
        return part.path == self.path and any(room.lines[row].text.strip() == first for row in room.kept)


def _may_be_sent(part: ContextPart) -> bool:
    return withheld_file(part.path) is None and all(len(row) <= LONGEST_LINE for row in part.text.split("\n"))


def _clean(part: ContextPart) -> tuple[ContextPart, list[Withheld]]:
    redact = redactor(part.path, part.text.encode("utf-8", "replace"))
    withheld: list[Withheld] = []
    texts: list[str] = []
    for number, line in enumerate(re.findall(rb"[^\n]*\n|[^\n]+", part.text.encode("utf-8", "replace")), 1):
        text, found = redact(decode(line), number)
        texts.append(text)
        # The number is that of the snippet's line, which is none of the file's.
        withheld.extend(entry._replace(line=0) for entry in found)
    path = part.path.encode("utf-8", "replace").decode()
    return ContextPart(part.kind, path, "".join(texts)), withheld
