"""Callables that lost their statements: what is left of them, held against what the file was before the change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from fimbot.errors import ParseError
from fimbot.stubs.file import SourceFile
from fimbot.stubs.language import LONGEST, Body, walk
from fimbot.stubs.parsed import ParsedFile
from fimbot.stubs.patterns import pattern
from fimbot.values import WHOLE_FILE

if TYPE_CHECKING:
    from tree_sitter import Node

# Headers are compared each with each.
_MOST_TWINS = 100
_LEAVES = pattern(r"return|yield|jump|control_transfer")
_VALUE = pattern(rb"(?:return|yield)\b(?:@\w+)?\s*(?!(?:None|null|nil|undefined|void\s+0|unit)\b)[^\s;})#/]")
# What a function within returns is not its own.
_WITHIN = pattern(r"lambda|closure|literal_function|func_literal|(?:function|method)_(?:def|decl|expr|item)|_function$")
# The blanks that the next line of code begins with.
_BELOW = pattern(rb"[^\n]*+\n(?:[ \t\r]*+(?:#[^\n]*+|--[^\n]*+)?\n)*+([ \t]*+)(?=[^\s#])")


class Lost(NamedTuple):
    """What a callable was while it had statements."""

    text: str
    """From the comment above it to its end, whole lines."""
    returned: bool
    """A value, by its statements or by its signature."""

    def said(self, text: str) -> bool:
        """Whether a comment or documentation was there already; git may have changed its line breaks."""
        return text.replace("\r", "") in self.text.replace("\r", "")


class Before:
    """A file before the change; read and parsed when a callable is first asked for, which in most files none is."""

    def __init__(self, read: Callable[[], bytes | None], deleted: Sequence[int] = ()) -> None:
        """`deleted`: the lines of the new file behind which lines were deleted and none added."""
        self._read = read
        self.deleted = tuple(deleted)
        self.texts: list[str] = []
        """Of the callables that turned out to be emptied, as they were."""
        self._callables: tuple[_Callables, _Callables] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle with the content that it would read, for the process that finds a long file's stubs."""
        return Before, (partial(_given, self._read()), self.deleted)

    def lost(self, file: SourceFile, name: str, node: Node) -> Lost | None:
        """What a callable with nothing but filler in it has lost; None where it is new, or was no more than that."""
        if _is_torn(file, node):
            return None
        if self._callables is None:
            earlier = ParsedFile(file.path, self._read() or b"", file.language)
            self._callables = _Callables(earlier), _Callables(file.parsed)
        old, new = self._callables
        try:
            lost = old.lost(old.counterpart(name, node, new))
        except ParseError:
            return None
        self.texts += [lost.text] if lost is not None else []
        return lost


def _given(content: bytes | None) -> bytes | None:
    return content


def _is_torn(file: SourceFile, node: Node) -> bool:
    """Whether a body without a closer seems empty because the parser did not understand it."""
    body = file.language.body(node)
    if body is None or body.closed:
        return False
    if any(child.is_error for child in node.children):
        return True
    below = _BELOW.match(file.source, body.end)
    return below is not None and len(below[1]) > len(file.lines.indentation(node.start_byte))


class _Callables:
    """The callables of a file by their qualified names."""

    def __init__(self, file: ParsedFile) -> None:
        self._parsed = file

    @cached_property
    def _file(self) -> SourceFile:
        return SourceFile(self._parsed, (WHOLE_FILE,))

    @cached_property
    def _named(self) -> dict[str, list[Node]]:
        file, language = self._file, self._parsed.language
        named: dict[str, list[Node]] = {}
        owners: list[Node] = []
        for node in file.touched_nodes():
            file.check_time()
            while owners and owners[-1].end_byte <= node.start_byte:
                owners.pop()
            if node.type in language.callable_types and (simple := file.name_of(node)):
                named.setdefault(file.qualified_name(owners, simple), []).append(node)
            if node.type in language.callable_types or node.type in language.owner_types:
                owners.append(node)
        return named

    def counterpart(self, name: str, node: Node, new: _Callables) -> Node | None:
        """The callable here that `node` of the new file was: of several with its name the one with its header, or
        else the one in its place among those that have another header now."""
        here, there = list(self._named.get(name, ())), list(new._named.get(name, ()))
        if 1 < max(len(here), len(there)) <= _MOST_TWINS:
            headers = [self._header(each) for each in here]
            for each in list(there):
                header = new._header(each)
                if header in headers:
                    at = headers.index(header)
                    if each.start_byte == node.start_byte:
                        return here[at]
                    del headers[at], here[at]
                    there.remove(each)
        at = next((at for at, each in enumerate(there) if each.start_byte == node.start_byte), len(here))
        return here[at] if at < len(here) else None

    def _header(self, node: Node) -> bytes:
        language, source = self._parsed.language, self._parsed.source
        body = language.body(node)
        start = language.outer(node).start_byte
        return b" ".join(source[start : body.start if body is not None else node.end_byte].split())

    def lost(self, node: Node | None) -> Lost | None:
        """What is lost where this callable has no statement any more; None where it had none that counts."""
        if node is None:
            return None
        language = self._parsed.language
        body = language.body(node)
        promised = language.returns_value(node)
        if body is None:
            # An arrow function that is one expression, for one: `a => a + 1`.
            if node.child_by_field_name("body") is None:
                return None
            return Lost(self._text(node), promised is not False)
        kinds = {self._kind(each) for each in body.items}
        returned = promised is True or (promised is not False and self._returns(body))
        # A message alone, or an assertion, is a statement; before an idiom it is a part of it.
        told = "missing" not in kinds and ("message" in kinds or ("trivial-return" in kinds and returned))
        if "code" in kinds or told:
            return Lost(self._text(node), returned)
        return None

    def _kind(self, node: Node) -> str:
        language = self._parsed.language
        if node.type in language.comment_types:
            return "comment"
        return language.classify(node).kind if node.end_byte - node.start_byte <= LONGEST else "code"

    def _returns(self, body: Body) -> bool:
        if body.shape == "expression":
            return True
        language, source = self._parsed.language, self._parsed.source

        def own(node: Node) -> bool:
            return node.type not in language.callable_types and not _WITHIN.search(node.type)

        for item in body.items:
            for node in walk(item, own):
                # In Ruby `yield` calls a block.
                leaves = (
                    own(node) and _LEAVES.search(node.type) and not (language.name == "ruby" and node.type == "yield")
                )
                if leaves and _VALUE.match(source, node.start_byte, node.end_byte):
                    return True
        return False

    def _text(self, node: Node) -> str:
        outer = self._parsed.language.outer(node)
        above, _ = self._file.comment_above(outer)
        body = self._parsed.language.body(node)
        lines = self._file.lines
        start, end = lines.start(outer.start_byte), max(node.end_byte, body.end if body is not None else 0)
        return f"{above}\n{self._parsed.source[start : lines.end(end)].decode('utf-8', 'replace')}"
