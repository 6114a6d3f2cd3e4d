"""Ruby. An empty method has no body node: its body is what lies between the parameters and `end`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, before, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import expression
from fimbot.stubs.signs import doubt_of_idiom, in_tests, is_bare, is_message, is_name, says_so_inside
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_is_trivial = trivial(r"(?:Array|Hash|String|Set)\.new")
_RAISED = pattern(r"\(?\s*(?:::)?(?P<kind>[A-Z][\w:]*)(?:\.new)?(?P<rest>.*)", re.DOTALL)
_OF_A_CLASS = pattern(
    r"(?:\bis|\bhas|\)|\}) not (?:been )?implemented(?! yet)"
    r"|self\.class|#\{\s*(?:self|name|__method__|method|caller)|\b(?:in|by|for) (?:the )?(?:#\{|class)"
)
_HOOK_NAME = pattern(
    r"(?:initialize|included|inherited|extended|prepended|method_added|method_missing|respond_to_missing\?|setup|teardown"
    r"|close|up|down|change|perform)$|(?:on|before|after|around|pre|post|handle|visit)_"
)
_WRAPPERS = frozenset(
    {"private", "public", "protected", "private_class_method", "public_class_method", "module_function"}
)


def _body(node: Node) -> Body | None:
    if any(child.is_error for child in node.children):
        return None
    body = node.child_by_field_name("body")
    if any(child.type == "=" for child in node.children):
        return expression(body) if body is not None else None
    header = node.child_by_field_name("parameters") or node.child_by_field_name("name")
    end = node.child(node.child_count - 1)
    if header is None or end is None or end.type != "end" or end.is_missing:
        return None
    items = [child for child in node.named_children if child.type == "comment" and child.start_byte >= header.end_byte]
    if body is not None:
        items += body.named_children
    items.sort(key=lambda item: item.start_byte)
    return Body(tuple(items), header.end_byte, end.start_byte)


def _classify(node: Node) -> Item:
    text = text_of(node)
    if node.type == "empty_statement":
        return Item("nothing", node)
    if node.type == "return":
        return Item("trivial-return" if _is_trivial(text) else "code", node)
    if node.type == "call" and text_of(node.child_by_field_name("method")) in ("raise", "fail"):
        return _classify_raise(node)
    if node.type == "identifier" and text in ("raise", "fail"):
        return Item("code", node)
    if node.type == "assignment" and text_of(node.child_by_field_name("left")).startswith("_"):
        return Item("nothing" if is_name(text_of(node.child_by_field_name("right"))) else "code", node)
    if node.type == "assignment" and is_message(text):
        return Item("message", node)
    return Item("trivial-return" if _is_trivial(text) else "code", node)


def _classify_raise(node: Node) -> Item:
    arguments = text_of(node.child_by_field_name("arguments"))
    raised = _RAISED.match(arguments)
    kind, rest = (raised["kind"].rpartition(":")[2], raised["rest"]) if raised else ("", arguments)
    if re.fullmatch(r"NotImplementedError|NotImplemented|NotYetImplemented\w*", kind):
        return Item("missing", node, rest, certain=not _in_class(node))
    if markers.MESSAGE.search(rest):
        return Item("missing", node, rest)
    return Item("code", node)


def _in_class(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type not in ("class", "module", "singleton_class"):
        parent = parent.parent
    return parent is not None


def _outer(node: Node) -> Node:
    """With `private` and the like before it."""
    arguments = node.parent
    if arguments is not None and arguments.type == "argument_list" and arguments.parent is not None:
        call = arguments.parent
        if call.type == "call" and text_of(call.child_by_field_name("method")) in _WRAPPERS:
            return call
    return node


def _name_of(node: Node) -> str:
    return (
        "self"
        if node.type == "singleton_class"
        else text_of(node.child_by_field_name("name")).removeprefix("::").replace("::", ".")
    )


def _returns_value(node: Node) -> bool | None:
    """Only a signature of Sorbet tells."""
    signature = _signature(_outer(node))
    return "returns(" in signature if signature else None


def _signature(outer: Node) -> str:
    above = next((sibling for sibling in before(outer) if sibling.type != "comment"), None)
    if above is None or above.type != "call" or text_of(above.child_by_field_name("method")) != "sig":
        return ""
    return text_of(above)


def _exempt(site: Site) -> str | None:
    if re.search(r"\babstract\b|\boverridable\b", _signature(site.outer)):
        return "abstract by its signature"
    return None


def _doubt(site: Site) -> str | None:
    if site.has("missing"):
        message = " ".join(item.text for item in site.items if item.kind == "missing")
        abstract = _is_base(site) or _OF_A_CLASS.search(message) or "@abstract" in site.above
        if abstract and site.owner is not None and not says_so_inside(site):
            return "abstract by contract: its message or its documentation speaks of the class"
        return doubt_of_idiom(site)
    if not is_bare(site):
        return doubt_of_idiom(site)
    if site.node.start_point.row == site.node.end_point.row:
        return "empty on one line"
    if _HOOK_NAME.match(site.simple_name) or re.search(r"[\w\]]=$", site.simple_name):
        return "a hook by its name"
    if re.search(r"(?:^|/)(?:controllers|migrate|mailers)/|_(?:controller|mailer)\.rb$", site.path) or in_tests(site):
        return "an action, a migration or a test's helper"
    return "an empty method of an abstract or base class" if _is_base(site) else None


def _is_base(site: Site) -> bool:
    owner = _name_of(site.owner) if site.owner is not None else ""
    return re.search(r"\b(?:Abstract|Base)|(?:Base|Abstract)\b", owner) is not None


LANGUAGE = Language(
    name="ruby",
    grammar="tree_sitter_ruby:language",
    callable_types=frozenset({"method", "singleton_method"}),
    owner_types=frozenset({"class", "module", "singleton_class"}),
    comment_types=frozenset({"comment"}),
    line_comment="#",
    body=_body,
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    returns_value=_returns_value,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b"nil",
    terminals=frozenset({"return"}),
    # Clauses of the method itself, side by side with its statements.
    hoisted=frozenset({"rescue", "else", "ensure"}),
    indent="  ",
)
