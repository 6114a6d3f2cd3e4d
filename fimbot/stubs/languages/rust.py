"""Rust. Attributes are siblings before the function; `todo!()` without `;` is a bare macro_invocation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site, before, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braced_field
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, is_bare, is_message, is_name

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = frozenset({"line_comment", "block_comment"})
_TRIVIAL = pattern(
    r"""(?x)\(\)|None|Ok\(\(\)\)|Ok\(None\)|Ok\(vec!\[\]\)|0(?:\.0)?(?:[iuf]\w+)?|false|""|vec!\[\s*\]|&?\[\s*\]
    |(?:String|Vec|\w*Map|\w*Set)(?:::<.*>)?::new\(\)|(?:\w+::)?[dD]efault(?:::default)?\(\)"""
)
_HARMLESS_ATTRIBUTE = (
    r"#!?\[\s*(?:inline|must_use|allow|expect|doc|track_caller|cold|deprecated|rustfmt|clippy|cfg)\b[^\n]*"
)
_ASSERTION = pattern(r"_*(?:assert|require|check|is|_?f\d?$|_)_?")


def _classify(node: Node) -> Item:
    expression = node
    if node.type == "expression_statement" and node.named_child_count == 1:
        expression = first_named(node) or node
    if node.type == "empty_statement":
        return Item("nothing", node)
    if expression.type == "macro_invocation":
        return _classify_macro(node, expression)
    if node.type == "let_declaration":
        discarded = re.fullmatch(r"let\s+_\s*=\s*(.*?);", text_of(node), re.DOTALL)
        if discarded:
            return Item("nothing" if is_name(discarded[1].lstrip("&")) else "code", node)
        return Item("message" if is_message(re.sub(r"^let\s+", "", text_of(node))) else "code", node)
    if node.type == "assignment_expression" or expression.type == "assignment_expression":
        discarded = re.fullmatch(r"_\s*=\s*(.*?)", text_of(expression), re.DOTALL)
        return Item("nothing" if discarded and is_name(discarded[1].lstrip("&")) else "code", node)
    value = text_of(expression)
    if expression.type == "return_expression":
        value = value[len("return") :].strip()
        if not value:
            return Item("trivial-return", node)
    elif node.type == "expression_statement":
        return Item("code", node)
    return Item("trivial-return" if _TRIVIAL.fullmatch(value) else "code", node)


def _classify_macro(node: Node, macro: Node) -> Item:
    name, message = _macro(macro)
    if name == "todo":
        return Item("missing", node, message, certain=True)
    if name == "unimplemented":
        # With words of its own it mostly is a guard: "Expected ...".
        says = not message or markers.MESSAGE.search(message) is not None
        return Item("missing" if says else "code", node, message, certain=says)
    if name == "panic" and markers.MESSAGE.search(message):
        return Item("missing", node, message)
    return Item("code", node)


def _macro(node: Node) -> tuple[str, str]:
    name = text_of(node.child_by_field_name("macro")).rpartition("::")[2]
    arguments = next((text_of(child) for child in node.children if child.type == "token_tree"), "")
    return name, arguments[1:-1].strip()


def _is_missing_expression(node: Node) -> bool:
    name, message = _macro(node)
    if name == "todo":
        return True
    arm = node.parent
    guard = arm is not None and arm.type == "match_arm" and text_of(arm.child_by_field_name("pattern")) == "_"
    return name == "unimplemented" and not guard and (not message or markers.says_missing(message))


def _outer(node: Node) -> Node:
    first = node
    for sibling in before(node):
        if sibling.type == "attribute_item":
            first = sibling
        elif sibling.type not in _COMMENTS:
            break
    return first


def _returns_value(node: Node) -> bool | None:
    declared = text_of(node.child_by_field_name("return_type"))
    return declared not in ("", "()", "!")


def _name_of(node: Node) -> str:
    return text_of(node.child_by_field_name("type" if node.type == "impl_item" else "name"))


def _exempt(site: Site) -> str | None:
    generic = site.node.child_by_field_name("type_parameters") is not None
    if generic and not site.items and _ASSERTION.match(site.simple_name):
        return "an assertion about types"
    if re.search(r"#\[cfg(?:_attr)?\(.*\bnot\b", site.header):
        return "the twin for where a feature or a platform is not there"
    names = _parameters(site.node)
    if is_bare(site) and names and all(name.startswith("_") for name in names):
        return "a visitor's leaf: it leaves its parameters alone by their names"
    return None


def _parameters(node: Node) -> list[str]:
    parameters = node.child_by_field_name("parameters")
    fields = parameters.named_children if parameters is not None else []
    return [text_of(field.child_by_field_name("pattern")) for field in fields if field.type == "parameter"]


def _doubt(site: Site) -> str | None:
    owner = site.owner
    demanded = owner is not None and owner.type == "impl_item" and owner.child_by_field_name("trait") is not None
    if not is_bare(site):
        if (
            demanded
            and not has_todo(site)
            and any(not item.text and _is_unimplemented(item.node) for item in site.items)
        ):
            return "what a trait demands, and nobody calls"
        if in_tests(site) and site.has("missing"):
            return "in test code"
        return doubt_of_idiom(site)
    if owner is not None and owner.type == "trait_item":
        return "a trait's default"
    if demanded:
        return "what a trait demands"
    if re.search(r"#!?\[", re.sub(_HARMLESS_ATTRIBUTE, "", site.header)):
        return "with an attribute: what is registered may be the name alone"
    if site.simple_name == "main" or in_tests(site) or any(_is_tests(owner) for owner in site.owners):
        return "in test code, or a main"
    return None


def _is_unimplemented(node: Node) -> bool:
    """In 2 of 10 that were read it was a stub; `todo!()` always is."""
    return re.match(r"(?:\w+::)?unimplemented!", text_of(node)) is not None


def _is_tests(owner: Node) -> bool:
    return owner.type == "mod_item" and "test" in text_of(owner.child_by_field_name("name"))


LANGUAGE = Language(
    name="rust",
    grammar="tree_sitter_rust:language",
    callable_types=frozenset({"function_item"}),
    owner_types=frozenset({"impl_item", "trait_item", "mod_item"}),
    comment_types=_COMMENTS,
    line_comment="//",
    body=braced_field("block"),
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    returns_value=_returns_value,
    missing_types=frozenset({"macro_invocation"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b";",
    placeholder_expression=b"x",
    terminals=frozenset({"return_expression"}),
    hoisted=frozenset(
        {
            "function_item",
            "struct_item",
            "enum_item",
            "union_item",
            "impl_item",
            "trait_item",
            "type_item",
            "const_item",
            "static_item",
            "mod_item",
            "use_declaration",
            "macro_definition",
            "attribute_item",
        }
    ),
)
