"""Dart. A body is a sibling of its signature, so the callable is the `function_body`, and begins with the signature."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, before, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braces, commented
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, is_message
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = frozenset({"comment", "documentation_comment"})
_THROWS = frozenset({"throw_expression", "throw_expression_without_cascade"})
_CONSTRUCTORS = ("constructor_signature", "constant_constructor_signature")

_is_trivial = trivial(
    r"""(?:const\s*)?<[^>]*>(?:\[\s*\]|\{\s*\}) | const\s*(?:\[\s*\]|\{\s*\})
    | (?:Future|SynchronousFuture)(?:<[^>]*>)?(?:\.value)?\(\s*(?:null|false|true|0)?\s*\)"""
)
_THROWN = pattern(r"(?s)throw\s+(?:new\s+|const\s+)?(?:[a-z_]\w*\.)?(\w+)(?:\.\w+)?\s*(?:\((.*)\))?")
_NAMES = pattern(r"""\s*(?:\w+|["'][\w.$()]*["'])?,?\s*""")
"""A message that tells no more than a name, or none."""
_DISCARD = pattern(r"(?:(?:final|var)\s+)?_+\s*=\s*[\w.]+\s*;")
_HOOK_NAME = pattern(
    r"^_?(?:on|pre|post|before|after|did|will|visit|handle|setUp|tearDown)(?:[A-Z]|$)|^(?:dispose|close|initState|reset)$"
)


def _signature(node: Node) -> Node | None:
    above = next((sibling for sibling in before(node) if sibling.type not in _COMMENTS), None)
    if above is not None and above.type == "method_signature":
        above = next((child for child in above.named_children if child.type.endswith("_signature")), None)
    return above if above is not None and above.type.endswith("_signature") else None


def _body(node: Node) -> Body | None:
    if node.type != "function_body":
        return None
    block = next((child for child in node.named_children if child.type == "block"), None)
    if block is not None:
        return braces(block)
    arrow = next((child for child in node.children if child.type == "=>"), None)
    if arrow is None:
        return None
    after = [child for child in node.named_children if child.start_byte > arrow.start_byte]
    code = [child for child in after if child.type not in _COMMENTS]
    return commented(code[0], [child for child in after if child.type in _COMMENTS]) if len(code) == 1 else None


def _name_of(node: Node) -> str:
    if node.type == "function_body":
        signature = _signature(node)
        return _signed_name(signature) if signature is not None else ""
    named = node.child_by_field_name("name")
    return text_of(named or next((child for child in node.named_children if child.type == "identifier"), None))


def _signed_name(signature: Node) -> str:
    if signature.type == "operator_signature":
        parameters = next((c for c in signature.children if c.type == "formal_parameter_list"), None)
        text = text_of(signature)[: -len(text_of(parameters))] if parameters is not None else text_of(signature)
        return "operator" + text.rpartition("operator")[2].strip()
    names = signature.children_by_field_name("name") or [c for c in signature.children if c.type == "identifier"]
    return text_of(names[-1]) if names else ""


def _outer(node: Node) -> Node:
    signature = _signature(node)
    if signature is None:
        return node
    first = (
        signature.parent if signature.parent is not None and signature.parent.type == "method_signature" else signature
    )
    for sibling in before(first):
        if sibling.type == "annotation":
            first = sibling
        elif sibling.type not in _COMMENTS:
            break
    return first


def _classify(node: Node) -> Item:
    if node.type == "empty_statement":
        return Item("nothing", node)
    inner = node.named_child(0) if node.type == "expression_statement" and node.named_child_count == 1 else node
    if inner is not None and inner.type in _THROWS:
        return _thrown(node, text_of(inner)) or Item("code", node)
    text = text_of(node)
    if _DISCARD.fullmatch(text):
        return Item("nothing", node)
    if is_message(text):
        return Item("message", node)
    return Item("trivial-return" if _is_trivial(text) else "code", node)


def _thrown(node: Node, text: str) -> Item | None:
    thrown = _THROWN.fullmatch(text)
    if thrown is not None:
        name, message = thrown[1], thrown[2] or ""
        if name in ("UnimplementedError", "NotImplementedError", "NotImplementedException"):
            return Item("missing", node, message, certain=_NAMES.fullmatch(message) is not None)
        if name.endswith(("Error", "Exception")):
            return Item("missing", node, message) if markers.MESSAGE.search(message) else None
    quoted = re.fullmatch(r"(?s)throw\s+r?(['\"].*['\"])", text)
    return Item("missing", node, quoted[1]) if quoted is not None and markers.MESSAGE.search(quoted[1]) else None


def _is_missing_expression(node: Node) -> bool:
    return _thrown(node, text_of(node)) is not None


def _class_header(owner: Node) -> str:
    return text_of(owner).partition("{")[0]


def _exempt(site: Site) -> str | None:
    header = site.once(_class_header, site.owner) if site.owner is not None else ""
    if re.search(r"@(?:riverpod|Riverpod|stub)\b|\bexternal\b", site.header):
        return "a provider or an external by its annotation"
    if site.simple_name == "noSuchMethod" or (site.owner is not None and site.once(_has_no_such_method, site.owner)):
        return "noSuchMethod, or a class that has it: a fake"
    if re.search(r"\bextends\s+(?:Fake|Mock)\b|\bwith\s+(?:\w+,\s*)*Mock\w*\b", header):
        return "a mock or a fake by its class"
    if re.search(r"\bextends\s+PlatformInterface\b", header):
        return "a platform interface, which every platform implements"
    signature = _signature(site.node)
    constructor = signature is not None and signature.type in _CONSTRUCTORS and not site.items
    if constructor and (re.search(r"\b(?:this|super)\b|:", site.header) or site.simple_name.startswith("_")):
        return "a constructor whose parameters do the work, or a private one"
    return None


def _has_no_such_method(owner: Node) -> bool:
    body = next((child for child in owner.named_children if child.type == "class_body"), None)
    signatures = [child for child in body.named_children if child.type == "method_signature"] if body else []
    return any(re.search(r"\bnoSuchMethod\s*\(", text_of(signature)) for signature in signatures)


def _says_so(site: Site) -> bool:
    return any(markers.MESSAGE.search(item.text) for item in site.items if item.kind == "missing")


def _doubt(site: Site) -> str | None:
    if has_todo(site):
        return doubt_of_idiom(site)
    if in_tests(site):
        return "a test's fixture"
    if _says_so(site):
        return doubt_of_idiom(site)
    header = site.once(_class_header, site.owner) if site.owner is not None else ""
    if re.match(r"(?:\w+\s+)*?(?:abstract|mixin)\b|(?:\w+\s+)*class\s+_?(?:Base|Abstract)", header):
        return "a method of an abstract class, a base class or a mixin"
    if site.has("missing"):
        # Of 54 in three applications nearly all without a TODO were members that the class cannot have.
        return "an override that raises" if re.search(r"@override\b", site.header) else None
    signature = _signature(site.node)
    if signature is not None and signature.type in (*_CONSTRUCTORS, "setter_signature"):
        return "an empty constructor or setter"
    if re.search(r"@override\b", site.header):
        return "an override"
    return "a hook by its name" if _HOOK_NAME.search(site.simple_name) else None


def _returns_value(node: Node) -> bool | None:
    signature = _signature(node)
    if signature is None or signature.type not in ("function_signature", "getter_signature", "operator_signature"):
        return False
    name = signature.child_by_field_name("name")
    end = name.start_byte - signature.start_byte if name is not None else len(text_of(signature))
    declared = text_of(signature).encode()[:end].decode("utf-8", "replace")
    declared = re.sub(r"\b(?:get|operator.*)\s*$|\s", "", declared)
    return (
        not re.fullmatch(r"(?:void|Never|Null|(?:Future|FutureOr)<(?:void|Null|Never)>\??)", declared)
        if declared
        else None
    )


LANGUAGE = Language(
    name="dart",
    grammar="tree_sitter_dart:language",
    callable_types=frozenset({"function_body"}),
    owner_types=frozenset(
        {
            "class_definition",
            "mixin_declaration",
            "extension_declaration",
            "extension_type_declaration",
            "enum_declaration",
        }
    ),
    comment_types=_COMMENTS,
    line_comment="//",
    body=_body,
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    returns_value=_returns_value,
    missing_types=_THROWS,
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b";",
    # A `throw` stands in an expression_statement.
    terminals=frozenset({"return_statement", "throw_expression"}),
    hoisted=frozenset(),
    indent="  ",
)
