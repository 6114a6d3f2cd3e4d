"""Rust. Attributes are siblings before the function; `todo!()` without `;` is a bare macro_invocation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site, before, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braced_field
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, is_bare, is_message, is_name
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = frozenset({"line_comment", "block_comment"})
_is_trivial = trivial(
    r"""Default::default\(\)|(?:\w+::)*default\(\)|(?:String|Vec|\w*Map|\w*Set)(?:::<.*>)?::new\(\)|vec!\[\s*\]|&\[\s*\]
    |(?:Ok|Some)\((?:\(\)|None|true|false|0(?:\.0)?(?:[iuf]\w+)?|""|vec!\[\s*\]|(?:\w+::)*(?:default|new)\(\))\)"""
)
_HARMLESS_ATTRIBUTE = (
    r"#!?\[\s*(?:inline|must_use|allow|expect|doc|track_caller|cold|deprecated|rustfmt|clippy|cfg)\b[^\n]*"
)
_GUARD = pattern(r"(?i)expect|support|invalid|unknown|unexpected|unreachable|\bonly\b|\bno[tn]?\b|n't\b|\{")
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
            return Item("nothing" if _are_names(discarded[1]) else "code", node)
        return Item("message" if is_message(re.sub(r"^let\s+", "", text_of(node))) else "code", node)
    if node.type == "assignment_expression" or expression.type == "assignment_expression":
        discarded = re.fullmatch(r"_\s*=\s*(.*?)", text_of(expression), re.DOTALL)
        return Item("nothing" if discarded and _are_names(discarded[1]) else "code", node)
    return _classify_value(node, expression)


def _are_names(value: str) -> bool:
    """`x`, `&x` or `(a, &b)`."""
    inner = value[1:-1] if value.startswith("(") and value.endswith(")") else value
    return all(is_name(each.strip().lstrip("&")) for each in inner.rstrip(", \n").split(","))


def _classify_value(node: Node, expression: Node) -> Item:
    returned = first_named(expression) if expression.type == "return_expression" else expression
    if returned is None:
        return Item("trivial-return", node)
    if returned.type == "macro_invocation" and returned != expression:
        return _classify_macro(node, returned)
    if expression.type != "return_expression" and node.type == "expression_statement":
        return Item("code", node)
    value = text_of(returned)
    failing = re.fullmatch(r"(?s)Err\((.*)\)", value)
    if failing and markers.MESSAGE.search(failing[1]):
        return Item("missing", node, failing[1])
    return Item("trivial-return" if _is_trivial(value) else "code", node)


def _classify_macro(node: Node, macro: Node) -> Item:
    name, message = _macro(macro)
    if name == "todo":
        return Item("missing", node, message, certain=True)
    if name == "unimplemented":
        # With words of its own it often is a guard: "Expected ...".
        says = markers.MESSAGE.search(message) is not None or not (_GUARD.search(message) or len(message) > 40)
        return Item("missing" if says else "code", node, message, certain=says)
    if name in ("panic", "bail", "unreachable") and markers.MESSAGE.search(message):
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
    if re.search(r"#\[cfg(?:_attr)?\(.*\bnot\b", site.header) and _is_counterpart(site):
        return "the twin for where a feature or a platform is not there"
    names = _parameters(site.node)
    if is_bare(site) and names and all(name.startswith("_") for name in names):
        return "a visitor's leaf: it leaves its parameters alone by their names"
    return None


def _is_counterpart(site: Site) -> bool:
    """Nothing says that it is to do, and where a definition of the same name stands beside it, that one does more."""
    if has_todo(site) or any(_promises(item) for item in site.items if item.kind == "missing"):
        return False
    block = site.node.parent
    does_more = site.once(_twins, block).get(site.simple_name) if block is not None else None
    return does_more is not False


def _promises(item: Item) -> bool:
    return re.match(r"(?:return\s+)?(?:\w+::)*todo!", text_of(item.node)) is not None or (
        markers.PROMISE.search(item.text) is not None
    )


def _twins(block: Node) -> dict[str, bool]:
    """Of each name that is defined more than once: whether one of its definitions does something."""
    does: dict[str, list[bool]] = {}
    for function in block.named_children:
        if function.type == "function_item":
            body = function.child_by_field_name("body")
            inside = [child for child in body.named_children if child.type not in _COMMENTS] if body is not None else []
            does.setdefault(_name_of(function), []).append(any(_classify(child).kind == "code" for child in inside))
    return {name: any(each) for name, each in does.items() if len(each) > 1}


def _parameters(node: Node) -> list[str]:
    parameters = node.child_by_field_name("parameters")
    fields = parameters.named_children if parameters is not None else []
    return [text_of(field.child_by_field_name("pattern")) for field in fields if field.type == "parameter"]


def _doubt(site: Site) -> str | None:
    owner = site.owner
    demanded = owner is not None and owner.type == "impl_item" and owner.child_by_field_name("trait") is not None
    if not is_bare(site):
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
