"""Shell. A body may not be empty, so `:` is its `pass`; what is missing is said with `echo`, then `return 1`."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import braces
from fimbot.stubs.signs import doubt_of_idiom, in_tests, is_bare

if TYPE_CHECKING:
    from tree_sitter import Node

_TRIVIAL = pattern(r"""(?:return|exit)(?:\s+(?:-?\d+|"?\$\?"?))?|false""")
_SAYS = pattern(
    r"(?:echo|printf|print|die|fail|fatal|error|err|abort|warn|warning|log|>&2)(?:$|[_.:-])|\w*(?:die|fatal|error|fail|warn)$"
)
_HOOK_NAME = pattern(
    r"(?i)^_*(?:on|pre|post|before|after|hook|setup|teardown|cleanup)(?:_|$)|_(?:hook|pre|post|setup|teardown|cleanup)$"
    r"|^(?:pkg|src)_\w+$|^(?:prepare|build|check|package|configure|install|start|stop|depends|usage|debug|log\w*)$"
)
_MESSAGE_LENGTH = 200
"""A longer text, or one of several lines, is a help text in which the words happen to stand."""


def _body(node: Node) -> Body | None:
    block = node.child_by_field_name("body")
    if block is None:
        return None
    if block.type == "compound_statement":
        return braces(block)
    if block.type == "subshell" and block.children[-1].type == ")" and not block.children[-1].is_missing:
        return Body(tuple(block.named_children), block.children[0].end_byte, block.children[-1].start_byte)
    return None


def _classify(node: Node) -> Item:
    if node.type == "list" and node.named_child_count == 2:
        left, right = map(_classified, node.named_children)
        if left.kind == "missing" and right.kind == "trivial-return":
            return Item("missing", node, left.text)
    return _classified(node)


def _classified(node: Node) -> Item:
    """Of a command; `a && b` is code."""
    text = text_of(node).strip()
    if node.type == "command" and text in (":", "true"):
        return Item("nothing", node)
    if node.type == "command" and _TRIVIAL.fullmatch(text):
        return Item("trivial-return", node)
    if node.type in ("command", "redirected_statement"):
        message = _message(node)
        if message is not None:
            return Item("missing", node, message)
    return Item("code", node)


def _message(node: Node) -> str | None:
    """What a command that does nothing else says, if it says that something is to do."""
    command = node.child_by_field_name("body") if node.type == "redirected_statement" else node
    if command is None or command.type != "command":
        return None
    if not _SAYS.match(text_of(command.child_by_field_name("name")).lower()):
        return None
    text = text_of(node)
    found = markers.MESSAGE.search(text) if len(text) <= _MESSAGE_LENGTH and "\n" not in text else None
    # "todo" is a word of its own in the texts of programs that manage lists of them.
    if found is None or (found[0].lower() == "todo" and found[0] != "TODO"):
        return None
    return text if "$(" not in text and "`" not in text else None


def _twin(site: Site) -> bool:
    """One of several definitions, of which a condition chooses."""
    here: Node | None = site.node
    while here is not None:
        if here.type in ("if_statement", "else_clause", "elif_clause", "case_item", "list"):
            return True
        here = here.parent
    defined = site.once(_definitions, site.root)
    return defined[text_of(site.node.child_by_field_name("name"))] > (site.node.parent == site.root)


def _definitions(root: Node) -> Counter[str]:
    """How often each function is defined at the top."""
    functions = (child for child in root.named_children if child.type == "function_definition")
    return Counter(text_of(function.child_by_field_name("name")) for function in functions)


def _exempt(site: Site) -> str | None:
    if is_bare(site) and _twin(site):
        return "another definition of it does something"
    return None


def _doubt(site: Site) -> str | None:
    if not is_bare(site):
        return doubt_of_idiom(site)
    if site.node.start_point.row == site.node.end_point.row or site.owner is not None:
        return "on one line or within a function: a default for what may be defined later"
    if _HOOK_NAME.search(re.split(r"::|\.", site.name)[-1]):
        return "a hook by its name"
    return "a test's fixture" if in_tests(site) else None


LANGUAGE = Language(
    name="shell",
    grammar="tree_sitter_bash:language",
    callable_types=frozenset({"function_definition"}),
    owner_types=frozenset(),
    comment_types=frozenset({"comment"}),
    line_comment="#",
    body=_body,
    classify=_classify,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b":",
    # `return` and `exit` are commands like any other.
    terminals=frozenset(),
    hoisted=frozenset(),
)
