"""JavaScript, and what TypeScript shares with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site, before, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braced_field, returned_closure
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, inherits_documentation, is_bare, is_message, is_name
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration", "method_definition"})
VALUES = frozenset({"function_expression", "generator_function", "arrow_function"})
"""Functions that have the name of what they are bound to; an argument has none, and is never a stub."""

_BINDINGS = {
    "variable_declarator": "name",
    "field_definition": "property",
    "public_field_definition": "name",
    "pair": "key",
    "assignment_expression": "left",
}
_is_trivial = trivial(
    r"""(?:(?:null|undefined|void\s+0|false|true|-?[01]|\'\'|""|\[\s*\]|\{\s*\}|\(\{\s*\}\)|<></>)
    |Promise\.resolve\(\s*(?:null|undefined|false|true|\[\s*\]|\{\s*\})?\s*\))(?:\s+as\s+[\w<>\[\]]+)?"""
)
_REJECTS = pattern(r"(?s)Promise\.reject\(\s*(?:new\s+)?\w*(?:Error)?\s*\(?(.*)")
_HOOK_NAME = pattern(
    r"#?_?(?:on|handle|before|after|pre|post|will|did|visit|enter|exit|leave|init|setup|teardown|ng|component)(?:[A-Z_]|$)"
    r"|(?:dispose|destroy|close|disconnect|connectedCallback|disconnectedCallback|callback|cb|reset|cleanup|cleanUp)$"
)


def bound_name(node: Node) -> str:
    if node.type not in VALUES:
        return text_of(node.child_by_field_name("name"))
    parent = node.parent
    if parent is None:
        return ""
    if parent.type == "export_statement":
        return text_of(node.child_by_field_name("name")) or "default"
    name = text_of(parent.child_by_field_name(_BINDINGS.get(parent.type, "name"))) if parent.type in _BINDINGS else ""
    return name if re.fullmatch(r"[\w$.#]+", name) else ""


def outer(node: Node) -> Node:
    """With what binds and exports it, and the decorators, which are a method's siblings."""
    first = node
    while first.parent is not None and _wraps(first.parent, first):
        first = first.parent
    for sibling in before(first):
        if sibling.type != "decorator":
            break
        first = sibling
    return first


def _wraps(parent: Node, node: Node) -> bool:
    if parent.type in _BINDINGS:
        return node.type in VALUES
    if parent.type in ("lexical_declaration", "variable_declaration", "expression_statement"):
        return node.type in _BINDINGS and parent.named_child_count == 1
    return parent.type == "export_statement"


def classify(node: Node) -> Item:
    if node.type == "empty_statement":
        return Item("nothing", node)
    if node.type == "throw_statement":
        return _classify_throw(node)
    if node.type == "return_statement":
        closure = first_named(node)
        if closure is not None and closure.type in VALUES:
            return returned_closure(node, braced_field("statement_block")(closure), classify)
        value = text_of(node)[len("return") :].strip().removesuffix(";").strip()
        rejected = _REJECTS.match(value)
        if rejected and markers.MESSAGE.search(rejected[1]):
            return Item("missing", node, rejected[1])
        return Item("trivial-return" if _is_trivial(value) else "code", node)
    text = text_of(node)
    if node.type == "expression_statement":
        discarded = re.fullmatch(r"void\s+(.*?);?", text, re.DOTALL)
        return Item("nothing" if discarded and is_name(discarded[1]) else "code", node)
    if node.type in ("lexical_declaration", "variable_declaration"):
        return Item("message" if is_message(re.sub(r"^(?:const|let|var)\s+", "", text)) else "code", node)
    return Item("code", node)


def _classify_throw(node: Node) -> Item:
    thrown = first_named(node)
    if thrown is None:
        return Item("code", node)
    if thrown.type in ("string", "template_string"):
        text = text_of(thrown)
        return Item("missing" if markers.MESSAGE.search(text) else "code", node, text)
    callee = thrown.child_by_field_name("constructor") or thrown.child_by_field_name("function")
    name = text_of(callee).rpartition(".")[2]
    arguments = text_of(thrown.child_by_field_name("arguments"))
    if re.fullmatch(r"Not(?:Yet)?Implemented(?:Error|Exception)?", name):
        return Item("missing", node, arguments, certain=True)
    if name.endswith(("Error", "Exception")) and markers.MESSAGE.search(arguments):
        return Item("missing", node, arguments)
    return Item("code", node)


def _is_minified(site: Site) -> bool:
    return re.search(r"[.-]min\.[cm]?js$", site.path) is not None or site.line_length > 1000


def exempt(site: Site) -> str | None:
    if _is_minified(site):
        return "minified"
    if is_bare(site) and re.search(r"(?i)noop|no_op|identity", site.simple_name):
        return "a no-op by its name"
    return None


def doubt(site: Site) -> str | None:
    if not is_bare(site):
        return doubt_of_idiom(site)
    parent, name = site.node.parent, site.simple_name
    if has_todo(site) or parent is None:
        return None
    if "pair" in (site.outer.type, parent.type) or parent.type == "object":
        return "a member of an object literal"
    if name == "constructor" or (site.node.type != "method_definition" and name[:1].isupper()):
        return "an empty constructor"
    if any(child.type == "set" for child in site.node.children):
        return "an empty setter"
    if re.match(r"\s*@", site.header):
        return "decorated: what is registered may be the name alone"
    if _HOOK_NAME.match(name):
        return "a hook by its name"
    if _is_field(parent) or "prototype" in site.name:
        return "a function that others replace"
    if inherits_documentation(site) or in_tests(site):
        return "documented elsewhere, or in test code"
    if site.owner is not None and re.search(r"Base|Abstract", text_of(site.owner.child_by_field_name("name"))):
        return "an empty method of a base class"
    return None


def _is_field(parent: Node) -> bool:
    """`this.callback = () => {}` and a class's field are defaults; `exports.f = function () {}` is a definition."""
    if parent.type == "assignment_expression":
        left = text_of(parent.child_by_field_name("left"))
        return "." in left and re.match(r"(?:module\.)?exports\b", left) is None
    return parent.type in ("field_definition", "public_field_definition")


OWNERS = frozenset({"class_declaration", "class", "abstract_class_declaration", "internal_module", "module"})

LANGUAGE = Language(
    name="javascript",
    grammar="tree_sitter_javascript:language",
    callable_types=FUNCTIONS | VALUES,
    owner_types=OWNERS,
    comment_types=frozenset({"comment"}),
    line_comment="//",
    body=braced_field("statement_block"),
    classify=classify,
    name_of=bound_name,
    outer=outer,
    exempt=exempt,
    doubt=doubt,
    placeholder=b";",
    terminals=frozenset({"return_statement", "throw_statement"}),
    hoisted=frozenset({"function_declaration", "generator_function_declaration"}),
    indent="  ",
)
