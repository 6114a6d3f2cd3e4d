"""C++. Initializer lists are siblings of the body, and a template is a node around its function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site, first_named, text_of
from fimbot.stubs.languages import c
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braced_field
from fimbot.stubs.signs import doubt_of_idiom, is_bare, says_so_inside

if TYPE_CHECKING:
    from tree_sitter import Node

_NOT_IMPLEMENTED = pattern(r"(?i)\w*(?:not_?(?:yet_?)?implemented|unimplemented)\w*")


def _classify(node: Node) -> Item:
    if node.type == "throw_statement":
        thrown = first_named(node)
        return Item("code", node) if thrown is None else _classify_throw(node, thrown)
    return c.classify(node)


def _classify_throw(node: Node, thrown: Node) -> Item:
    kind = thrown.child_by_field_name("function") or thrown.child_by_field_name("type")
    arguments = thrown.child_by_field_name("arguments") or thrown.child_by_field_name("value")
    if thrown.type == "new_expression" or kind is None:
        text = text_of(thrown)
        return Item("missing" if markers.MESSAGE.search(text) else "code", node, text)
    certain = _NOT_IMPLEMENTED.fullmatch(text_of(kind).rpartition("::")[2]) is not None
    if certain or markers.MESSAGE.search(text_of(arguments)):
        return Item("missing", node, text_of(arguments), certain=certain)
    return Item("code", node)


def _name_of(node: Node) -> str:
    if node.type != "function_definition":
        return re.sub(r"<.*>", "", text_of(node.child_by_field_name("name"))).replace("::", ".")
    cast = node.child_by_field_name("declarator")
    while cast is not None and cast.type == "qualified_identifier":
        cast = cast.child_by_field_name("name")
    if cast is not None and cast.type == "operator_cast":
        return f"operator {text_of(cast.child_by_field_name('type'))}"
    found = c.declared(node)
    if found is None:
        return ""
    name = text_of(found.child_by_field_name("declarator"))
    scope, _, simple = name.rpartition("::") if "operator" not in name else ("", "", name)
    return f"{re.sub(r'<.*?>', '', scope)}::{simple}".strip(":").replace("::", ".")


def _outer(node: Node) -> Node:
    """With the template's parameters, `friend` and `extern "C"`."""
    while node.parent is not None and (
        node.parent.type in ("template_declaration", "friend_declaration")
        or (node.parent.type == "linkage_specification" and node.parent.child_by_field_name("body") == node)
    ):
        node = node.parent
    return node


def _returns_value(node: Node) -> bool | None:
    found = c.declared(node)
    trailing = [] if found is None else [child for child in found.children if child.type == "trailing_return_type"]
    if trailing:
        return text_of(trailing[0]).removeprefix("->").strip() != "void"
    if text_of(node.child_by_field_name("type")) in ("auto", "decltype(auto)"):
        return None
    return c.returns_value(node)


def _is_structor(site: Site) -> bool:
    """A constructor or a destructor, in its class or outside."""
    if site.simple_name.startswith("~") or site.name.split(".")[-2:-1] == [site.simple_name]:
        return True
    return any(child.type == "field_initializer_list" for child in site.node.children)


def _is_macro_call(site: Site) -> bool:
    """`TEST(a, b) { }`: a function without a type, and so the use of a macro that nobody can see from here."""
    untyped = site.node.child_by_field_name("type") is None
    return untyped and not _is_structor(site) and not site.simple_name.startswith("operator")


def _exempt(site: Site) -> str | None:
    if _is_structor(site) and not site.has("missing") and not says_so_inside(site):
        return "a constructor or a destructor"
    if _is_macro_call(site) and is_bare(site):
        return "the body of a macro"
    return None


def _doubt(site: Site) -> str | None:
    if _is_macro_call(site):
        return "the body of a macro"
    virtual = re.match(r"(?s)(?:.*\s)?virtual\s(?!.*\b(?:override|final)\b)", site.header)
    if virtual and not says_so_inside(site):
        return "virtual: others override it"
    if not site.has("missing") and not says_so_inside(site) and re.search(r"\boverride\b", site.header):
        return "an override that does nothing; the TODO above it may be about something else"
    return doubt_of_idiom(site) or c.doubt_of_empty(site, returns=_returns_value(site.node))


LANGUAGE = Language(
    name="cpp",
    grammar="tree_sitter_cpp:language",
    callable_types=frozenset({"function_definition"}),
    owner_types=frozenset({"class_specifier", "struct_specifier", "union_specifier"}),
    comment_types=frozenset({"comment"}),
    line_comment="//",
    body=braced_field("compound_statement"),
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    returns_value=_returns_value,
    missing_types=frozenset({"call_expression"}),
    is_missing_expression=c.is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b";",
    terminals=frozenset({"return_statement", "throw_statement", "goto_statement", "co_return_statement"}),
    hoisted=c.LABELS_AND_DIRECTIVES,
)
