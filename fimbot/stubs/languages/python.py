"""Python. A parser, not `ast`: `def f():` with only a comment in it is a SyntaxError for the whole file there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Body, Item, Language, Site, first_named, following, text_of
from fimbot.stubs.patterns import pattern
from fimbot.stubs.signs import doubt_of_idiom, has_todo, in_tests, is_bare, is_name
from fimbot.stubs.trivial import trivial

if TYPE_CHECKING:
    from tree_sitter import Node

_is_trivial = trivial(r"(?:dict|list|set|frozenset|tuple|str|bytes|int|float|bool)\(\s*\)")
_ABSTRACT = pattern(r"\babstract\w*|\boverload\b|hookspec|\bsingledispatch(?:method)?\b|\bfinal_?stub\b")
_HOOK_NAME = pattern(
    r"(?i)^(?:on|pre|post|before|after|_?handle|visit|setup|teardown)_|^(?:setUp|tearDown|setup|teardown|close)"
)
# What Python calls for an operator or a conversion, where nothing is no answer.
_OPERATOR = pattern(
    r"__(?:[ri]?(?:add|sub|mul|matmul|truediv|floordiv|mod|divmod|pow|lshift|rshift|and|or|xor)|eq|ne|lt|le|gt|ge|neg|pos"
    r"|abs|invert|contains|(?:get|set|del)item|len|length_hint|iter|next|reversed|hash|bool|str|repr|bytes|format|int|float"
    r"|complex|index|round|trunc|floor|ceil|copy|deepcopy|aiter|anext)__"
)
_FIELDS = pattern(
    r"(?im)^\s*(?::(?:param|returns?|rtype)\b|@(?:param|returns?)\b|(?:args|arguments|parameters|returns)\b:?\s*$)"
)


# "f is not implemented" says no more than the error's own name does: of 60 in methods of Twisted, pandas and SymPy
# 46 were a contract that is met elsewhere.
_INTERFACES = pattern(r"\(\s*(?:\w+\.)*I[A-Z]\w*(?:\s*,\s*(?:\w+\.)*I[A-Z]\w*)*\s*\)")
_EVENT = pattern(r"(?i)^\W*(?:r?\W*)(?:called|invoked|fired|triggered)\b")
_HARMLESS_DECORATOR = pattern(r"@(?:property|staticmethod|classmethod|(?:functools\.)?\w*cache\w*)\b")


def _body(node: Node) -> Body | None:
    """The comments before the first statement belong to the function node; in a body of nothing but comments they
    become siblings of the function, so they are taken by their column."""
    block = node.child_by_field_name("body")
    colon = next((child for child in reversed(node.children) if child.type == ":"), None)
    if colon is None:
        return None
    items = [child for child in node.children if child.type == "comment" and child.start_byte > colon.start_byte]
    if block is not None:
        items += block.named_children
    if block is None or not block.named_children:
        items += _comments_below(node, items)
    # A comment in the last line of the block hangs on to whatever follows the function.
    last = items[-1] if items else None
    beside = _comment_beside(node, last)
    if beside is not None:
        items.append(beside)
    return Body(tuple(items), colon.end_byte, items[-1].end_byte if items else colon.end_byte, closed=False)


def _comments_below(node: Node, found: list[Node]) -> list[Node]:
    known = {comment.id for comment in found}
    comments: list[Node] = []
    below = following(node)
    while below is not None and below.type == "comment":
        if below.start_point.column <= node.start_point.column and below.start_point.row > node.end_point.row:
            break
        if below.id not in known:
            comments.append(below)
        below = below.next_sibling
    return comments


def _comment_beside(node: Node, last: Node | None) -> Node | None:
    comment = following(node) if last is not None else None
    if last is None or comment is None or comment.type != "comment" or comment.id == last.id:
        return None
    return comment if comment.start_point.row == last.end_point.row else None


def _classify(node: Node) -> Item:
    if node.type == "pass_statement":
        return Item("nothing", node)
    if node.type == "assert_statement":
        return _classify_assert(node)
    if node.type == "delete_statement":
        # `del x` alone may do something; before an idiom it is a discard.
        return Item(
            "message" if all(is_name(name) for name in text_of(node)[len("del") :].split(",")) else "code", node
        )
    if node.type == "expression_statement" and node.named_child_count == 1:
        child = first_named(node)
        if child is not None:
            return _classify_expression(node, child)
    if node.type == "return_statement":
        return _classify_return(node)
    if node.type == "raise_statement":
        return _classify_raise(node)
    return Item("code", node)


def _classify_expression(node: Node, child: Node) -> Item:
    if child.type == "ellipsis":
        return Item("nothing", node)
    if child.type in ("string", "concatenated_string"):
        first = _is_first(node)
        return Item("docstring" if first else "nothing", node, text_of(child))
    if child.type == "assignment":
        left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
        if text_of(left) == "_" and right is not None:
            return Item("nothing", node)
        if text_of(left) in ("msg", "message", "err", "error", "text") and right is not None and "string" in right.type:
            return Item("message", node)
    if child.type == "call" and text_of(child.child_by_field_name("function")) in ("todo", "TODO"):
        return Item("missing", node, text_of(child), certain=True)
    return Item("code", node)


def _is_first(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "block" and first_named(parent) == node


def _classify_return(node: Node) -> Item:
    value = text_of(node)[len("return") :].strip()
    if value == "NotImplemented":
        return Item("code", node)
    return Item("trivial-return" if _is_trivial(value) else "code", node)


def _classify_assert(node: Node) -> Item:
    """`assert False, "TODO"`; another one looks at the arguments before the idiom is raised."""
    text = text_of(node)
    if re.match(r"assert\s*\(?(?:False|0)\b", text):
        return Item("missing" if markers.MESSAGE.search(text) else "code", node, text)
    return Item("message", node)


def _classify_raise(node: Node) -> Item:
    raised = first_named(node)
    while raised is not None and raised.type == "parenthesized_expression":
        raised = first_named(raised)
    if raised is None:
        return Item("code", node)
    function = raised.child_by_field_name("function") if raised.type == "call" else raised
    name = text_of(function).rpartition(".")[2]
    arguments = text_of(raised.child_by_field_name("arguments")) if raised.type == "call" else ""
    if name == "NotImplementedError":
        return Item("missing", node, arguments, certain=not _in_method(node))
    if name in ("Exception", "RuntimeError") and markers.MESSAGE.search(arguments):
        return Item("missing", node, arguments)
    return Item("code", node)


def _in_method(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type != "function_definition":
        parent = parent.parent
    owner = parent
    while owner is not None and owner.type not in ("class_definition", "module"):
        owner = owner.parent
    return owner is not None and owner.type == "class_definition"


def _outer(node: Node) -> Node:
    parent = node.parent
    return parent if parent is not None and parent.type == "decorated_definition" else node


def _decorators(site: Site) -> str:
    return " ".join(text_of(child) for child in site.outer.children if child.type == "decorator")


def _bases(owner: Node | None) -> str:
    if owner is None or owner.type != "class_definition":
        return ""
    return text_of(owner.child_by_field_name("superclasses"))


def _exempt(site: Site) -> str | None:
    if site.path.endswith(".pyi"):
        return "a type stub file"
    if _ABSTRACT.search(_decorators(site)):
        return "abstract, an overload or a hook specification by its decorator"
    if re.search(r"(?:^|[(,.\s])(?:Protocol|Interface)\b", _bases(site.owner)):
        return "a member of a protocol"
    if re.match(r"_?I[A-Z][a-z]", _class_name(site.owner)) and _INTERFACES.fullmatch(_bases(site.owner)):
        return "a member of an interface"
    if _under_type_checking(site.outer):
        return "under TYPE_CHECKING"
    return None


def _under_type_checking(node: Node) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.type == "if_statement" and "TYPE_CHECKING" in text_of(parent.child_by_field_name("condition")):
            return True
        parent = parent.parent
    return False


def _doubt(site: Site) -> str | None:
    name, owner = site.simple_name, site.owner
    in_class = owner is not None and owner.type == "class_definition"
    if site.has("missing") or site.has("trivial-return"):
        return doubt_of_idiom(site) or _doubt_of_raise(site)
    if not is_bare(site):
        return None
    documentation = next((item.text for item in site.items if item.kind == "docstring"), "")
    if _EVENT.match(documentation):
        return "an event's hook by its docstring"
    if in_class and re.search(r"\b(?:ABC|ABCMeta)\b|Abstract|Base\w*", f"{_bases(owner)} {_class_name(owner)}"):
        return "an empty method of an abstract or base class"
    if in_class and name == "__init__":
        return "an empty __init__"
    decorators = _decorators(site)
    if re.search(r"\boverride\b|\.setter\b|\.deleter\b", decorators):
        return "an override or a setter"
    if decorators and not _HARMLESS_DECORATOR.search(decorators):
        return "decorated: what is registered may be the name alone"
    if _is_hook(name, documentation):
        return "a hook by its name"
    if in_tests(site) or re.search(r"(?:^|/)(?:conftest|test_)", site.path):
        return "in test code"
    if owner is not None and owner.type == "function_definition":
        return "a callback"
    return None


def _is_hook(name: str, documentation: str) -> bool:
    if name.startswith("__") and name.endswith("__"):
        return not (documentation and _OPERATOR.fullmatch(name))
    return _HOOK_NAME.search(name) is not None and not _FIELDS.search(documentation)


def _doubt_of_raise(site: Site) -> str | None:
    if has_todo(site) or not site.has("missing"):
        return None
    message = next(item.text for item in site.items if item.kind == "missing")
    decorators = _decorators(site)
    if _in_class(site) and not markers.PROMISE.search(message):
        return "in a method, where it mostly is a contract"
    if decorators and not _HARMLESS_DECORATOR.search(decorators) and not markers.MESSAGE.search(message):
        return "decorated: what is registered is for others to write"
    if re.search(r"\b(?:NoReturn|Never)\b", text_of(site.node.child_by_field_name("return_type"))):
        return "never returns, and says so"
    if re.search(r"__class__|\btype\(|\{\w+\W|\{self\.|%", message):
        return "raises on behalf of others, whose name it puts in"
    return "the counterpart of another definition" if _is_counterpart(site.outer) else None


def _in_class(site: Site) -> bool:
    return any(owner.type == "class_definition" for owner in site.owners)


def _is_counterpart(node: Node) -> bool:
    """A module's `if os.name == "nt": def f ... else: def f ...`."""
    block = node.parent
    branch = block.parent if block is not None and block.type == "block" else None
    return branch is not None and branch.type in ("if_statement", "else_clause", "elif_clause", "except_clause")


def _class_name(owner: Node | None) -> str:
    return "" if owner is None else text_of(owner.child_by_field_name("name"))


def _returns_value(node: Node) -> bool | None:
    declared = text_of(node.child_by_field_name("return_type"))
    if _OPERATOR.fullmatch(text_of(node.child_by_field_name("name"))):
        return True
    # Without a `return` Python returns None: a declared type alone makes no empty body wrong.
    return False if declared in ("None", "NoReturn", "Never") else None


LANGUAGE = Language(
    name="python",
    grammar="tree_sitter_python:language",
    callable_types=frozenset({"function_definition"}),
    owner_types=frozenset({"class_definition"}),
    comment_types=frozenset({"comment"}),
    line_comment="#",
    body=_body,
    classify=_classify,
    outer=_outer,
    returns_value=_returns_value,
    exempt=_exempt,
    doubt=_doubt,
    placeholder=b"pass",
    terminals=frozenset({"return_statement", "raise_statement"}),
)
