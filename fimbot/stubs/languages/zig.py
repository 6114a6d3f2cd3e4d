"""Zig. Unused parameters must be discarded, so a stub is `_ = x;` lines and a panic; a container takes its name from
the constant that it is bound to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braced_field
from fimbot.stubs.signs import doubt_of_idiom, in_tests, is_bare
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_CONTAINERS = frozenset({"struct_declaration", "union_declaration", "enum_declaration", "opaque_declaration"})

# No call on the right: `_ = f();` does something.
_DISCARD = pattern(r"_\s*=\s*[&@]?[\w.]+(?:\.\*)?\s*;")
_is_trivial = trivial(r"\.\{\s*\}|&\.\{\s*\}|&\[_\]\w+\{\s*\}|unreachable")
_PANIC = pattern(r"(?s)(?:return\s+)?(?:@panic|@compileError|(?:std\.)?(?:debug\.)?panic)\((.*)\)\s*;?")
_ERROR = pattern(r"return\s+(error\.\w*)\s*;")
_HOOK_NAME = pattern(
    r"^(?:on|pre|post|before|after|visit|handle)(?:[A-Z_]|$)|^(?:init|deinit|free|close|destroy|flush)$"
)


def _name_of(node: Node) -> str:
    if node.type not in _CONTAINERS:
        return text_of(node.child_by_field_name("name"))
    bound = node.parent
    if bound is None or bound.type != "variable_declaration":
        return ""
    return text_of(next((child for child in bound.named_children if child.type == "identifier"), None))


def _classify(node: Node) -> Item:
    text = text_of(node)
    if node.type == "variable_declaration" and _DISCARD.fullmatch(text):
        return Item("nothing", node)
    if node.type == "labeled_statement" and re.fullmatch(r"\{\s*\}", text):
        return Item("nothing", node)
    if node.type == "expression_statement":
        panic = _PANIC.fullmatch(text)
        if panic is not None and _says_so(text, panic[1]):
            return Item("missing", node, panic[1])
        error = _ERROR.fullmatch(text)
        if error is not None and markers.MESSAGE.search(error[1]):
            return Item("missing", node, error[1])
        if _is_trivial(text):
            return Item("trivial-return", node)
    return Item("code", node)


def _says_so(panic: str, message: str) -> bool:
    """A compile error mostly guards a target or a type; it asks for a body only where it says please."""
    if "@compileError" in panic:
        return re.search(r"(?i)please implement|implement (?:me|this)\b", message) is not None
    return markers.MESSAGE.search(message) is not None


def _is_missing_expression(node: Node) -> bool:
    panic = _PANIC.fullmatch(text_of(node))
    return panic is not None and _says_so(text_of(node), panic[1])


def _doubt(site: Site) -> str | None:
    if not is_bare(site):
        return doubt_of_idiom(site)
    if in_tests(site):
        return "a test's fixture"
    if not _returns_value(site.node):
        # Nothing forces a body: of 29 in the standard library and a language server none was a stub.
        return "a hook by its name" if _HOOK_NAME.search(site.simple_name) else "an empty function, as many in Zig"
    return None


def _returns_value(node: Node) -> bool | None:
    declared = text_of(node.child_by_field_name("type"))
    return declared.rpartition("!")[2].strip() not in ("void", "noreturn") if declared else None


LANGUAGE = Language(
    name="zig",
    grammar="tree_sitter_zig:language",
    callable_types=frozenset({"function_declaration"}),
    owner_types=_CONTAINERS,
    comment_types=frozenset({"comment"}),
    line_comment="//",
    body=braced_field("block"),
    classify=_classify,
    name_of=_name_of,
    returns_value=_returns_value,
    missing_types=frozenset({"builtin_function", "call_expression"}),
    is_missing_expression=_is_missing_expression,
    doubt=_doubt,
    placeholder=b"return;",
    # A `return` stands in an expression_statement.
    terminals=frozenset({"return_expression"}),
    hoisted=frozenset(),
)
