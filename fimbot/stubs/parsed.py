"""A file that was read once and is parsed once: the value that the steps hand to each other instead of its bytes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fimbot.stubs.language import Language, load, walk
from fimbot.stubs.lines import indent_unit, line_break
from fimbot.stubs.table import dialect, language_of
from fimbot.values import Edit, apply_edits

if TYPE_CHECKING:
    from tree_sitter import Node, Tree


class ParsedFile:
    """A path, the bytes that were read, and what follows from them, each worked out when it is first asked for.

    It never changes: `edited` returns another file, whose tree shares with this one what the edit left alone.
    """

    def __init__(self, path: str, source: bytes, language: Language) -> None:
        self.path, self.source, self.language = path, source, language
        self._edited: tuple[tuple[Edit, ...], ParsedFile] | None = None

    @cached_property
    def tree(self) -> Tree:
        """The syntax tree. Raises ParseError for a text on which the parser would spend hours."""
        return self.language.parse(self.source)

    @property
    def is_parsed(self) -> bool:
        return "tree" in self.__dict__

    @property
    def root(self) -> Node:
        return self.tree.root_node

    @cached_property
    def newline(self) -> str:
        return line_break(self.source)

    @cached_property
    def unit(self) -> str:
        """One step of the file's indentation."""
        return indent_unit(self.source, self.language.indent)

    @cached_property
    def rows(self) -> list[bytes]:
        """The lines without their `\\n`; what follows the last one is a row, too."""
        return self.source.split(b"\n")

    @cached_property
    def errors(self) -> int:
        return count_errors(self.root)

    def edited(self, edits: Sequence[Edit]) -> ParsedFile:
        """Return the file after the edits, parsed anew only where they made a difference.

        https://tree-sitter.github.io/tree-sitter/using-parsers/3-advanced-parsing.html#editing
        """
        asked = tuple(edits)
        kept = self._edited  # read once: answers of several stubs are tried at the same time
        if kept is not None and kept[0] == asked:
            return kept[1]
        after = ParsedFile(self.path, apply_edits(self.source, edits), self.language)
        after.tree = self.language.parse(after.source, before=self._moved(edits))
        # The frames and the proof both ask for the file with a smallest body in each hole.
        self._edited = asked, after
        return after

    def changed_ranges(self, edits: Sequence[Edit], after: ParsedFile) -> list[tuple[int, int]]:
        """Return the byte ranges of `after`, this file with the edits, in which its tree has another structure."""
        return [(found.start_byte, found.end_byte) for found in self._moved(edits).changed_ranges(after.tree)]

    def _moved(self, edits: Sequence[Edit]) -> Tree:
        """Return the tree with its offsets as they are after the edits."""
        tree = self.tree.copy()
        # From the last one on: the offsets of those before it stay as they are.
        for edit in sorted(edits, reverse=True):
            row, column = _point(self.source, edit.start)
            rows, columns = _point(edit.replacement, len(edit.replacement))
            tree.edit(
                start_byte=edit.start,
                old_end_byte=edit.end,
                new_end_byte=edit.start + len(edit.replacement),
                start_point=(row, column),
                old_end_point=_point(self.source, edit.end),
                new_end_point=(row + rows, columns if rows else column + columns),
            )
        return tree

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without the tree, which is no Python object, for the process that finishes in the background."""
        return parsed_file, (self.path, self.source, self.language.name)


def parsed_file(path: str, source: bytes, language: str | None = None) -> ParsedFile:
    """Return the file in its language; without one in that which its path tells. Raises ValueError where none does."""
    name = language or language_of(path)
    if name is None:
        raise ValueError(f"no language for {path}")
    return ParsedFile(path, source, load(dialect(name, path, source)))


def count_errors(root: Node) -> int:
    if not root.has_error:
        return 0
    return sum(1 for node in walk(root, lambda node: node.has_error) if node.is_error or node.is_missing)


def _point(source: bytes, at: int) -> tuple[int, int]:
    return source.count(b"\n", 0, at), at - source.rfind(b"\n", 0, at) - 1
