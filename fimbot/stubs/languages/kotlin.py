"""Kotlin. Its statements are expressions, so `TODO()` is one wherever it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import beside, braces, commented
from fimbot.stubs.signs import doubt_of_idiom, in_tests, inherits_documentation, is_bare, is_message
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = frozenset({"line_comment", "block_comment"})
_is_trivial = trivial(r"Unit|(?:empty|listOf|mapOf|setOf|arrayOf|arrayListOf)\w*(?:<.*>)?\(\s*\)")
_HARMLESS_ANNOTATION = r"@(?:Jvm\w+|Suppress|Throws|Composable|Synchronized|OptIn|kotlin\.jvm\.\w+)\b"
_HOOK_NAME = pattern(r"(?:on|before|after|pre|post|handle|visit)[A-Z]|(?:close|dispose|setUp|tearDown|main)$")


def _body(node: Node) -> Body | None:
    body = _child(node, "function_body") or _child(node, "block")
    if body is None:
        return None
    if body.type == "block":
        return braces(body)
    block = _child(body, "block")
    if block is not None:
        return braces(block)
    values = [child for child in body.named_children if child.type not in _COMMENTS]
    comments = [child for child in body.named_children if child.type in _COMMENTS]
    return commented(values[-1], [*comments, *beside(node, _COMMENTS)]) if values else None


def _child(node: Node, *types: str) -> Node | None:
    return next((child for child in node.children if child.type in types), None)


def _first(node: Node) -> Node | None:
    return node.children[0] if node.children else None


def _classify(node: Node) -> Item:
    if node.type == "call_expression":
        return _classify_call(node, node)
    if node.type == "throw_expression":
        thrown = first_named(node)
        return Item("code", node) if thrown is None else _classify_throw(node, thrown)
    if node.type == "return_expression":
        return _classify_return(node)
    if node.type == "property_declaration" and is_message(text_of(node)):
        return Item("message", node)
    return Item("code", node)


def _classify_call(node: Node, call: Node) -> Item:
    name, arguments = text_of(_first(call)), text_of(_child(call, "value_arguments"))
    if name in ("TODO", "kotlin.TODO"):
        return Item("missing", node, arguments, certain=True)
    if name == "error" and markers.MESSAGE.search(arguments):
        return Item("missing", node, arguments)
    return Item("code", node)


def _classify_throw(node: Node, thrown: Node) -> Item:
    name = text_of(_first(thrown)).rpartition(".")[2]
    arguments = text_of(_child(thrown, "value_arguments"))
    if name in ("NotImplementedError", "NotImplementedException"):
        return Item("missing", node, arguments, certain=True)
    if re.search(r"(?:Exception|Error)$", name) and markers.MESSAGE.search(arguments):
        return Item("missing", node, arguments)
    return Item("code", node)


def _classify_return(node: Node) -> Item:
    value = node.named_child(node.named_child_count - 1) if node.named_child_count else None
    if value is not None and value.type == "call_expression":
        returned = _classify_call(node, value)
        if returned.kind == "missing":
            return returned
    return Item("trivial-return" if _is_trivial(text_of(node)) else "code", node)


def _name_of(node: Node) -> str:
    if node.type in ("getter", "setter"):
        return node.type[:3]
    if node.type == "secondary_constructor":
        return "constructor"
    if node.type == "object_literal":
        return ""
    if node.type == "companion_object":
        return text_of(node.child_by_field_name("name")) or "Companion"
    if node.type == "property_declaration":
        return text_of(_child(_child(node, "variable_declaration") or node, "identifier"))
    return text_of(node.child_by_field_name("name") or _child(node, "identifier"))


def _outer(node: Node) -> Node:
    """An accessor that stands alone is its property."""
    parent = node.parent
    if node.type in ("getter", "setter") and parent is not None and parent.type == "property_declaration":
        accessors = [child for child in parent.children if child.type in ("getter", "setter")]
        return parent if len(accessors) == 1 else node
    return node


def _returns_value(node: Node) -> bool | None:
    if node.type != "function_declaration":
        return node.type == "getter"
    parameters = _child(node, "function_value_parameters")
    colon = parameters.next_sibling if parameters is not None else None
    if colon is not None and colon.type == ":":
        return text_of(colon.next_sibling) not in ("Unit", "Nothing", "kotlin.Unit")
    return None if _child(node, "function_body") and _child(_child(node, "function_body") or node, "=") else False


def _is_missing_expression(node: Node) -> bool:
    return _classify_call(node, node).certain


def _is_interface(owner: Node | None) -> bool:
    return owner is not None and owner.type == "class_declaration" and _child(owner, "interface") is not None


def _modifiers(site: Site) -> str:
    return text_of(_child(site.node, "modifiers"))


def _exempt(site: Site) -> str | None:
    if not is_bare(site):
        return None
    if _is_interface(site.owner):
        return "a default member of an interface"
    if re.search(r"\bopen\b", _modifiers(site)):
        return "open: others override it"
    if site.node.type == "secondary_constructor" and _child(site.node, "constructor_delegation_call"):
        return "a constructor that delegates"
    return None


def _doubt(site: Site) -> str | None:
    if not is_bare(site):
        return doubt_of_idiom(site)
    modifiers, owner = _modifiers(site), site.owner
    if re.search(r"\b(?:override|actual)\b", modifiers) or inherits_documentation(site):
        return "an override, or one platform's share, that does nothing"
    if owner is not None and owner.type == "object_literal":
        return "a member of an anonymous object"
    if site.node.type in ("setter", "secondary_constructor"):
        return "an empty setter or constructor"
    if "@" in re.sub(_HARMLESS_ANNOTATION, "", modifiers):
        return "annotated: what is registered may be the name alone"
    if _HOOK_NAME.match(site.simple_name) or in_tests(site):
        return "a hook by its name, or a test's helper"
    return None


LANGUAGE = Language(
    name="kotlin",
    grammar="tree_sitter_kotlin:language",
    callable_types=frozenset({"function_declaration", "getter", "setter", "secondary_constructor"}),
    owner_types=frozenset(
        {
            "class_declaration",
            "object_declaration",
            "companion_object",
            "object_literal",
            "enum_entry",
            "property_declaration",
        }
    ),
    comment_types=_COMMENTS,
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
    terminals=frozenset({"return_expression", "throw_expression"}),
)
