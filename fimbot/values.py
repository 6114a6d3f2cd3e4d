"""The frozen values that the rooms hand to each other.

Paths are relative to the repository's root, with `/`, and hold undecodable bytes as surrogate escapes.
Offsets are bytes into the content that was read; lines are 1-based and inclusive.

Named tuples, as in pre-commit and pyupgrade: a hook that needs the parser would wait 40 ms for `dataclasses` and for
what it builds for these classes, which is more than the parser takes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

Kind = Literal["empty-body", "placeholder", "todo", "expression"]
Tier = Literal["fill", "suggest", "report"]
Origin = Literal["index", "commit", "worktree"]
Clock = Callable[[], float]
"""Seconds that only go forward, from any start, like `time.monotonic`."""
FinishReason = Literal["stop", "length", "cancelled", "unknown"]


class LineRange(NamedTuple):
    start: int
    end: int


WHOLE_FILE = LineRange(1, 2**31)


class FileChange(NamedTuple):
    """A file with added or deleted lines. `blob` is its object id, or "" where the content is the working tree's."""

    path: str
    added: tuple[LineRange, ...]
    blob: str
    origin: Origin
    mode: int
    old_path: str | None = None
    deleted: tuple[int, ...] = ()
    """The lines behind which lines were deleted and none added; 0 is the beginning of the file."""
    old_blob: str = ""
    """What the file was before; "" where it is new, or whole files are read."""


class SkippedFile(NamedTuple):
    path: str
    reason: str


class Hole(NamedTuple):
    """The bytes `start:end` that a fill replaces, with `lead + fill + tail`.

    A `block` hole takes whole lines: the fill starts at the beginning of a line, is indented, and ends without
    a line break. Where the owner stood on one line (`{}`), `lead` and `tail` are the line breaks and the
    indentation that it then needs. An `expression` hole takes one expression, in place.
    """

    start: int
    end: int
    indent: str
    shape: Literal["block", "expression"] = "block"
    lead: bytes = b""
    tail: bytes = b""


class Stub(NamedTuple):
    id: str
    path: str
    language: str
    kind: Kind
    tier: Tier
    name: str
    """Qualified: `Account.withdraw`."""
    start_line: int
    """First line of the callable, decorators and attributes included."""
    end_line: int
    start: int
    """First byte of the callable, decorators and attributes included."""
    end: int
    hole: Hole
    hole_start_line: int
    hole_end_line: int
    newline: str
    why: str
    """What makes it a stub, for people: "raises NotImplementedError"."""
    comment: str = ""
    """The TODO text that the hole swallows, as it stands in the file; the window shows it to the model."""
    twins: int = 1
    """How many stubs of this name and text the file has, this one included: with another number their ids move."""
    emptied: bool = False
    """The change took its statements away."""


class Skip(NamedTuple):
    """A stub for which there is no suggestion, and why not."""

    stub: Stub
    reason: str


class ContextPart(NamedTuple):
    """A piece of another place in the repository: a type's definition, a call site, a test."""

    kind: Literal["definition", "call", "test"]
    path: str
    text: str


class Withheld(NamedTuple):
    """Something that was not put into the window, counted in the report; never the secret itself."""

    path: str
    reason: str
    line: int = 0


class Window(NamedTuple):
    stub: Stub
    prefix: str
    """Ends where the fill begins: at the start of a line for a block hole."""
    suffix: str
    context: tuple[ContextPart, ...]
    tokens: int
    """An estimate of prefix + suffix + context that is seldom too low."""
    withheld: tuple[Withheld, ...] = ()


class Usage(NamedTuple):
    prompt_tokens: int
    completion_tokens: int


class Completion(NamedTuple):
    text: str
    finish_reason: FinishReason
    engine: str
    model: str
    usage: Usage | None = None
    cancelled: bool = False
    """The request was hung up on at the hole's end."""
    requests: int = 1
    """HTTP requests that were sent for it, retries included; 0 for the embedded model."""
    cached: bool = False


class Checks(NamedTuple):
    exact_hole: bool
    parses: bool
    complete: bool
    tests: bool | None = None


class Fill(NamedTuple):
    """The cut text: lines joined by the file's line break, indented, no line break at the end."""

    stub: Stub
    text: str
    checks: Checks
    completion: Completion


class Edit(NamedTuple):
    start: int
    end: int
    replacement: bytes


class Suggestion(NamedTuple):
    fill: Fill
    edits: tuple[Edit, ...]
    """The hole first, then the import lines that the fill needs; they do not overlap."""
    patch: bytes
    """A unified diff that `git apply` takes."""


Outcome = Suggestion | Skip | Stub
"""What became of a stub. A bare `Stub` was found and not asked for, as in `fimbot scan`."""


class Share(NamedTuple):
    """What one engine out of several did in a run."""

    engine: str
    model: str
    answers: int
    refusal: str | None = None
    """Why it was not asked any more."""


class Report(NamedTuple):
    engine: str | None
    """The first engine, or of several the one that answered most."""
    model: str | None
    outcomes: tuple[Outcome, ...]
    files: int
    skipped_files: tuple[SkippedFile, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    requests: int = 0
    usage: Usage = Usage(0, 0)
    untold: int = 0
    """Answers whose usage is not in it: it comes at the end of an answer, and they were hung up on before."""
    seconds: float = 0.0
    patch: bytes = b""
    """Of all suggestions: each file once."""
    problems: tuple[str, ...] = ()
    """One line for each thing that kept the job from being done whole (engine down, interrupted)."""
    shares: tuple[Share, ...] = ()
    """Of each engine that answered or was passed over, in the order in which they were to be asked."""
    notices: tuple[str, ...] = ()
    """One line for each thing that went otherwise than was asked, though it went well (another engine answered)."""
    interrupted: bool = False


class Deadline:
    """A point in time, `at` seconds on `clock`."""

    def __init__(self, at: float, clock: Clock = time.monotonic) -> None:
        self.at, self.clock = at, clock

    @classmethod
    def after(cls, seconds: float, clock: Clock = time.monotonic) -> Deadline:
        return cls(clock() + seconds, clock)

    def remaining(self) -> float:
        """Seconds left, 0.0 once it has passed."""
        return max(0.0, self.at - self.clock())

    def within(self, seconds: float) -> Deadline:
        """The sooner of this deadline and `seconds` from now: for one stub out of many."""
        return Deadline(min(self.at, self.clock() + seconds), self.clock)


def stub_of(outcome: Outcome) -> Stub:
    if isinstance(outcome, Suggestion):
        return outcome.fill.stub
    return outcome.stub if isinstance(outcome, Skip) else outcome


def apply_edits(source: bytes, edits: Sequence[Edit]) -> bytes:
    """Return the content after the edits, which may come in any order and must not overlap."""
    parts: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if edit.start < at:
            raise ValueError("edits overlap")
        parts += (source[at : edit.start], edit.replacement)
        at = edit.end
    parts.append(source[at:])
    return b"".join(parts)
