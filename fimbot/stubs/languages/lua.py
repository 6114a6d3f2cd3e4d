"""Lua. A function without statements has no body node: the body is what lies between the parameters and `end`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.signs import doubt_of_idiom, in_tests, is_bare, is_message
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = frozenset({"comment"})

_is_trivial = trivial()
_DISCARD = pattern(r"(?:local\s+)?_+(?:\s*,\s*_+)*\s*=\s*[\w.]+(?:\s*,\s*[\w.]+)*\s*;?")
_RAISES = pattern(r"(?s)(?:error|assert|print|warn)\s*(?:\(\s*)?((?:false\s*,|nil\s*,)?.*)")
_ANSWER = pattern(r"(?s)return\s+(?:nil|false)\s*,\s*(.*)")
_META = pattern(r"^---\s*@meta\b", re.MULTILINE)
_HOOK_NAME = pattern(
    r"(?i)^_?(?:on|pre|post|before|after|visit|handle|setup|teardown)(?:_|[A-Z]|$)|^__(?:gc|close|mode|newindex|call|index)$"
    r"|^_?(?:init|initialize|new|close|destroy|update|draw|load|unload|start|stop|reset|dispose|setup|teardown)$"
)


def _body(node: Node) -> Body | None:
    parameters = node.child_by_field_name("parameters")
    last = node.child(node.child_count - 1)
    if parameters is None or last is None or last.type != "end" or last.is_missing:
        return None
    items: list[Node] = []
    for child in node.named_children:
        if child.start_byte >= parameters.end_byte:
            items += child.named_children if child.type == "block" else [child]
    return Body(tuple(items), parameters.end_byte, last.start_byte)


def _name_of(node: Node) -> str:
    named = node.child_by_field_name("name")
    if named is not None:
        return text_of(named).replace(":", ".")
    parent = node.parent
    if parent is None:
        return ""
    if parent.type == "field":
        key = parent.child_by_field_name("name")
        computed = key is None or (key.type != "string" and key.prev_sibling is not None)
        return "" if computed else text_of(key).strip("'\"")
    variables = parent.prev_named_sibling if parent.type == "expression_list" else None
    if variables is None or variables.type != "variable_list":
        return ""
    place = parent.named_children.index(node)
    targets = variables.named_children
    return text_of(targets[place]) if place < len(targets) and "attribute" not in targets[place].type else ""


def _outer(node: Node) -> Node:
    """`local f = function`: the whole statement, where the function is its only value."""
    parent = node.parent
    if node.type != "function_definition" or parent is None or parent.type != "expression_list":
        return node
    statement = parent.parent
    if statement is None or parent.named_child_count != 1:
        return node
    wrapper = statement.parent
    return wrapper if wrapper is not None and wrapper.type == "variable_declaration" else statement


def _classify(node: Node) -> Item:
    if node.type == "empty_statement":
        return Item("nothing", node)
    text = text_of(node)
    if node.type in ("variable_declaration", "assignment_statement"):
        if _DISCARD.fullmatch(text):
            return Item("nothing", node)
        if is_message(text):
            return Item("message", node)
    if node.type == "function_call":
        raised = _RAISES.fullmatch(text) if text_of(node.child_by_field_name("name")) in _RAISERS else None
        if raised is not None and markers.MESSAGE.search(raised[1]):
            return Item("missing", node, raised[1])
    if node.type == "return_statement":
        if _is_trivial(text):
            return Item("trivial-return", node)
        answer = _ANSWER.fullmatch(text)
        if answer is not None and markers.MESSAGE.search(answer[1]):
            return Item("missing", node, answer[1])
    return Item("code", node)


_RAISERS = ("error", "assert", "print", "warn")


def _is_missing_expression(node: Node) -> bool:
    return text_of(node.child_by_field_name("name")) == "error" and _classify(node).kind == "missing"


def _is_definitions(root: Node) -> bool:
    return _META.search(text_of(root)) is not None


def _exempt(site: Site) -> str | None:
    if site.once(_is_definitions, site.root):
        return "a definition file: its functions never have bodies"
    return None


def _doubt(site: Site) -> str | None:
    if not is_bare(site):
        return doubt_of_idiom(site)
    # As in Ruby: who leaves a body to be written leaves a line for it. Of 256 empty functions in eight projects
    # most stood on one line, in a row, each a default for those who need no more.
    if site.node.start_point.row == site.node.end_point.row:
        return "an empty function on one line"
    if re.search(r"(?:^|\.)(?:Base|Abstract|Generic)\w*\.|Base\.", site.name):
        return "an empty method of a base class"
    if site.node.parent is not None and site.node.parent.type == "field":
        return "a table's field"
    if _HOOK_NAME.search(site.simple_name):
        return "a hook by its name"
    return "a test's fixture" if in_tests(site) else None


LANGUAGE = Language(
    name="lua",
    grammar="tree_sitter_lua:language",
    callable_types=frozenset({"function_declaration", "function_definition"}),
    owner_types=frozenset(),
    comment_types=_COMMENTS,
    line_comment="--",
    body=_body,
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    missing_types=frozenset({"function_call"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b"return",
    terminals=frozenset({"return_statement"}),
    hoisted=frozenset(),
    indent="  ",
)
