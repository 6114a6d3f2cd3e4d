"""C#. An attribute is a part of what it stands on, so the callable's node begins with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braces, expression
from fimbot.stubs.signs import (
    doubt_of_idiom,
    in_tests,
    inherits_documentation,
    is_bare,
    is_marked,
    is_message,
    is_name,
    says_so_inside,
)
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_is_trivial = trivial(
    r"""default(?:\(.*\))?|[Ss]tring\.Empty
    |Task\.CompletedTask|Task\.FromResult(?:<.*>)?\((?:null|false|true|0|default.*)\)|(?:Array|Enumerable)\.Empty<.*>\(\s*\)
    |new\s+(?:\w*(?:List|Dictionary|HashSet|Collection|Array)\b[\w.<>,\s]*)?(?:\[0?\]\s*)?(?:\(\s*\)|\{\s*\})
    |new\s+[\w.<>,]+\[0\]"""
)
_HARMLESS_ATTRIBUTE = r"\[\s*(?:MethodImpl|Obsolete|SuppressMessage|Pure|NotNull|CanBeNull|return:)\b[^\]]*\]"
_HOOK_NAME = pattern(
    r"(?:On|Before|After|Pre|Post|Handle|Visit)[A-Z_]|(?:Dispose\w*|SetUp|TearDown|Main|Awake|Start|Update)$"
)
_HANDLER = pattern(r"\(\s*object\??\s+\w+\s*,\s*\w*(?:EventArgs|Args)\b[^,)]*\)")


def _body(node: Node) -> Body | None:
    body = node.child_by_field_name("body") or node.child_by_field_name("value")
    if body is None:
        return None
    if body.type == "block":
        return braces(body)
    if body.type != "arrow_expression_clause":
        return None
    values = [child for child in body.named_children if child.type != "comment"]
    return expression(values[-1]) if values else None


def _classify(node: Node) -> Item:
    if node.type in ("empty_statement", "preproc_region", "preproc_endregion"):
        return Item("nothing", node)
    if node.type in ("throw_statement", "throw_expression"):
        return _classify_throw(node)
    if node.type == "return_statement":
        return Item("trivial-return" if _is_trivial(text_of(node)) else "code", node)
    if node.type == "yield_statement" and text_of(node.child(1)) == "break":
        return Item("trivial-return", node)
    if node.type == "expression_statement":
        discarded = re.fullmatch(r"_\s*=([^=].*);", text_of(node), re.DOTALL)
        return Item("nothing" if discarded and is_name(discarded[1]) else "code", node)
    if node.type == "local_declaration_statement" and is_message(text_of(node)):
        return Item("message", node)
    return Item("code", node)


def _classify_throw(node: Node) -> Item:
    created = next((child for child in node.named_children if child.type == "object_creation_expression"), None)
    if created is None:
        return Item("code", node)
    name = text_of(created.child_by_field_name("type")).rpartition(".")[2]
    arguments = text_of(created.child_by_field_name("arguments"))
    if name == "NotImplementedException":
        return Item("missing", node, arguments, certain=True)
    # It mostly refuses.
    refuses = name == "NotSupportedException" and not markers.PROMISE.search(arguments)
    if not refuses and name.endswith("Exception") and markers.MESSAGE.search(arguments):
        return Item("missing", node, arguments)
    return Item("code", node)


def _name_of(node: Node) -> str:
    if node.type == "indexer_declaration":
        return "this"
    if node.type == "operator_declaration":
        return f"operator {text_of(node.child_by_field_name('operator'))}"
    if node.type == "conversion_operator_declaration":
        return f"operator {text_of(node.child_by_field_name('type'))}"
    if node.type == "destructor_declaration":
        return f"~{text_of(node.child_by_field_name('name'))}"
    return text_of(node.child_by_field_name("name"))


def _outer(node: Node) -> Node:
    """An accessor that stands alone is its property."""
    accessors = node.parent
    if node.type == "accessor_declaration" and accessors is not None and accessors.parent is not None:
        alone = sum(child.type == "accessor_declaration" for child in accessors.children) == 1
        return accessors.parent if alone else node
    return node


def _returns_value(node: Node) -> bool | None:
    if node.type == "accessor_declaration":
        return _name_of(node) == "get"
    if node.type in ("constructor_declaration", "destructor_declaration"):
        return False
    declared = node.child_by_field_name("returns") or node.child_by_field_name("type")
    return text_of(declared) not in ("void", "Task", "ValueTask") if declared is not None else None


def _is_missing_expression(node: Node) -> bool:
    return _classify_throw(node).certain


def _modifiers(site: Site) -> frozenset[str]:
    """Of the callable, or of the property that an accessor belongs to."""
    node = site.node
    if node.type == "accessor_declaration" and site.owner is not None:
        node = site.owner
    return frozenset(text_of(child) for child in node.children if child.type == "modifier")


def _exempt(site: Site) -> str | None:
    if site.node.type in ("constructor_declaration", "destructor_declaration"):
        empty = not site.has("missing") and not says_so_inside(site)
        return "an empty constructor or finalizer" if empty and not _is_unused_constructor(site) else None
    if is_marked(site):
        return None
    owners = [owner.type for owner in site.owners]
    if "interface_declaration" in owners:
        return "a default member of an interface"
    if "virtual" in _modifiers(site):
        return "virtual: others override it"
    if not is_bare(site):
        return None
    return "an empty event accessor" if site.simple_name in ("add", "remove") else None


def _is_unused_constructor(site: Site) -> bool:
    """It takes values and leaves them alone."""
    node = site.node
    parameters = node.child_by_field_name("parameters")
    delegates = any(child.type == "constructor_initializer" for child in node.children)
    return not delegates and parameters is not None and parameters.named_child_count > 0


def _doubt(site: Site) -> str | None:
    if site.simple_name in ("add", "remove"):
        return "an event accessor: raising the event may be done elsewhere"
    if is_marked(site):
        return doubt_of_idiom(site)
    modifiers = _modifiers(site)
    if "override" in modifiers:
        return "an override"
    if any(child.type == "explicit_interface_specifier" for child in site.node.children):
        return "a member of an interface"
    if site.simple_name in ("set", "init") or re.search(r"\bI\w*ValueConverter\b", _bases(site)):
        return "the way back, which is often left out"
    if in_tests(site):
        return "in test code"
    if "public" in modifiers and re.search(r"\bI[A-Z]\w+", _bases(site)) and (is_bare(site) or not site.new):
        # What the IDE writes for an interface is there to be filled while it is new, and was left out on purpose later.
        return "perhaps a member of an interface"
    return _doubt_of_empty(site, modifiers) if is_bare(site) else doubt_of_idiom(site)


def _doubt_of_empty(site: Site, modifiers: frozenset[str]) -> str | None:
    if site.node.type == "constructor_declaration":
        return "an empty constructor"
    if inherits_documentation(site):
        return "documented elsewhere: a member of an interface or an override"
    if "partial" in modifiers or "[" in re.sub(_HARMLESS_ATTRIBUTE, "", _attributes(site)):
        return "with an attribute: what is registered may be the name alone"
    if _HOOK_NAME.match(site.simple_name) or _HANDLER.search(site.header):
        return "a hook or an event handler"
    return None


def _bases(site: Site) -> str:
    """The base list of the class around it."""
    for owner in reversed(site.owners):
        if owner.type.endswith(("class_declaration", "struct_declaration", "record_declaration")):
            return " ".join(text_of(child) for child in owner.children if child.type == "base_list")
    return ""


def _attributes(site: Site) -> str:
    return " ".join(text_of(child) for child in site.outer.children if child.type == "attribute_list")


LANGUAGE = Language(
    name="csharp",
    grammar="tree_sitter_c_sharp:language",
    callable_types=frozenset(
        {
            "method_declaration",
            "constructor_declaration",
            "destructor_declaration",
            "local_function_statement",
            "operator_declaration",
            "conversion_operator_declaration",
            "property_declaration",
            "indexer_declaration",
            "accessor_declaration",
        }
    ),
    owner_types=frozenset(
        {
            "class_declaration",
            "struct_declaration",
            "record_declaration",
            "interface_declaration",
            "enum_declaration",
            "event_declaration",
        }
    ),
    comment_types=frozenset({"comment"}),
    line_comment="//",
    body=_body,
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    returns_value=_returns_value,
    missing_types=frozenset({"throw_expression"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b";",
    terminals=frozenset({"return_statement", "throw_statement", "goto_statement"}),
    # Directives hold for the compiler wherever they stand.
    hoisted=frozenset(
        {
            "local_function_statement",
            "labeled_statement",
            "preproc_region",
            "preproc_endregion",
            "preproc_if",
            "preproc_pragma",
            "preproc_nullable",
            "preproc_line",
        }
    ),
)
