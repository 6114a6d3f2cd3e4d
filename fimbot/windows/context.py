"""What the rest of the repository tells about a stub: its signature's types, its tests, its call sites.

Selected, not stuffed: much retrieved context is unhelpful or harmful (Repoformer), so there are a few small pieces, and
each kind can be switched off. Bounded in files and bytes, not in time: the same repository gives the same context.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nsmallest
from itertools import islice, takewhile
from typing import Literal, NamedTuple

from fimbot.errors import ParseError
from fimbot.secrets import withheld_file
from fimbot.stubs.parsed import ParsedFile, parsed_file
from fimbot.stubs.table import language_of
from fimbot.values import ContextPart, Stub
from fimbot.windows.outline import CONSTRUCTORS
from fimbot.windows.snippets import call, definition, enclosing_test, type_names
from fimbot.windows.tokens import count_pieces, pieces_within

Read = Callable[[str], bytes | None]
"""A file's content by its path; None where it cannot be read."""

Paths = Callable[[], Iterable[str]]
CutPiece = Callable[[ParsedFile, int, int], str | None]
"""(file, start, end of a name in it) -> the piece around it, if it is one."""

_MAX_FILES = 200
_MAX_BYTES = 8_000_000
_MAX_FILE_BYTES = 300_000
_MAX_PARSED = 12
"""At 7 MB/s the largest file takes 40 ms."""

_MAX_PARTS = {"definition": 3, "test": 2, "call": 3}
_MAX_NAMES = 6
_COMMON = 8
"""A name that is in more files than this is anybody's: then only files that also name its owner or module count."""

_FAMILIES = ({"javascript", "typescript", "tsx"}, {"c", "cpp"})
_TEST = re.compile(
    r"(?:^|/)(?:tests?|specs?|__tests__|testing)/|(?:^|/)(?:test_|spec_)[^/]*$"
    r"|[._-](?:test|tests|spec|unittest)\.\w+$|(?:Tests?|Spec)\.\w+$"
)
_BARE_CALLS = frozenset({"ruby", "haskell", "elixir", "shell", "scala", "lua"})
"""Where a call may do without parentheses."""

# What stands before the name of a type where it is defined, what before a callable's, and what after it in a call.
_BEFORE_TYPE = re.compile(
    rb"(?:\b(?:class|struct|interface|enum|trait|type|record|protocol|object|union|data|newtype|typedef|actor|mixin"
    rb"|module|extension|typealias)\s+|\bconst\s+|\}\s*)\Z"
)
_BEFORE_CALLABLE = re.compile(rb"\b(?:def|defp|func|fn|function|fun)\s+(?:\([^()]*\)\s*)?(?:self\.)?\Z")
_AFTER_CALL = re.compile(rb"(?:::)?(?:<[^<>()\n]*>)?!?\s*\(")
_RECEIVER = re.compile(rb"([A-Za-z_]\w*)\s*(?:\.|->|::|\?\.|!!\.)\s*\Z")
_BEFORE = 80
"""Bytes that are looked at before a name."""

_NAME = re.compile(rb"[\w$]")


class ContextChoice(NamedTuple):
    """Which parts are gathered; `bench/quality` measures each of them with and without."""

    definitions: bool = True
    calls: bool = True
    tests: bool = True


_EVERYTHING = ContextChoice()


def part_pieces(part: ContextPart) -> int:
    """What a part costs where an engine has to be shown it as comments: a sign and a blank for each line."""
    return count_pieces(part.path) + count_pieces(part.text) + 3 * (part.text.count("\n") + 3)


class Neighbourhood:
    """The files of a repository that may tell about the stubs of one file, the nearest first, each read once.

    `paths` returns the repository's; `read` returns a file's content, None where it cannot be read. Files that hold
    secrets by their names are not read.
    """

    def __init__(self, file: ParsedFile, paths: Paths, read: Read, choice: ContextChoice = _EVERYTHING) -> None:
        self.file, self.choice = file, choice
        self._paths, self._read = paths, read
        self._parsed: dict[str, ParsedFile | None] = {file.path: file}
        self._definitions: dict[bytes, list[tuple[str, bytes, int]]] = {}

    @cached_property
    def _contents(self) -> list[tuple[str, bytes]]:
        """The other files that are near enough, within `_MAX_BYTES` in all."""
        contents: list[tuple[str, bytes]] = []
        left = _MAX_BYTES
        for path in _ranked(self.file, self._paths(), self.choice):
            data = self._read(path)
            if data is None or len(data) > _MAX_FILE_BYTES:
                continue
            left -= len(data)
            if left < 0:
                break
            if b"\0" not in data:
                contents.append((path, data))
        return contents

    def holding(self, names: Sequence[str]) -> list[tuple[str, bytes]]:
        """Return the files that hold one of these names, this one first."""
        wanted = [_bytes(name) for name in names]
        near = (entry for entry in self._contents if any(name in entry[1] for name in wanted))
        return [(self.file.path, self.file.source), *near]

    def definitions(self, name: bytes) -> list[tuple[str, bytes, int]]:
        """Return where what stands before a name says that a type is defined, as (path, content, offset)."""
        if name not in self._definitions:
            files = [(self.file.path, self.file.source), *self._contents]
            self._definitions[name] = [
                (path, data, at)
                for path, data in files
                for at in _words(data, name)
                if _BEFORE_TYPE.search(data, max(0, at - _BEFORE), at)
            ]
        return self._definitions[name]

    def parsed(self, path: str, data: bytes) -> ParsedFile | None:
        """Return the file with its tree; None where the parser does not get through it."""
        if path not in self._parsed:
            file = parsed_file(path, data, language_of(path) or self.file.language.name)
            self._parsed[path] = file
            try:
                _ = file.tree
            except ParseError:
                self._parsed[path] = None
        return self._parsed[path]


def gather_context(stub: Stub, around: Neighbourhood, *, budget: int) -> tuple[ContextPart, ...]:
    """Return context for a stub, in the order in which it is worth keeping, in at most `budget` tokens.

    Secrets are left in lines: `build_window` withholds them.
    """
    choice = around.choice
    search = _search(stub, around)
    wanted = [*search.types, search.name] if search.name else search.types
    if not wanted:
        return ()
    search.files.extend(around.holding(wanted))
    search.ambiguous = _is_ambiguous(search)
    found = list(search.definitions()) if choice.definitions else []
    found += search.tests() if choice.tests else ()
    found += search.calls() if choice.calls else ()
    left = pieces_within(budget)
    kept: list[ContextPart] = []
    for part in found:
        cost = part_pieces(part)
        if cost <= left and all(part.text != other.text for other in kept):
            kept.append(part)
            left -= cost
    return tuple(kept)


@dataclass(slots=True)
class _Search:
    """One stub's search: the files that hold one of its names, in the order in which they are near to it."""

    stub: Stub
    around: Neighbourhood
    name: str
    """What a call says: the callable's name, or its class's for a constructor. "" where no call says it."""
    types: list[str]
    files: list[tuple[str, bytes]] = field(default_factory=list)
    looked_at: set[str] = field(default_factory=set)
    """Other files that were parsed for it."""
    ambiguous: bool = False
    """The callable is a method, and others have its name: a call may be one of theirs."""

    def definitions(self) -> Iterator[ContextPart]:
        found = (part for name in self.types if (part := self._definition(_bytes(name))) is not None)
        return islice(found, _MAX_PARTS["definition"])

    def _definition(self, name: bytes) -> ContextPart | None:
        for path, data, at in self.around.definitions(name):
            file = self._file(path, data)
            around = self.stub.start if path == self.stub.path else None
            text = definition(file, at, around) if file else None
            if text is not None:
                return ContextPart("definition", path, text)
        return None

    def tests(self) -> Iterator[ContextPart]:
        files = [entry for entry in self._callers() if is_test(entry[0])]
        return self._uses(files, "test", enclosing_test)

    def calls(self) -> Iterator[ContextPart]:
        files = [entry for entry in self._callers() if not is_test(entry[0])]
        return self._uses(files, "call", call)

    def _uses(
        self,
        files: list[tuple[str, bytes]],
        kind: Literal["call", "test"],
        cut: CutPiece,
    ) -> Iterator[ContextPart]:
        """One piece of each file."""
        found = (ContextPart(kind, path, text) for path, data in files if (text := self._use(path, data, cut)))
        return islice(found, _MAX_PARTS[kind])

    def _use(self, path: str, data: bytes, cut: CutPiece) -> str | None:
        for at in self._calls_in(data):
            if path == self.stub.path and self.stub.start <= at < self.stub.end:
                continue
            if self.ambiguous and not self._says_owner(data, at):
                continue
            file = self._file(path, data)
            text = cut(file, at, at + len(_bytes(self.name))) if file else None
            if text is not None:
                return text
        return None

    def _callers(self) -> list[tuple[str, bytes]]:
        """The files with a call; those that also name the callable's owner or module come first."""
        files = [entry for entry in self.files if self.name and any(True for _ in self._calls_in(entry[1]))]
        owner = _bytes(self.stub.name.rpartition(".")[0].rpartition(".")[2] or _stem(self.stub.path))
        named = [entry for entry in files if owner in entry[1]]
        return named if len(files) > _COMMON else [*named, *(entry for entry in files if entry not in named)]

    def _calls_in(self, data: bytes) -> Iterator[int]:
        name = _bytes(self.name)
        bare = self.around.file.language.name in _BARE_CALLS
        return (at for at in _words(data, name) if bare or _AFTER_CALL.match(data, at + len(name)))

    def _says_owner(self, data: bytes, at: int) -> bool:
        """Whether what the call is made on is named after the stub's class: `client.close()` for `Client.close`."""
        before = _RECEIVER.search(data, max(0, at - _BEFORE), at)
        receiver = before.group(1).replace(b"_", b"").lower() if before else b""
        owner = _bytes(self.stub.name.rpartition(".")[0].rpartition(".")[2].lower())
        return len(receiver) > 2 and (receiver in owner or owner in receiver)

    def _file(self, path: str, data: bytes) -> ParsedFile | None:
        if path != self.stub.path and path not in self.looked_at:
            if len(self.looked_at) == _MAX_PARSED:
                return None
            self.looked_at.add(path)
        return self.around.parsed(path, data)


def _search(stub: Stub, around: Neighbourhood) -> _Search:
    choice = around.choice
    owner, _, simple = stub.name.rpartition(".")
    name = owner.rpartition(".")[2] if simple in CONSTRUCTORS else simple
    if len(name) < 3 or name.startswith("__") or not (choice.calls or choice.tests):
        name = ""
    types: list[str] = []
    if choice.definitions:
        types = type_names(around.file.root, stub.start, stub.hole.start)
        # The receiver's type (Go, Rust, C++) is not around the callable, a class is: `definition` passes it over.
        types += [part for part in owner.split(".") if part and part not in types]
        types = types[:_MAX_NAMES]
    return _Search(stub, around, name, types)


def _is_ambiguous(search: _Search) -> bool:
    if "." not in search.stub.name or not search.name or search.name not in search.stub.name.rpartition(".")[2]:
        return False
    name = _bytes(search.name)
    defined = 0
    for _, data in search.files:
        for at in _words(data, name):
            defined += bool(_BEFORE_CALLABLE.search(data, max(0, at - _BEFORE), at))
    return defined > 1


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _words(data: bytes, name: bytes) -> Iterator[int]:
    """Where the name stands as a word. A search by `find`: a regular expression took ten times as long."""
    at = data.find(name)
    while at >= 0:
        end = at + len(name)
        if not _NAME.match(data, end) and not (at and _NAME.match(data, at - 1)):
            yield at
        at = data.find(name, end)


def _ranked(file: ParsedFile, paths: Iterable[str], choice: ContextChoice) -> list[str]:
    """The files of a file's language, its own tests first, then by nearness."""
    language = file.language.name
    family = next((family for family in _FAMILIES if language in family), {language})
    stem = _stem(file.path)
    folders = file.path.split("/")[:-1]

    def rank(path: str) -> tuple[int, int, str]:
        here = path.split("/")[:-1]
        same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(folders, here, strict=False)))
        own_test = is_test(path) and _stem(path) == stem
        return (0 if own_test else 1, len(folders) + len(here) - 2 * same, path)

    return nsmallest(
        _MAX_FILES,
        (
            path
            for path in paths
            if path != file.path
            and language_of(path) in family
            and withheld_file(path) is None
            and (choice.tests or not is_test(path))
        ),
        key=rank,
    )


def is_test(path: str) -> bool:
    """By its name and folders, as the languages' test runners find it."""
    return bool(_TEST.search(path))


_AFFIX = re.compile(r"^(?:test|spec)_|[._-](?:test|tests|spec|unittest)$|(?:Tests?|Spec)$")


def _stem(path: str) -> str:
    """`accounts` for src/accounts.py, tests/test_accounts.py, src/accounts/index.ts and AccountsTest.java."""
    *folders, name = path.split("/")
    stem = _AFFIX.sub("", name.rpartition(".")[0])
    if stem in ("__init__", "index", "mod", "lib", "main") and folders:
        stem = folders[-1]
    return stem.lower().replace("_", "").replace("-", "")
