"""Elixir. Everything is a call, `def` too: with a `do ... end` block, or with `do:` and one expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, before, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import beside, commented
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, is_bare
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = frozenset({"comment"})
_DEFINERS = ("def", "defp", "defmacro", "defmacrop")
_MODULES = ("defmodule", "defimpl", "defprotocol")
_ATTRIBUTES = ("doc", "spec", "impl", "deprecated", "since", "dialyzer", "decorate")

_is_trivial = trivial(r':ok|%\{\s*\}|\{:ok,\s*(?:nil|\[\s*\]|%\{\s*\}|"")\}')
_RAISES = pattern(r"(?s)(?:raise|throw|exit)\b[\s(]*(?:([A-Z][\w.]*)\s*,?\s*)?(.*)")
_ANSWER = pattern(r"\{\s*:error\s*,\s*:?\"?(?:not_?(?:yet_)?implemented|unimplemented|todo)\"?\s*\}|:not_implemented")
_HOOK_NAME = pattern(
    r"^(?:on|pre|post|before|after|handle|visit|setup|teardown)(?:_|$)|^__\w+__$|^(?:init|terminate|code_change|close|stop)$"
)


def _target(node: Node) -> str:
    return text_of(node.child_by_field_name("target"))


def _arguments(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type == "arguments"), None)


def _head(node: Node) -> Node | None:
    """`f(x)` of `def f(x) when x > 0`."""
    arguments = _arguments(node)
    head = first_named(arguments) if arguments is not None else None
    if head is not None and head.type == "binary_operator" and text_of(head.child_by_field_name("operator")) == "when":
        head = head.child_by_field_name("left")
    return head


def _name_of(node: Node) -> str:
    target = _target(node)
    if target in _MODULES:
        arguments = _arguments(node)
        return text_of(first_named(arguments)) if arguments is not None else ""
    head = _head(node) if target in _DEFINERS else None
    if head is None:
        return ""
    if head.type == "call":
        return _target(head)
    if head.type in ("binary_operator", "unary_operator"):
        return text_of(head.child_by_field_name("operator"))
    return text_of(head) if head.type == "identifier" else ""


def _body(node: Node) -> Body | None:
    if _target(node) not in _DEFINERS:
        return None
    block = next((child for child in node.named_children if child.type == "do_block"), None)
    if block is not None:
        first, last = block.children[0], block.children[-1]
        if first.type != "do" or last.type != "end" or last.is_missing:
            return None
        return Body(tuple(block.named_children), first.end_byte, last.start_byte)
    pair = _do_pair(node)
    value = pair.child_by_field_name("value") if pair is not None else None
    if pair is None or value is None:
        return None
    comments = [child for child in pair.named_children if child.type in _COMMENTS]
    return commented(value, [*comments, *beside(node, _COMMENTS)])


def _do_pair(node: Node) -> Node | None:
    """`do: e`, where it is the only keyword."""
    arguments = _arguments(node)
    keywords = next((c for c in arguments.named_children if c.type == "keywords"), None) if arguments else None
    pairs = [child for child in keywords.named_children if child.type == "pair"] if keywords else []
    if len(pairs) == 1 and text_of(pairs[0].child_by_field_name("key")).strip() == "do:":
        return pairs[0]
    return None


def _attributes(node: Node) -> Iterator[Node]:
    """The `@doc`, `@spec` and the like above, the nearest first."""
    for sibling in before(node):
        if sibling.type not in _COMMENTS:
            if _attribute(sibling) not in _ATTRIBUTES:
                return
            yield sibling


def _attribute(node: Node) -> str:
    operand = node.child_by_field_name("operand") if node.type == "unary_operator" else None
    return _target(operand) if operand is not None and operand.type == "call" else ""


def _outer(node: Node) -> Node:
    first = node
    for attribute in _attributes(node):
        first = attribute
    return first


def _classify(node: Node) -> Item:
    inner: Node | None = node
    while inner is not None and inner.type == "block" and inner.named_child_count == 1:
        inner = first_named(inner)
    return _classified(inner)._replace(node=node) if inner is not None else Item("code", node)


def _classified(node: Node) -> Item:
    missing = _missing(node)
    if missing is not None:
        return missing
    if node.type == "binary_operator" and text_of(node.child_by_field_name("operator")) == "=":
        left, right = text_of(node.child_by_field_name("left")), node.child_by_field_name("right")
        if right is not None and re.fullmatch(r"_\w*", left) and right.type == "identifier":
            return Item("nothing", node)
        if right is not None and left in ("msg", "message") and right.type == "string":
            return Item("message", node)
    return Item("trivial-return" if _is_trivial(text_of(node)) else "code", node)


def _missing(node: Node) -> Item | None:
    text = text_of(node)
    if node.type == "call" and _target(node) in ("raise", "throw", "exit"):
        raised = _RAISES.fullmatch(text)
        name, message = (raised[1] or "", raised[2]) if raised is not None else ("", "")
        if re.search(r"(?:NotImplemented|Unimplemented)\w*$", name):
            return Item("missing", node, message, certain=True)
        return Item("missing", node, message) if markers.MESSAGE.search(message) else None
    if node.type in ("tuple", "atom") and _ANSWER.fullmatch(text):
        return Item("missing", node, text)
    return None


def _is_missing_expression(node: Node) -> bool:
    return _missing(node) is not None


def _exempt(site: Site) -> str | None:
    # Every owner is a call.
    if any(site.once(_target, caller) == "quote" for caller in site.owners) and not has_todo(site):
        return "in a quote: a default for the modules that use it"
    return None


def _is_fallback(caller: Node) -> bool:
    return re.search(r"\bfor:\s*Any\b", text_of(_arguments(caller))) is not None


def _doubt(site: Site) -> str | None:
    if any(site.once(_is_fallback, caller) for caller in site.owners) and not has_todo(site):
        return "a protocol's fallback"
    if not is_bare(site):
        return doubt_of_idiom(site)
    if in_tests(site):
        return "a test's fixture"
    if site.node.start_point.row == site.node.end_point.row:
        return "an empty function on one line"
    if re.search(r"@impl\b", site.header):
        return "a callback of a behaviour"
    return "a hook by its name" if _HOOK_NAME.search(site.simple_name) else None


def _returns_value(node: Node) -> bool | None:
    spec = next((text_of(each) for each in _attributes(node) if _attribute(each) == "spec"), None)
    if spec is None or "::" not in spec:
        return None
    return not re.fullmatch(
        r"\s*(?::ok|nil|no_return(?:\(\))?|any(?:\(\))?|term(?:\(\))?)\s*", spec.rpartition("::")[2]
    )


LANGUAGE = Language(
    name="elixir",
    grammar="tree_sitter_elixir:language",
    callable_types=frozenset({"call"}),
    owner_types=frozenset(),
    comment_types=_COMMENTS,
    line_comment="#",
    body=_body,
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    returns_value=_returns_value,
    missing_types=frozenset({"call"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b"nil",
    # There is no return; `raise` is a call like any other.
    terminals=frozenset(),
    hoisted=frozenset(),
    indent="  ",
)
