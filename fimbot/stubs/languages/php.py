"""PHP. `throw` is an expression in its grammar; interfaces and abstract methods have no body."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braced_field
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, inherits_documentation, is_bare, is_message
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_is_trivial = trivial(r"array\(\s*\)")
_NOT_IMPLEMENTED = pattern(r"(?i)\w*(?:not_?(?:yet_?)?implemented|unimplemented)\w*")
_HOOK_NAME = pattern(
    r"__(?!toString$|get$|isset$|call$|callStatic$|invoke$|serialize$)\w+$|(?:on|before|after|pre|post|handle|visit|_?boot|set_?[Uu]p|tear_?[Dd]own)(?:[A-Z_]|$)|(?:register|init|close)$"
)


def _classify(node: Node) -> Item:
    if node.type == "empty_statement":
        return Item("nothing", node)
    if node.type == "unset_statement":
        # `unset($x)` discards a parameter; `unset($this->items[$x])` does something.
        plain = all(child.type == "variable_name" for child in node.named_children)
        return Item("nothing" if plain else "code", node)
    if node.type == "return_statement":
        return Item("trivial-return" if _is_trivial(text_of(node)) else "code", node)
    if node.type == "expression_statement":
        child = first_named(node)
        if child is not None and child.type == "throw_expression":
            return _classify_throw(node, child)
        if is_message(text_of(node)):
            return Item("message", node)
    return Item("code", node)


def _classify_throw(node: Node, throw: Node) -> Item:
    created = next((child for child in throw.named_children if child.type == "object_creation_expression"), None)
    if created is None:
        return Item("code", node)
    names = [child for child in created.named_children if child.type in ("name", "qualified_name")]
    arguments = " ".join(text_of(child) for child in created.named_children if child.type == "arguments")
    if names and _NOT_IMPLEMENTED.fullmatch(text_of(names[0]).rpartition("\\")[2]):
        return Item("missing", node, arguments, certain=True)
    return Item("missing" if markers.MESSAGE.search(arguments) else "code", node, arguments)


def _returns_value(node: Node) -> bool | None:
    declared = node.child_by_field_name("return_type")
    return text_of(declared) not in ("void", "never") if declared is not None else None


def _is_missing_expression(node: Node) -> bool:
    if node.parent is not None and node.parent.type == "expression_statement":
        return False
    return _classify_throw(node, node).kind == "missing"


def _has(site: Site, *types: str) -> bool:
    return any(child.type in types for child in site.node.children)


def _is_private(site: Site) -> bool:
    return any(child.type == "visibility_modifier" and text_of(child) == "private" for child in site.node.children)


def _exempt(site: Site) -> str | None:
    parameters = site.node.child_by_field_name("parameters")
    if parameters is not None and any(child.type == "property_promotion_parameter" for child in parameters.children):
        return "a constructor that promotes its parameters" if is_bare(site) else None
    if site.simple_name in ("__construct", "__clone", "__wakeup") and _is_private(site) and is_bare(site):
        return "private, so that nobody can"
    return None


def _doubt(site: Site) -> str | None:
    owner = site.owner
    if not is_bare(site):
        return doubt_of_idiom(site) or _doubt_of_template(site)
    if _HOOK_NAME.match(site.simple_name) or in_tests(site):
        return "a magic method, a hook or a test's helper"
    if inherits_documentation(site) or re.search(r"#\[\s*\\?(?:Override|ReturnTypeWillChange)\b", site.header):
        return "an override, documented elsewhere"
    if owner is None or owner.type not in ("class_declaration", "anonymous_class", "trait_declaration"):
        return None
    if owner.type == "anonymous_class":
        return "a member of an anonymous class"
    if any(child.type == "abstract_modifier" for child in owner.children) and not _is_private(site):
        return "an empty method of an abstract class"
    return None


def _doubt_of_template(site: Site) -> str | None:
    """What the IDE writes for an interface is there to be filled while it is new; later it was left out on purpose."""
    if in_tests(site) and any(re.search(r"Implement \w+\(\) method", item.text) for item in site.items):
        return "a test's double"
    inherits = site.owner is not None and any(
        child.type in ("base_clause", "class_interface_clause") for child in site.owner.children
    )
    if site.new or not inherits or not site.has("missing") or has_todo(site):
        return None
    postponed = any(re.search(r"(?i)\byet\b|todo|fixme", item.text) for item in site.items if item.kind == "missing")
    return None if postponed else "perhaps a member that somebody else declares, not new"


LANGUAGE = Language(
    name="php",
    grammar="tree_sitter_php:language_php",
    callable_types=frozenset({"function_definition", "method_declaration"}),
    owner_types=frozenset(
        {"class_declaration", "interface_declaration", "trait_declaration", "enum_declaration", "anonymous_class"}
    ),
    comment_types=frozenset({"comment"}),
    line_comment="//",
    body=braced_field("compound_statement"),
    classify=_classify,
    returns_value=_returns_value,
    missing_types=frozenset({"throw_expression"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b";",
    terminals=frozenset({"return_statement", "throw_expression", "goto_statement", "exit_statement"}),
    hoisted=frozenset({"named_label_statement"}),
)
