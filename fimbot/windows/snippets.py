"""Small pieces of a file, cut along its syntax tree: a type's header and fields, a call's statement, a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from fimbot.secrets import key_rows
from fimbot.stubs.parsed import ParsedFile
from fimbot.windows.lines import LONGEST_LINE, decode
from fimbot.windows.outline import CONSTRUCTORS, Span, holder_in, last_row, rows_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from fimbot.stubs.language import Language

_TYPE_ROWS = 20
_FIELD_ROWS = 6
_TEST_ROWS = 30
_CALL_ROWS = 8
_MOST_LEVELS = 100

_BLOCK = re.compile(
    r"(^|_)(block|body|module|program|file|unit|chunk|source|statements|compound_statement|body_statement|suite|declarations|members|statement_list"
    r"|declaration_list|document|haskell|then|else|compilation_unit)$"
)
_TYPE = re.compile(r"class|struct|interface|enum|trait|type|record|protocol|object|union|data|newtype|module|variable")
_WORD = re.compile(r"[A-Za-z_]\w*")


def rows_text(file: ParsedFile, spans: list[Span]) -> str | None:
    """Return these rows, dedented. None where there is nothing in them, a line of data or a row of a private key."""
    rows = file.rows
    hidden = key_rows(file.source)
    numbers = sorted({row for span in spans for row in range(span.first, min(span.last, len(rows) - 1) + 1)})
    if any(row + 1 in hidden or len(rows[row]) > LONGEST_LINE for row in numbers):
        return None
    texts = [decode(rows[row] + b"\n") for row in numbers]
    while texts and not texts[0].strip():
        texts.pop(0)
    while texts and not texts[-1].strip():
        texts.pop()
    margin = min((len(text) - len(text.lstrip()) for text in texts if text.strip()), default=0)
    return "".join(text[margin:] if text.strip() else "\n" for text in texts) or None


def node_at(file: ParsedFile, start: int, end: int) -> Node:
    return file.root.descendant_for_byte_range(start, end) or file.root


def type_names(root: Node, start: int, end: int) -> list[str]:
    """The names of types between these bytes (a header), in their order."""
    names: dict[str, None] = {}
    around = root.descendant_for_byte_range(start, end) or root
    for leaf in _leaves(around, start, end):
        text = (leaf.text or b"").decode("utf-8", "replace")
        if _WORD.fullmatch(text) and len(text) > 1 and (text[0].isupper() or _in_type(leaf, start)):
            names[text] = None
    return list(names)


def definition(file: ParsedFile, at: int, stub_at: int | None) -> str | None:
    """The header and the fields of the type that is named at this byte; of its methods the headers only.

    None for a type around the stub: the window shows that one itself. None for a use: `struct ring *ring` in C.
    """
    around = _and_parents(node_at(file, at, at + 1))
    node = next((each for each in around if each.type in file.language.owner_types or _is_type(each)), None)
    if node is None or node.parent is None:
        return None
    if node.type.endswith("_specifier") and node.child_by_field_name("body") is None:
        return None
    if stub_at is not None and node.start_byte <= stub_at < node.end_byte:
        return None
    first, last = node.start_point.row, last_row(node)
    holder = holder_in(node)
    members = holder.named_children if holder is not None else []
    if not members:
        return rows_text(file, [Span(first, min(last, first + _TYPE_ROWS - 1))])
    spans = [Span(first, members[0].start_point.row - 1)]
    heads = [head for head in (_head(member, file.language) for member in members) if head is not None]
    # Fields before methods where there is no room for both.
    for span, _ in sorted(heads, key=lambda head: head[1]):
        if sum(row.last - row.first + 1 for row in spans) + span.last - span.first < _TYPE_ROWS:
            spans.append(span)
    if last == last_row(members[-1]) + 1:
        spans.append(Span(last, last))
    return rows_text(file, spans)


def call(file: ParsedFile, start: int, end: int) -> str | None:
    """The statement around a call, with a line on both sides; None where this is no call."""
    node = node_at(file, start, end)
    if _is_text(node) or _is_definition(node, file.language):
        return None
    statement = _statement(node, file.language)
    if rows_of(statement) > _CALL_ROWS:
        # The call alone, of a statement that holds much else.
        *_, node = takewhile(lambda each: rows_of(each) <= _CALL_ROWS, _and_parents(node))
        first, last = node.start_point.row, last_row(node)
        if first == last:
            last = min(first + _CALL_ROWS - 1, last_row(statement))
        return rows_text(file, [Span(first, last)])
    first, last = statement.start_point.row, last_row(statement)
    around = statement.parent
    if around is not None and around.parent is not None:
        first = max(first - 1, around.start_point.row)
        last = min(last + 1, last_row(around))
    return rows_text(file, [Span(first, last)])


def enclosing_test(file: ParsedFile, start: int, end: int) -> str | None:
    """The largest piece around this place that is still one test; None where the place is no code."""
    node = node_at(file, start, end)
    if _is_text(node) or _is_definition(node, file.language):
        return None
    best: Node | None = None
    for here, parent in pairwise(_and_parents(_statement(node, file.language))):
        if rows_of(here) > _TEST_ROWS or here.type in file.language.owner_types:
            break
        if _BLOCK.search(parent.type) or here.type in file.language.callable_types:
            best = here
    if best is None:
        return None
    return rows_text(file, [Span(best.start_point.row, last_row(best))])


def _leaves(node: Node, start: int, end: int) -> Iterator[Node]:
    pending = [node]
    while pending:
        here = pending.pop()
        if here.end_byte <= start or here.start_byte >= end or _is_text(here):
            continue
        if here.child_count == 0:
            yield here
        pending.extend(reversed(here.children))


def _and_parents(node: Node) -> Iterator[Node]:
    """Return a node and what it is part of, the innermost first, as far as code is worth showing.

    Each step goes down from the root: from 100,000 nested brackets the way up would take minutes.
    """
    here: Node | None = node
    for _ in range(_MOST_LEVELS):
        if here is None:
            return
        yield here
        here = here.parent


def _in_type(leaf: Node, start: int) -> bool:
    for node in _and_parents(leaf):
        if node.start_byte < start or node.type.endswith("_definition"):
            break
        if "type" in node.type and "primitive" not in node.type and "predefined" not in node.type:
            return True
    return False


def _is_text(node: Node) -> bool:
    return "comment" in node.type or "string" in node.type


def _is_type(node: Node) -> bool:
    """A definition of a type, as against a use of one."""
    return bool(_TYPE.search(node.type)) and bool(re.search("decl|def|item|spec|statement|alias", node.type))


def _is_definition(node: Node, language: Language) -> bool:
    """Whether this name is the one that a declaration gives."""
    parent = node.parent
    if parent is None:
        return False
    if parent.type in language.owner_types:
        return True
    if parent.type in language.callable_types or re.search("declarator|signature", parent.type):
        named = parent.child_by_field_name("name") or parent.child_by_field_name("declarator")
        return named is None or named == node
    return bool(re.search("import", parent.type))


def _statement(node: Node, language: Language) -> Node:
    for here, parent in pairwise(_and_parents(node)):
        if _BLOCK.search(parent.type) or parent.type in language.callable_types or parent.parent is None:
            return here
    return node


def _head(member: Node, language: Language) -> tuple[Span, int] | None:
    """The rows of a field (0) or of a method's header (1); None for what says little about a type."""
    node = member
    while node.type not in language.callable_types and node.named_child_count and "decorat" in node.type:
        node = node.named_children[-1]
    if node.type not in language.callable_types:
        text = _is_text(node) or (node.named_child_count == 1 and _is_text(node.named_children[0]))
        span = Span(member.start_point.row, last_row(member))
        return None if text or span.last - span.first >= _FIELD_ROWS else (span, 0)
    name = language.name_of(node).rpartition(".")[2]
    if name.startswith("_") and name not in CONSTRUCTORS:
        return None
    return Span(member.start_point.row, _header_end(node)), 0 if name in CONSTRUCTORS else 1


def _header_end(function: Node) -> int:
    body = function.child_by_field_name("body") or holder_in(function)
    if body is None:
        return function.start_point.row
    begins_line = body.children and body.children[0].type != "{" and body.start_point.row > function.start_point.row
    return max(function.start_point.row, body.start_point.row - (1 if begins_line else 0))
