"""C, and what C++ shares with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braced_field
from fimbot.stubs.signs import doubt_of_idiom, in_tests, is_bare, is_message, is_name
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_is_trivial = trivial(
    r"""'\\0'|std::nullopt|-ENOSYS|E_NOTIMPL
    |(?:std::\w+|Q[A-Z]\w+)(?:<[\w:\s,*&<>]*>)?\s*\(\s*\)|[\w:]+(?:<[\w:\s,*&<>]*>)?\s*\{\s*\}"""
)
_UNUSED = pattern(r"(?i)\w*unused\w*|unreferenced_parameter|ignore_unused|static_cast<void>")
_SAYS_SO = pattern(r"(?i)todo|\w*unimplemented\w*|\w*not_?(?:yet_?)?implemented\w*|\w*not_?impl|\w*implement_?me")
_RAISES = pattern(r"(?i)raise|throw|err")
_STOPS = pattern(r"(?i)\w*(?:panic|abort|fatal|unreachable|assert)\w*|die|assert")

LABELS_AND_DIRECTIVES = frozenset(
    {
        "labeled_statement",
        "preproc_def",
        "preproc_function_def",
        "preproc_call",
        "preproc_if",
        "preproc_ifdef",
        "preproc_include",
    }
)
"""What holds, or is jumped to, after a return."""


def declared(node: Node) -> Node | None:
    """The innermost function_declarator: in `int (*f(void))(int)` that of `f`."""
    declarator = node.child_by_field_name("declarator")
    found: Node | None = None
    while declarator is not None:
        if declarator.type == "function_declarator":
            found = declarator
        inner = declarator.child_by_field_name("declarator")
        if inner is None and declarator.type in ("parenthesized_declarator", "reference_declarator"):
            inner = next((child for child in declarator.named_children if child.type.endswith("declarator")), None)
        declarator = inner
    return found


def classify(node: Node) -> Item:
    if node.type == "expression_statement":
        child = next((child for child in node.named_children if child.type != "comment"), None)
        return Item("nothing", node) if child is None else classify_expression(node, child)
    if node.type == "return_statement":
        return Item("trivial-return" if _is_trivial(text_of(node)) else "code", node)
    if node.type == "declaration" and is_message(text_of(node)):
        return Item("message", node)
    return Item("code", node)


def classify_expression(node: Node, child: Node) -> Item:
    if child.type == "cast_expression" and text_of(child.child_by_field_name("type")) == "void":
        return Item("nothing" if is_name(text_of(child.child_by_field_name("value"))) else "code", node)
    if child.type == "assignment_expression" and text_of(child.child_by_field_name("left")) == "std::ignore":
        return Item("nothing" if is_name(text_of(child.child_by_field_name("right"))) else "code", node)
    if child.type != "call_expression":
        return Item("code", node)
    name = text_of(child.child_by_field_name("function"))
    arguments = text_of(child.child_by_field_name("arguments"))
    simple = name.rpartition("::")[2]
    if _UNUSED.fullmatch(simple):
        return Item("nothing", node)
    if _SAYS_SO.fullmatch(simple) and (not _RAISES.search(simple) or markers.MESSAGE.search(arguments)):
        return Item("missing", node, arguments, certain=True)
    if _STOPS.fullmatch(simple) and markers.MESSAGE.search(arguments):
        return Item("missing", node, arguments)
    return Item("code", node)


def is_missing_expression(node: Node) -> bool:
    return classify_expression(node, node).kind == "missing"


def returns_value(node: Node) -> bool | None:
    """By the words before the name: a macro there (`__weak void f()`) is what the grammar takes for the type."""
    declarator, type_ = node.child_by_field_name("declarator"), node.child_by_field_name("type")
    if type_ is None or declarator is None:
        return None
    if any(child.is_error for child in node.children) or re.fullmatch(r"[A-Z_\d]+|__\w+", text_of(type_)):
        return None
    return declarator.type != "function_declarator" or text_of(type_) != "void"


def _name_of(node: Node) -> str:
    found = declared(node)
    return text_of(found.child_by_field_name("declarator")) if found is not None else ""


def _doubt(site: Site) -> str | None:
    return doubt_of_idiom(site) or doubt_of_empty(site, returns=returns_value(site.node))


def doubt_of_empty(site: Site, *, returns: bool | None) -> str | None:
    if not is_bare(site):
        return None
    if not returns:
        return "an empty function without a word"
    if site.simple_name == "main" or "naked" in site.header or in_tests(site):
        return "it may end without a return, or is an example"
    return None


LANGUAGE = Language(
    name="c",
    grammar="tree_sitter_c:language",
    callable_types=frozenset({"function_definition"}),
    owner_types=frozenset(),
    comment_types=frozenset({"comment"}),
    line_comment="//",
    body=braced_field("compound_statement"),
    classify=classify,
    name_of=_name_of,
    returns_value=returns_value,
    missing_types=frozenset({"call_expression"}),
    is_missing_expression=is_missing_expression,
    doubt=_doubt,
    placeholder=b";",
    terminals=frozenset({"return_statement", "goto_statement"}),
    hoisted=LABELS_AND_DIRECTIVES,
)
