"""Java. Annotations are among a callable's modifiers, so its node begins with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braced_field
from fimbot.stubs.signs import doubt_of_idiom, in_tests, inherits_documentation, is_bare, is_message
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_is_trivial = trivial(
    r"""'\\0'|new\s+[\w.]+\s*(?:\[0?\](?:\s*\{\s*\})?|<>\(\s*\))
    |(?:Collections\.empty\w+|Optional\.empty|(?:List|Set|Map)\.of)\(\s*\)"""
)
_CONSTRUCTORS = frozenset({"constructor_declaration", "compact_constructor_declaration"})
_HARMLESS_ANNOTATION = r"@(?:Override|Deprecated|SuppressWarnings|NotNull|NonNull|Nullable|SafeVarargs)\b(?:\([^)]*\))?"
_HOOK_NAME = pattern(
    r"(?:on|before|after|pre|post|handle|visit|enter|exit|init|setUp|tearDown|do)[A-Z]"
    r"|(?:init|close|destroy|dispose|flush|setUp|tearDown|finalize|main|configure|start|stop|shutdown)$"
)
_LISTENER = pattern(r"\(\s*(?:final\s+)?[\w.]*(?:Event|Notification)\s+\w+\s*\)")


def _classify(node: Node) -> Item:
    if node.type == "throw_statement":
        return _classify_throw(node)
    if node.type == "return_statement":
        return Item("trivial-return" if _is_trivial(text_of(node)) else "code", node)
    if node.type == "local_variable_declaration":
        declared = re.sub(r"^(?:final\s+)?(?:String|var)\s+", "", text_of(node))
        return Item("message" if is_message(declared) else "code", node)
    return Item("code", node)


def _classify_throw(node: Node) -> Item:
    created = first_named(node)
    if created is None or created.type != "object_creation_expression":
        return Item("code", node)
    name = text_of(created.child_by_field_name("type")).rpartition(".")[2]
    arguments = text_of(created.child_by_field_name("arguments"))
    if re.fullmatch(r"Not(?:Yet)?Implemented(?:Exception|Error)", name):
        return Item("missing", node, arguments, certain=True)
    if name.endswith(("Exception", "Error")) and markers.MESSAGE.search(arguments):
        return Item("missing", node, arguments)
    return Item("code", node)


def _name_of(node: Node) -> str:
    """Of an anonymous class: what it makes one of."""
    if node.type != "object_creation_expression":
        return text_of(node.child_by_field_name("name"))
    made = any(child.type == "class_body" for child in node.children)
    return re.sub(r"<.*", "", text_of(node.child_by_field_name("type")), flags=re.DOTALL) if made else ""


def _returns_value(node: Node) -> bool | None:
    declared = node.child_by_field_name("type")
    return declared is not None and text_of(declared) not in ("void", "Void")


def _exempt(site: Site) -> str | None:
    if "@Pointcut" in site.header:
        return "a pointcut"
    if not is_bare(site):
        return None
    if site.owner is not None and site.owner.type == "interface_declaration":
        return "an interface's default"
    if site.node.type in _CONSTRUCTORS and (_is_private(site) or (not _takes(site.node) and _has_sisters(site))):
        return "a private constructor, or the one without parameters beside others"
    return None


def _is_private(site: Site) -> bool:
    return re.search(r"\bprivate\b|\bprotected\b", site.header) is not None


def _takes(node: Node) -> bool:
    parameters = node.child_by_field_name("parameters")
    return parameters is not None and parameters.named_child_count > 0


def _has_sisters(site: Site) -> bool:
    body = site.node.parent
    return body is not None and site.once(_count_constructors, body) > 1


def _count_constructors(body: Node) -> int:
    return sum(member.type in _CONSTRUCTORS for member in body.named_children)


def _doubt(site: Site) -> str | None:
    if not is_bare(site):
        if in_tests(site) and site.has("missing"):
            return "in test code"
        return doubt_of_idiom(site)
    if site.node.type in _CONSTRUCTORS:
        return "an empty constructor"
    if re.search(r"@\w", re.sub(_HARMLESS_ANNOTATION, "", site.header)) or in_tests(site):
        return "with an annotation, or in test code: what is registered may be the name alone"
    if _is_hook(site):
        return "a hook or a listener"
    return "documented elsewhere" if inherits_documentation(site) else None


def _is_hook(site: Site) -> bool:
    owner = site.owner
    modifiers = text_of(first_named(owner)) if owner is not None and owner.type == "class_declaration" else ""
    name = "" if owner is None else _name_of(owner)
    if re.search(r"\babstract\b", modifiers) or re.search(r"Adapter$|^Abstract|Base$|^Base|Default\w*Handler$", name):
        return True
    return bool(_HOOK_NAME.match(site.simple_name) or _LISTENER.search(site.header))


LANGUAGE = Language(
    name="java",
    grammar="tree_sitter_java:language",
    callable_types=_CONSTRUCTORS | {"method_declaration"},
    owner_types=frozenset(
        {
            "class_declaration",
            "interface_declaration",
            "enum_declaration",
            "enum_constant",
            "record_declaration",
            "annotation_type_declaration",
            "object_creation_expression",
        }
    ),
    comment_types=frozenset({"line_comment", "block_comment"}),
    line_comment="//",
    body=braced_field("block", "constructor_body"),
    classify=_classify,
    name_of=_name_of,
    returns_value=_returns_value,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b"assert true;",
    terminals=frozenset({"return_statement", "throw_statement", "yield_statement"}),
)
