"""Haskell. A callable is an equation: one of several that stand together is a stub of its own only if all of them are,
else it is what a branch is elsewhere. There is no empty body; a body is an expression, or the lines of a `do`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, first_named, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.shapes import beside, commented
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_COMMENTS = frozenset({"comment", "haddock"})
_BETWEEN = frozenset({"comment", "haddock", "pragma"})
_EQUATIONS = frozenset({"function", "bind"})

_NOTHING = pattern(r"(?:(?:return|pure)\s*\$?\s*)?\(\s*\)")
_is_trivial = trivial(r"(?:(?:return|pure)\s*\$?\s*)?(?:Nothing|\[\s*\]|\"\"|0(?:\.0)?|False|True|mempty|\(-1\)|-1)")
_MISSING = pattern(r"undefined|(?i:_?todo|(?:_|is|err(?:or)?)?(?:not_?(?:yet_?)?implemented|unimplemented)(?:_?yet)?)")
_RAISES = pattern(
    r"(?s)(?:(?:liftIO|lift|io|pure|return|Left|left)\s*(?:\$|\()?\s*)?(?:\w+\.)*"
    r"(?:error\w*|fail|panic|die|ioError|userError|throw\w*)\b(.*)"
)
# Each looks at all others; who leaves a function to be written does not write so many equations of it.
_MOST_TWINS = 10
_HELPER = pattern(r"(?i)^_*(?:is)?(?:todo|nyi|(?:err(?:or)?)?(?:not_?(?:yet_?)?impl|unimpl|unsupported|undefined))")


def _matches(node: Node) -> list[Node]:
    return node.children_by_field_name("match")


def _name_of(node: Node) -> str:
    """ "" for a local definition without parameters, too: it is a variable, unless its signature says otherwise."""
    name = _defined(node)
    variable = node.type == "bind" and node.parent is not None and node.parent.type == "local_binds"
    return "" if name == "_" or (variable and _signature(node) is None) else name


def _defined(node: Node) -> str:
    if node.type in _EQUATIONS and not _matches(node):
        return ""  # `function` is also the type `a -> b`, `bind` also a type's parameter
    named = node.child_by_field_name("name")
    if named is None:
        infix = next((child for child in node.named_children if child.type == "infix"), None)
        named = infix.child_by_field_name("operator") if infix is not None else None
    return text_of(named).strip("()` ")


def _body(node: Node) -> Body | None:
    if node.type not in _EQUATIONS:
        return None
    matches, binds = _matches(node), node.child_by_field_name("binds")
    if not matches:
        return None
    value = _value(matches[0])
    plain = len(matches) == 1 and value is not None and binds is None
    if not plain or value is None or any(not _all_missing(twin) for twin in _twins(node)):
        return Body(tuple(matches), matches[0].start_byte, matches[-1].end_byte, shape="expression")
    if value.type == "do":
        opening = value.child(0)
        items = tuple(value.named_children)
        if opening is not None and items and not any(child.type == "{" for child in value.children):
            return Body(items, opening.end_byte, items[-1].end_byte, closed=False)
    comments = [child for child in matches[0].named_children if child.type in _COMMENTS]
    return commented(value, [*comments, *beside(node, _COMMENTS)])


def _value(match: Node) -> Node | None:
    """`e` of `= e`; None under a guard."""
    return None if match.child_by_field_name("guards") else match.child_by_field_name("expression")


def _all_missing(node: Node) -> bool:
    matches = _matches(node)
    value = _value(matches[0]) if len(matches) == 1 else None
    return value is not None and _classify(value).kind == "missing"


def _neighbours(node: Node, *, before: bool) -> Iterator[Node]:
    here = node.prev_named_sibling if before else node.next_named_sibling
    while here is not None:
        if here.type not in _BETWEEN:
            yield here
        here = here.prev_named_sibling if before else here.next_named_sibling


def _twins(node: Node) -> Iterator[Node]:
    """The other equations of the same function."""
    name = _defined(node)
    for before in (True, False):
        for neighbour in islice(_neighbours(node, before=before), _MOST_TWINS):
            if neighbour.type not in _EQUATIONS or _defined(neighbour) != name:
                break
            yield neighbour


def _signature(node: Node) -> Node | None:
    above = next(_neighbours(node, before=True), None)
    if above is None or above.type != "signature":
        return None
    names = re.split(r"[\s,()]+", text_of(above).partition("::")[0])
    return above if _defined(node) in names else None


def _outer(node: Node) -> Node:
    return _signature(node) or node


def _classify(node: Node) -> Item:
    inner = node
    while inner.type in ("exp", "parens", "signature") and (child := first_named(inner)) is not None:
        inner = child
    text = text_of(inner)
    if inner.type == "qualified":
        text = text.rpartition(".")[2]
    if inner.type in ("variable", "qualified") and _MISSING.fullmatch(text):
        return Item("missing", node, text, certain=True)
    if inner.type in ("apply", "infix"):
        raised = _RAISES.fullmatch(text)
        if raised is not None and markers.MESSAGE.search(raised[1]):
            return Item("missing", node, raised[1])
    if _NOTHING.fullmatch(text):
        return Item("nothing", node)
    return Item("trivial-return" if _is_trivial(text) else "code", node)


def _is_missing_expression(node: Node) -> bool:
    """`undefined` only where it is the value: as an argument it is often a proxy for its type."""
    parent = node.parent
    if parent is None or parent.type not in ("match", "exp", "conditional", "let_in", "lambda", "alternative"):
        return False
    return _classify(node).kind == "missing"


def _exempt(site: Site) -> str | None:
    if _HELPER.search(site.simple_name):
        return "the helper that says that something is not implemented"
    return None


def _doubt(site: Site) -> str | None:
    if has_todo(site):
        return doubt_of_idiom(site)
    if in_tests(site):
        return "a test's fixture"
    parent, message = site.node.parent, " ".join(item.text for item in site.items)
    within = parent.type if parent is not None else ""
    if within in ("class_declarations", "instance_declarations") and not markers.PROMISE.search(message):
        return "a default of a class" if within == "class_declarations" else "a part that an instance leaves out"
    if within == "local_binds" and message == "undefined":
        return "a proxy for its type"
    if markers.MESSAGE.search(message):
        return doubt_of_idiom(site)
    if not site.has("missing"):
        return "an action that does nothing"
    if site.simple_name.startswith("_"):
        return "unused by its name"
    return None


def _returns_value(node: Node) -> bool | None:
    signature = _signature(node)
    if signature is None:
        return None
    result = re.split(r"->|=>|::", text_of(signature))[-1].strip()
    return not re.fullmatch(r"(?:[\w.]+\s+)*\(\s*\)", result)


LANGUAGE = Language(
    name="haskell",
    grammar="tree_sitter_haskell:language",
    callable_types=_EQUATIONS,
    owner_types=frozenset({"class", "instance"}),
    comment_types=_COMMENTS,
    line_comment="--",
    body=_body,
    classify=_classify,
    name_of=_name_of,
    outer=_outer,
    returns_value=_returns_value,
    missing_types=frozenset({"variable", "qualified", "apply", "infix"}),
    is_missing_expression=_is_missing_expression,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b"pure ()",
    # An expression has no dead end.
    terminals=frozenset(),
    hoisted=frozenset(),
    indent="  ",
)
