"""What the finder needs to know of a language. Each module named in `table.py` holds one such value: `LANGUAGE`."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar

from fimbot.errors import ParseError
from fimbot.stubs.table import LANGUAGES, REACH

if TYPE_CHECKING:
    from tree_sitter import Language as Grammar
    from tree_sitter import Node, Tree

T = TypeVar("T")
ItemKind = Literal["comment", "docstring", "nothing", "message", "missing", "trivial-return", "code"]


# A megabyte takes half a second. 200 KB of `{}` take Dart's grammar seven minutes, and a comment in a Python function
# as long as all comments after it; meanwhile Kotlin's takes 90 MB each second. So what a file may take grows with its
# size, and with the load of the machine not at all: a change of many such files ends too.
_SECONDS, _SECONDS_A_BYTE = 2.0, 8e-6
# With syntax errors it may take less: what takes the parser long, and memory, is the search for a way on.
_ERROR_SECONDS, _ERROR_SECONDS_A_BYTE = 1.0, 2e-6
# A text with which every parser is done at once, whatever it is.
_SHORT = 2048
# A longer statement is code, whatever it says, and a longer expression no placeholder: the texts of a thousand nested
# ones are as long as that many files.
LONGEST = 1 << 16
_MOST_LEVELS = 100
# `Node.text` reads pieces too: of 1 MB they took 200 times as long. tree-sitter 0.26 never frees one (its reference is
# leaked), and of a Python function of 10,000 comments it reads 640,000: so each is made once, and they are aligned.
_PIECE = 1024


class Item(NamedTuple):
    """A statement or a comment of a body.

    docstring        stays outside the hole
    nothing          `pass`, `...`, `;`, a discard (`_ = x`, `(void)x`)
    message          `msg = "..."`, which only a following `missing` makes filler
    missing          a not-implemented idiom; `text` is its message
    trivial-return   nil, null, None, 0, false, "", [], {}: filler only beside a TODO, or dead after `missing`
    """

    kind: ItemKind
    node: Node
    text: str = ""
    certain: bool = False
    """For `missing`: the idiom itself says that the body is missing (`todo!()`), whatever its message."""


class Body(NamedTuple):
    """Where the statements are: `start:end` lies between the braces, or between the header and `end`.

    Without a closer (Python, Haskell) it lies between the header's colon and the last item.
    """

    items: tuple[Node, ...]
    start: int
    end: int
    shape: Literal["block", "expression"] = "block"
    closed: bool = True


class Site(NamedTuple):
    """A callable, as the exemptions see it."""

    path: str
    source: bytes
    node: Node
    outer: Node
    """The node that it begins with, decorators and attributes included: `Language.outer`."""
    header: str
    """The text from there to the body: decorators, modifiers, signature."""
    name: str
    owners: tuple[Node, ...]
    """Enclosing classes, traits, modules and functions, the outermost first."""
    items: tuple[Item, ...]
    above: str
    """The comment right above."""
    root: Node
    memo: dict[Any, Any]
    """What `once` has been told, for all callables of the file."""
    line_length: int
    """Of the line that the node begins in; 0 where the file ends in it."""
    new: bool = False
    """The whole callable is in the change's added lines."""

    @property
    def owner(self) -> Node | None:
        return self.owners[-1] if self.owners else None

    @property
    def simple_name(self) -> str:
        return self.name.rpartition(".")[2]

    def has(self, kind: ItemKind) -> bool:
        return any(item.kind == kind for item in self.items)

    def once(self, told: Callable[[Node], T], owner: Node) -> T:
        """What is the same for all members of an owner, who may be thousands."""
        key = told, owner.id
        if key not in self.memo:
            self.memo[key] = told(owner)
        found: T = self.memo[key]
        return found


def text_of(node: Node | None) -> str:
    text = None if node is None else node.text
    return "" if text is None else text.decode("utf-8", "replace")


def first_named(node: Node) -> Node | None:
    """`named_child(0)` raises where there is none."""
    return node.named_child(0) if node.named_child_count else None


def before(node: Node) -> Iterator[Node]:
    """The siblings before it, the nearest first.

    Not all of them: among comments each step takes as long as there are siblings.
    """
    sibling = node.prev_sibling
    for _ in range(REACH):
        if sibling is None:
            return
        yield sibling
        sibling = sibling.prev_sibling


def following(node: Node) -> Node | None:
    """What stands after it, or after the innermost node around it that is not the last of its siblings."""
    here: Node | None = node
    # Each step takes as long as the node lies deep.
    for _ in range(_MOST_LEVELS):
        if here is None:
            break
        if (sibling := here.next_sibling) is not None:
            return sibling
        here = here.parent
    return None


def _name_field(node: Node) -> str:
    return text_of(node.child_by_field_name("name"))


def _no(_: Site) -> str | None:
    return None


def _node_itself(node: Node) -> Node:
    return node


def _unknown(_: Node) -> bool | None:
    return None


def _never(_: Node) -> bool:
    return False


class Language(NamedTuple):
    name: str
    grammar: str
    """`module:function` of the grammar's wheel."""

    # Structure
    callable_types: frozenset[str]
    owner_types: frozenset[str]
    """Nodes that give a callable a qualified name: classes, traits, modules."""
    comment_types: frozenset[str]
    line_comment: str
    body: Callable[[Node], Body | None]
    """None: no body to fill (abstract, forward declaration)."""
    classify: Callable[[Node], Item]
    """Of a body's item that is no comment."""
    placeholder: bytes
    """A smallest body (for a block hole): the tree around it is what a fill's tree is held against."""
    name_of: Callable[[Node], str] = _name_field
    """"" for an anonymous callable, which is never a stub."""
    outer: Callable[[Node], Node] = _node_itself
    """Where the callable begins: itself, a wrapper (Python's decorated_definition, `export`, `const f =`), or the first
    of the attributes that stand before it as siblings (Rust)."""
    returns_value: Callable[[Node], bool | None] = _unknown
    """True: a return type that is not void is declared. False: void. None: the header does not say."""
    missing_types: frozenset[str] = frozenset()
    """The nodes that may be a placeholder for an expression."""
    is_missing_expression: Callable[[Node], bool] = _never
    """Of a node of these types: `todo!()`, `???`, `TODO()`, which may stand wherever an expression may."""

    # Judgement
    exempt: Callable[[Site], str | None] = _no
    """Why this is never a stub."""
    doubt: Callable[[Site], str | None] = _no
    """Why reasonable users differ on it: reported only."""

    # What the fills need
    placeholder_expression: bytes = b"x"
    terminals: frozenset[str] = frozenset()
    """Statements after which the rest of the same block is dead: return, raise, throw."""
    hoisted: frozenset[str] = frozenset()
    """Declarations that live on after a terminal statement (JavaScript's functions), and labels."""
    indent: str = "    "

    def parse(self, source: bytes, seconds: float | None = None, before: Tree | None = None) -> Tree:
        """Return the syntax tree of a text.

        `seconds`: of CPU time. `before`: the tree of an earlier text, moved as `Tree.edit` does; what is still true of
        it is taken over. Raises ParseError for a text on which the parser would spend hours.
        """
        from tree_sitter import Parser

        parser = Parser(_grammar(self.grammar))
        if len(source) <= _SHORT:
            return parser.parse(source) if before is None else parser.parse(source, before)
        allowed = _SECONDS + _SECONDS_A_BYTE * len(source) if seconds is None else seconds
        with_errors = min(allowed, _ERROR_SECONDS + _ERROR_SECONDS_A_BYTE * len(source))
        begun = time.thread_time()

        pieces: dict[int, bytes] = {}

        def read(at: int, _: object) -> bytes:
            if at % _PIECE:
                return source[at : at - at % _PIECE + _PIECE]
            if at not in pieces:
                pieces[at] = source[at : at + _PIECE]
            return pieces[at]

        def late(_at: int, errors: bool) -> bool:
            return time.thread_time() - begun > (with_errors if errors else allowed)

        try:
            # A parser a call (microseconds): one may not be used by two threads at once. The source comes in pieces,
            # because tree-sitter does not ask `late` otherwise; that costs nothing that could be measured.
            if before is None:
                return parser.parse(read, progress_callback=late)
            return parser.parse(read, before, progress_callback=late)
        except ValueError:
            raise ParseError(f"takes longer than {time.thread_time() - begun:.2g} s to parse") from None


@cache
def _grammar(grammar: str) -> Grammar:
    from tree_sitter import Language as Grammar

    module, _, function = grammar.partition(":")
    return Grammar(getattr(_compiled_part(module), function)())


def _compiled_part(package: str) -> ModuleType:
    """Of a grammar's wheel. Its `__init__` imports importlib.resources for queries that nobody here reads, and that
    costs a commit 12 ms."""
    whole = PathFinder.find_spec(package)
    part = whole and PathFinder.find_spec(f"{package}._binding", whole.submodule_search_locations)
    if part is None or part.loader is None:
        return importlib.import_module(package)
    module = module_from_spec(part)
    part.loader.exec_module(module)
    return module


@cache
def load(name: str) -> Language:
    module = importlib.import_module(LANGUAGES[name][0])
    language: Language = getattr(module, "LANGUAGE" if name != "tsx" else "TSX")
    return language


def walk(node: Node, inside: Callable[[Node], bool] | None = None, deepest: int = 2**31) -> Iterator[Node]:
    """Every node, parents first, and of those that are not `inside` only themselves.

    A cursor: recursion would end at a thousand nested brackets.
    """
    cursor = node.walk()
    depth = 0  # `cursor.depth` counts anew at each step: 19,000 nested brackets took half a minute
    while True:
        here = cursor.node
        if here is not None:
            yield here
        if here is not None and (inside is None or inside(here)) and depth < deepest and cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return
            depth -= 1
