"""Scala 2 and 3: bodies in braces, bodies by indentation, and bodies that are one expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import beside, braces, commented
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, is_bare, says_so_inside
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = frozenset({"comment", "block_comment"})

_is_trivial = trivial(
    r"""(?:\w+\.)*(?:Map|Seq|List|Set|Array|Vector|Option|IndexedSeq|Iterator|Iterable)
        (?:\.empty)?(?:\[[^\]]*\])?(?:\(\s*\))?"""
)
_THROWN = pattern(r"(?s)throw\s+(?:new\s+)?(?:\w+\.)*(\w+)\s*(?:\((.*)\))?")
_FAILED = pattern(r"(?s)(?:Future|IO|ZIO|Task|F)\.\w+\(\s*(?:new\s+)?(?:\w+\.)*NotImplemented\w*(.*)\)")
_INTRINSIC = pattern(r"@(?:\w+\.)*(?:stub|native|compileTimeOnly|intrinsic)\b")
_NULL_OBJECT = pattern(r"(?:No|Empty|Null)[A-Z]")
_HOOK_NAME = pattern(
    r"^(?:on|pre|post|before|after|visit|handle|setUp|tearDown|setup|teardown)(?:[A-Z_]|$)|^(?:close|dispose)$"
)


def _body(node: Node) -> Body | None:
    block = node.child_by_field_name("body")
    equals = next((child for child in node.children if child.type == "="), None)
    if block is None:
        return None
    if block.type == "block":
        return braces(block)
    before = [
        child for child in node.children if child.type in _COMMENTS and equals and child.start_byte > equals.start_byte
    ]
    if block.type != "indented_block" or equals is None:
        return commented(block, [*before, *beside(node, _COMMENTS)])
    inside = block.named_children
    code = [child for child in inside if child.type not in _COMMENTS]
    if len(code) == 1 and not _indentation_counts(node):
        return commented(code[0], [*before, *(child for child in inside if child.type in _COMMENTS)])
    items = (*before, *inside)
    return Body(items, equals.end_byte, items[-1].end_byte, closed=False)


def _indentation_counts(node: Node) -> bool:
    """Scala 3, where a body by indentation may grow to several statements: seen by a template without braces, or by
    a definition outside of one. In Scala 2 only one expression may stand there."""
    parent = node.parent
    while parent is not None:
        opening = parent.child(0) if parent.type == "template_body" else None
        if opening is not None and opening.type == ":":
            return True
        parent = parent.parent
    return node.parent is not None and node.parent.type == "compilation_unit"


def _classify(node: Node) -> Item:
    missing = _missing(node)
    if missing is not None:
        return missing
    if node.type == "unit":
        return Item("nothing", node)
    if node.type == "val_definition":
        pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
        if value is not None and text_of(pattern) == "_" and value.type in ("identifier", "field_expression"):
            return Item("nothing", node)
        if value is not None and text_of(pattern) in ("msg", "message") and "string" in value.type:
            return Item("message", node)
    return Item("trivial-return" if _is_trivial(text_of(node)) else "code", node)


def _missing(node: Node) -> Item | None:
    if node.type in ("operator_identifier", "field_expression"):
        certain = re.fullmatch(r"(?:(?:scala\.)?Predef\.)?\?\?\?", text_of(node)) is not None
        return Item("missing", node, certain=True) if certain else None
    if node.type == "throw_expression":
        thrown = _THROWN.fullmatch(text_of(node))
        name, message = (thrown[1], thrown[2] or "") if thrown is not None else ("", "")
        if name.startswith("NotImplemented"):
            return Item("missing", node, message, certain=True)
        if name.endswith(("Exception", "Error")) and markers.MESSAGE.search(message):
            return Item("missing", node, message)
    if node.type == "call_expression":
        failed = _FAILED.fullmatch(text_of(node))
        if failed is not None:
            return Item("missing", node, failed[1], certain=True)
        if text_of(node.child_by_field_name("function")) == "sys.error":
            message = text_of(node.child_by_field_name("arguments"))
            return Item("missing", node, message) if markers.MESSAGE.search(message) else None
    return None


def _is_missing_expression(node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type == "field_expression" or "import" in parent.type:
        return False
    if node in (parent.child_by_field_name("name"), parent.child_by_field_name("operator")):
        return False
    return _missing(node) is not None


def _exempt(site: Site) -> str | None:
    if _INTRINSIC.search(site.header):
        return "an intrinsic by its annotation"
    if site.simple_name == "???":
        return "the idiom itself"
    if is_bare(site) and site.owner is not None and site.owner.type == "trait_definition":
        return "a trait's default"
    return None


def _is_abstract(owner: Node) -> bool:
    return "abstract" in text_of(owner).partition("class")[0]


def _doubt(site: Site) -> str | None:
    owner = site.owner
    if in_tests(site) and not says_so_inside(site):
        return "a test's fixture"
    if not is_bare(site):
        return _doubt_of_placeholder(site) or doubt_of_idiom(site)
    if re.search(r"\boverride\b", site.header):
        return "an override"
    if owner is not None and owner.type == "class_definition" and site.once(_is_abstract, owner):
        return "an empty method of an abstract class"
    if site.simple_name == "this":
        return "an empty constructor"
    return "a hook by its name" if _HOOK_NAME.search(site.simple_name) else None


def _doubt_of_placeholder(site: Site) -> str | None:
    """`???` where nothing will ever be called: of 174 in four mature projects some 50 were of these kinds."""
    if not site.has("missing") or has_todo(site):
        return None
    if re.search(r"\bimplicit\s+def\b", site.header):
        return "an implicit, which may be there for its type alone"
    if re.search(r"\boverride\b", site.header) and not site.new:
        return "an override that has long been there"
    template = site.node.parent
    within = template.parent.type if template is not None and template.parent is not None else ""
    if within == "instance_expression" and not site.new:
        return "a member of an anonymous instance that has long been there"
    if site.simple_name in ("productElement", "canEqual"):
        return "required by Product, and called by nobody"
    owner = site.owner
    if owner is not None and owner.type == "object_definition" and _NULL_OBJECT.match(_name_field(owner)):
        return "a member of a null object"
    return None


def _name_field(node: Node) -> str:
    return text_of(node.child_by_field_name("name"))


def _returns_value(node: Node) -> bool | None:
    declared = text_of(node.child_by_field_name("return_type"))
    if declared:
        return declared not in ("Unit", "Nothing")
    return None if any(child.type == "=" for child in node.children) else False


LANGUAGE = Language(
    name="scala",
    grammar="tree_sitter_scala:language",
    callable_types=frozenset({"function_definition"}),
    owner_types=frozenset(
        {"class_definition", "object_definition", "trait_definition", "enum_definition", "given_definition"}
    ),
    comment_types=_COMMENTS,
    line_comment="//",
    body=_body,
    classify=_classify,
    returns_value=_returns_value,
    missing_types=frozenset({"operator_identifier", "field_expression", "throw_expression", "call_expression"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b"()",
    terminals=frozenset({"return_expression", "throw_expression"}),
    hoisted=frozenset({"function_definition", "class_definition", "object_definition", "trait_definition"}),
    indent="  ",
)
