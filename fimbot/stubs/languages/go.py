"""Go. The statements stand in a `statement_list`; the comments beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braces, returned_closure
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, is_bare, is_message, is_name
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_is_trivial = trivial(r"(?:\[\]|map\[\w+\])?\*?[\w.*]+(?:\[[\w.,\s]+\])?\{\}|struct\{\}\{\}|\*new\(\w+\)")
# A file's name may say which platform it is for: https://pkg.go.dev/cmd/go#hdr-Build_constraints
_COUNTERPART = pattern(
    r"_(?:stub\w*|other|unsupported|fake|aix|android|darwin|dragonfly|freebsd|illumos|ios|js|linux|netbsd|openbsd|plan9"
    r"|solaris|unix|wasip1|windows|386|amd64|arm|arm64|loong64|mips\w*|ppc64\w*|riscv64|s390x|wasm)\.go$"
)
_FAILS = pattern(r"(?s)(?:panic|log\.(?:Fatal|Panic)\w*|klog\.Fatal\w*)\s*\((.*)\)")
_ERROR = pattern(r"(?s)(?:errors|fmt|status|xerrors|trace|werrors)\.(?:New|Errorf?|NotImplemented)\s*\((.*)\)")
_SENTINEL = pattern(r"(?:\w+\.)*([eE]rr\w*)")
_OTHER_PLATFORM = pattern(r"(?m)^//go:build\b|^// \+build\b")


def _body(node: Node) -> Body | None:
    block = node.child_by_field_name("body")
    found = braces(block) if block is not None else None
    if found is None:
        return None
    items = [
        part for item in found.items for part in (item.named_children if item.type == "statement_list" else [item])
    ]
    return Body(tuple(items), found.start, found.end)


def _classify(node: Node) -> Item:
    text = text_of(node)
    if node.type == "empty_statement":
        return Item("nothing", node)
    if node.type in ("assignment_statement", "var_declaration"):
        discarded = re.fullmatch(r"(?s)(?:var\s+)?_(?:\s*,\s*_)*\s*(?:[\w.]+\s*)?=(?!=)(.*)", text)
        values = discarded[1].split(",") if discarded else []
        return Item("nothing" if values and all(map(is_name, values)) else "code", node)
    if node.type == "short_var_declaration":
        return Item("message" if is_message(text.replace(":=", "=", 1)) else "code", node)
    if node.type == "expression_statement":
        failing = _FAILS.fullmatch(text)
        if failing and markers.MESSAGE.search(failing[1]):
            return Item("missing", node, failing[1])
    if node.type == "return_statement":
        return _classify_return(node)
    return Item("code", node)


def _classify_return(node: Node) -> Item:
    values = first_named(node)
    closure = first_named(values) if values is not None and values.named_child_count == 1 else None
    if closure is not None and closure.type == "func_literal":
        return returned_closure(node, _body(closure), _classify)
    texts = [text_of(value) for value in values.named_children] if values is not None else []
    failing = (_ERROR.fullmatch(texts[-1]) or _SENTINEL.fullmatch(texts[-1])) if texts else None
    if failing and markers.MESSAGE.search(failing[1]) and all(map(_is_trivial, texts[:-1])):
        return Item("missing", node, failing[1])
    return Item("trivial-return" if all(map(_is_trivial, texts)) else "code", node)


def _name_of(node: Node) -> str:
    """With the receiver's type, which stands in the header and not around it."""
    name = text_of(node.child_by_field_name("name"))
    receiver = re.search(r"([\w.]+)\s*(?:\[[^\]]*\])?\s*\)$", text_of(node.child_by_field_name("receiver")))
    return f"{receiver[1]}.{name}" if receiver else name


def _returns_value(node: Node) -> bool | None:
    return node.child_by_field_name("result") is not None


def _is_missing_expression(node: Node) -> bool:
    if text_of(node.child_by_field_name("function")) != "panic":
        return False
    return markers.says_missing(text_of(node.child_by_field_name("arguments")))


def _exempt(site: Site) -> str | None:
    bare = is_bare(site) and not site.items and not _returns_value(site.node)
    parameters = site.node.child_by_field_name("parameters")
    takes = parameters is not None and parameters.named_child_count > 0
    if bare and site.node.type == "method_declaration" and not takes and not site.simple_name[:1].isupper():
        return "a marker method"
    return None


def _is_for_a_platform(root: Node) -> bool:
    return _OTHER_PLATFORM.search(text_of(root)[:8192]) is not None


def _promises(site: Site) -> bool:
    return has_todo(site) or any(markers.PROMISE.search(item.text) for item in site.items if item.kind == "missing")


def _doubt(site: Site) -> str | None:
    if is_bare(site) and not _returns_value(site.node):  # where a value is due, it does not even compile
        return "an empty function, which in Go is mostly meant to be one"
    elsewhere = site.once(_is_for_a_platform, site.root) or _COUNTERPART.search(site.path)
    if site.has("missing") and elsewhere and not _promises(site):
        return "the counterpart for other platforms"
    return "in test code" if in_tests(site) and site.has("missing") else doubt_of_idiom(site)


LANGUAGE = Language(
    name="go",
    grammar="tree_sitter_go:language",
    callable_types=frozenset({"function_declaration", "method_declaration"}),
    owner_types=frozenset(),
    comment_types=frozenset({"comment"}),
    line_comment="//",
    body=_body,
    classify=_classify,
    name_of=_name_of,
    returns_value=_returns_value,
    missing_types=frozenset({"call_expression"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b"_ = 0",
    terminals=frozenset({"return_statement", "goto_statement"}),
    hoisted=frozenset({"labeled_statement"}),
    indent="\t",
)
