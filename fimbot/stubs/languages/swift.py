"""Swift. The statements of a body are one node deeper, and a computed property is a body of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.signs import doubt_of_idiom, in_tests, is_bare, is_message, is_name, says_so_inside
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_is_trivial = trivial(r"EmptyView\(\s*\)|\.(?:zero|none)|(?:String|\[\w+\]|Int|Double)\(\s*\)")
_STOPS = ("fatalError", "preconditionFailure", "assertionFailure")
_ACCESSORS = ("computed_getter", "computed_setter", "computed_modify")
_HARMLESS_ATTRIBUTE = (
    r"@(?:MainActor|discardableResult|inlinable|inline\([^)]*\)|available\([^)]*\)|objc|escaping|Sendable)\b"
)
_HOOK_NAME = pattern(r"(?:on|will|did|handle|visit|update(?:UI|NS))[A-Z]|(?:setUp|tearDown|main|close|invalidate)")


def _body(node: Node) -> Body | None:
    block = node.child_by_field_name("body") or node
    children = block.children
    first = next((child for child in children if child.type == "{"), None)
    last = children[-1] if children else None
    if first is None or last is None or last.type != "}" or last.is_missing or _accessors(node):
        return None
    return Body(tuple(_items(block)), first.end_byte, last.start_byte)


def _items(block: Node) -> Iterator[Node]:
    opened = False
    for child in block.children:
        if child.type == "statements":
            yield from child.named_children
        elif opened and child.is_named:
            yield child
        opened = opened or child.type == "{"


def _accessors(node: Node) -> list[Node]:
    return [child for child in node.children if child.type in _ACCESSORS]


def _classify(node: Node) -> Item:
    if node.type == "call_expression":
        return _classify_call(node, node)
    if node.type == "control_transfer_statement":
        return _classify_transfer(node)
    if node.type == "assignment" and text_of(node.child_by_field_name("target")) == "_":
        return Item("nothing" if is_name(text_of(node.child_by_field_name("result"))) else "code", node)
    if node.type == "property_declaration" and is_message(text_of(node)):
        return Item("message", node)
    return Item("trivial-return" if _is_trivial(text_of(node)) else "code", node)


def _classify_call(node: Node, call: Node) -> Item:
    name = text_of(call.children[0]) if call.children else ""
    arguments = " ".join(text_of(child) for child in call.children if child.type == "call_suffix")
    if name in _STOPS:
        return Item("missing", node, arguments)
    if _is_trivial(text_of(call)):
        return Item("trivial-return", node)
    return Item("code", node)


def _classify_transfer(node: Node) -> Item:
    text = text_of(node)
    if text.startswith("throw"):
        return Item("missing" if markers.MESSAGE.search(text) else "code", node, text)
    value = node.child_by_field_name("result")
    if value is not None and value.type == "call_expression" and _classify_call(node, value).kind == "missing":
        return _classify_call(node, value)
    return Item("trivial-return" if _is_trivial(text) else "code", node)


def _name_of(node: Node) -> str:
    if node.type == "computed_property":
        return "" if _accessors(node) else "get"
    if node.type in _ACCESSORS:
        return {"computed_getter": "get", "computed_setter": "set", "computed_modify": "_modify"}[node.type]
    if node.type in ("subscript_declaration", "deinit_declaration"):
        return node.type.partition("_")[0]
    if node.type == "property_declaration":
        pattern = node.child_by_field_name("name")
        return text_of(None if pattern is None else pattern.child_by_field_name("bound_identifier") or pattern)
    return text_of(node.child_by_field_name("name"))


def _outer(node: Node) -> Node:
    """A getter that stands alone is its property."""
    parent = node.parent
    if node.type in _ACCESSORS and parent is not None and len(_accessors(parent)) == 1:
        node, parent = parent, parent.parent
    if node.type == "computed_property" and parent is not None:
        return parent
    return node


def _returns_value(node: Node) -> bool | None:
    if node.type != "function_declaration":
        return node.type in ("computed_property", "computed_getter")
    arrow = next((child for child in node.children if child.type == "->"), None)
    return arrow is not None and text_of(arrow.next_sibling) not in ("Void", "()", "Never", "Swift.Void")


def _is_missing_expression(node: Node) -> bool:
    item = _classify_call(node, node)
    return item.kind == "missing" and markers.says_missing(item.text)


def _exempt(site: Site) -> str | None:
    header = site.header
    if re.search(r"@available\([^)]*\b(?:unavailable|deprecated)\b", header):
        return "unavailable: nobody can call it"
    if site.node.type == "init_declaration":
        message = " ".join(item.text for item in site.items if item.kind == "missing")
        if re.search(r"\bcoder\b", header) or re.search(r"init\([\w:]*\) has not been implemented", message):
            return "an initializer that is required and never called"
        return None if message or says_so_inside(site) else "an empty initializer"
    if site.node.type == "deinit_declaration" and is_bare(site):
        return "an empty deinitializer"
    return None


def _doubt(site: Site) -> str | None:
    if not is_bare(site):
        return doubt_of_idiom(site)
    modifiers = text_of(next((child for child in site.node.children if child.type == "modifiers"), None))
    if re.search(r"\b(?:override|open)\b", modifiers):
        return "an override, or open to one"
    if site.owner is not None and any(child.type == "extension" for child in site.owner.children):
        return "perhaps the default of a protocol"
    if site.simple_name == "set":
        return "an empty setter"
    if "@" in re.sub(_HARMLESS_ATTRIBUTE, "", modifiers):
        return "with an attribute: what is registered may be the name alone"
    if _HOOK_NAME.match(site.simple_name) or in_tests(site):
        return "a hook by its name, or a test's helper"
    return None


LANGUAGE = Language(
    name="swift",
    grammar="tree_sitter_swift:language",
    callable_types=frozenset(
        {
            "function_declaration",
            "init_declaration",
            "deinit_declaration",
            "computed_property",
            "computed_getter",
            "computed_setter",
        }
    ),
    owner_types=frozenset(
        {"class_declaration", "protocol_declaration", "property_declaration", "subscript_declaration"}
    ),
    comment_types=frozenset({"comment", "multiline_comment"}),
    line_comment="//",
    body=_body,
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    returns_value=_returns_value,
    missing_types=frozenset({"call_expression"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    # The grammar knows no empty statement.
    placeholder=b"return",
    terminals=frozenset({"control_transfer_statement"}),
    hoisted=frozenset({"function_declaration"}),
)
