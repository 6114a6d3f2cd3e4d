"""The stubs of a whole change: those to fill, and those that are listed only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from fimbot.errors import ParseError
from fimbot.settings.values import Settings
from fimbot.stubs.emptied import Before
from fimbot.stubs.find import parse_suspect, stubs_of
from fimbot.stubs.parsed import ParsedFile
from fimbot.stubs.purpose import purposes
from fimbot.stubs.table import language_of
from fimbot.values import FileChange, Skip, SkippedFile, Stub, Tier, stub_of

ReadChange = Callable[[FileChange], bytes | SkippedFile]
GeneratedOf = Callable[[Iterable[str]], frozenset[str]]
"""Those of these paths that .gitattributes call generated."""


class Earlier(NamedTuple):
    """The repository before the change."""

    read: Callable[[FileChange], bytes | None]
    """What a file was; None where it is new or cannot be read."""
    lines: Callable[[], Iterable[bytes]]
    """All lines that the change deleted or added, each with its `-` or `+`; those of deleted files too."""


_TIERS: tuple[Tier, ...] = ("fill", "suggest", "report")


@dataclass(frozen=True, slots=True)
class Findings:
    wanted: tuple[Stub, ...]
    listed: tuple[Stub | Skip, ...]
    files: Mapping[str, ParsedFile]
    """Those that hold wanted stubs, by path."""
    scanned: int
    """How many files the change has."""
    skipped_files: tuple[SkippedFile, ...]
    added: Mapping[str, int] = field(default_factory=dict)
    """How many lines the change adds, by path."""

    @property
    def contents(self) -> dict[str, bytes]:
        return {path: file.source for path, file in self.files.items()}

    def worth(self, stub: Stub) -> tuple[int, int]:
        """Return what sorts the most valuable first: what is surely a stub, then what the change is most about."""
        return _TIERS.index(stub.tier), -self.added.get(stub.path, 0)


def collect(
    changes: Iterable[FileChange | SkippedFile],
    read: ReadChange,
    generated_of: GeneratedOf,
    settings: Settings,
    progress: Callable[[int], None] = lambda files: None,
    earlier: Earlier | None = None,
) -> Findings:
    """Find the stubs of a change; each file with one is parsed once and kept.

    Without `earlier` no callable is known to have lost its statements.
    """
    found: list[Stub | Skip] = []
    files: dict[str, ParsedFile] = {}
    added: dict[str, int] = {}
    lost: list[str] = []
    skipped: list[SkippedFile] = []
    scanned = 0
    for change in changes:
        if isinstance(change, SkippedFile):
            skipped += [change] if language_of(change.path) else []
            continue
        scanned += 1
        progress(scanned)
        if language_of(change.path) is None:
            continue
        source = read(change)
        if isinstance(source, SkippedFile):
            skipped.append(source)
            continue
        file = parse_suspect(change.path, source, change.added, change.deleted)
        if file is None:
            continue
        before = Before(partial(earlier.read, change), change.deleted) if earlier and change.old_blob else None
        try:
            here = stubs_of(file, change.added, before)
        except ParseError as error:
            skipped.append(SkippedFile(change.path, str(error)))
            continue
        if here:
            from fimbot.secrets import withheld_file  # 5 ms
        if here and (reason := withheld_file(change.path)):
            skipped.append(SkippedFile(change.path, reason))
        elif here:
            found += here
            files[change.path] = file
            added[change.path] = _lines(change, source)
            lost += before.texts if before is not None else []
    generated = generated_of(files) if settings.skip_generated else frozenset[str]()
    found = [_generated(each) if stub_of(each).path in generated else each for each in found]
    if earlier is not None:
        found = _without_purpose(found, files, lost, earlier)
    wanted = tuple(each for each in found if isinstance(each, Stub) and is_wanted(each, settings))
    listed = tuple(each for each in found if isinstance(each, Skip) or not is_wanted(each, settings))
    kept = {stub.path: files[stub.path] for stub in wanted}
    return Findings(wanted, listed, kept, scanned, tuple(skipped), added)


def _without_purpose(
    found: Sequence[Stub | Skip], files: Mapping[str, ParsedFile], lost: Sequence[str], earlier: Earlier
) -> list[Stub | Skip]:
    emptied = [each for each in found if isinstance(each, Stub) and each.emptied]
    if not emptied:
        return list(found)
    left = [b"\n".join(files[stub.path].rows[stub.start_line - 1 : stub.end_line]) for stub in emptied]
    reasons = purposes(emptied, earlier.lines(), (*lost, *(text.decode("utf-8", "replace") for text in left)))
    return [
        Skip(each._replace(tier="report"), reasons[each.id])
        if isinstance(each, Stub) and each.emptied and each.id in reasons
        else each
        for each in found
    ]


def for_commit(findings: Findings, settings: Settings) -> Findings:
    """Return the findings as a hook takes them: who empties a function that returned nothing may well mean to, and is
    not stopped."""
    taken = [
        each._replace(tier="report") if each.emptied and each.tier == "suggest" else each for each in findings.wanted
    ]
    wanted = tuple(each for each in taken if is_wanted(each, settings))
    listed = tuple(each for each in taken if not is_wanted(each, settings))
    return replace(findings, wanted=wanted, listed=(*findings.listed, *listed))


def _lines(change: FileChange, source: bytes) -> int:
    last = source.count(b"\n") + 1  # a range may be the whole file, whatever its length
    return sum(min(each.end, last) - each.start + 1 for each in change.added)


def _generated(found: Stub | Skip) -> Skip:
    return Skip(stub_of(found)._replace(tier="report"), "in a file that .gitattributes calls generated")


def is_wanted(stub: Stub, settings: Settings) -> bool:
    """Whether it is to be filled. What only `--kinds` asks for is asked for whatever its tier."""
    if stub.kind not in settings.kinds:
        return False
    return stub.tier in settings.tiers or stub.kind in ("todo", "expression")
