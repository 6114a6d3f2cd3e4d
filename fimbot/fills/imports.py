"""The import lines that a fill needs: `import re` where it says `re.sub` and nobody in the file defines `re`.

Python only, standard library only, and only where the name is nowhere else in the file: anything else is guessing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fimbot.stubs.language import load, text_of, walk
from fimbot.values import Edit, Stub

if TYPE_CHECKING:
    from tree_sitter import Node

# Packages of which `import a` does not give `a.b` (https://docs.python.org/3/reference/import.html#submodules).
_SUBMODULES = {
    "concurrent": ("futures",),
    "email": ("message", "mime", "parser", "policy", "utils"),
    "http": ("client", "cookies", "cookiejar", "server"),
    "importlib": ("metadata", "resources", "util", "machinery", "abc"),
    "logging": ("config", "handlers"),
    "multiprocessing": ("pool", "shared_memory", "managers", "dummy"),
    "unittest": ("mock",),
    "urllib": ("parse", "request", "error", "robotparser"),
    "wsgiref": ("simple_server", "util"),
}
_NEVER = frozenset({"this", "antigravity", "idlelib", "test", "xml", "curses", "site", "copyright", "__future__"})
_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")


def needed_imports(source: bytes, stub: Stub, text: str, language: str) -> tuple[Edit, ...]:
    """One edit for each missing module, before the hole and not overlapping it; none in other languages."""
    if language != "python" or stub.hole.shape == "expression":
        return ()
    grammar = load(language)
    hole = stub.hole
    filled = source[: hole.start] + hole.lead + text.encode() + hole.tail + source[hole.end :]
    root = grammar.parse(filled).root_node
    end = len(filled) - (len(source) - hole.end)
    used = dict.fromkeys(_modules_used(root, hole.start, end))
    if not used or any(node.type == "wildcard_import" for node in walk(root)):
        return ()
    bound = _names_elsewhere(root, hole.start, end)
    missing = sorted(name for name in used if name.partition(".")[0] not in bound)
    return tuple(_edits(source, grammar.parse(source).root_node, missing, stub))


def _modules_used(root: Node, start: int, end: int) -> Iterator[str]:
    for node in walk(root):
        if node.type != "attribute" or not start <= node.start_byte < end:
            continue
        owner, member = node.child_by_field_name("object"), text_of(node.child_by_field_name("attribute"))
        name = text_of(owner)
        if owner is None or owner.type != "identifier" or name not in sys.stdlib_module_names or name in _NEVER:
            continue
        yield f"{name}.{member}" if member in _SUBMODULES.get(name, ()) else name


def _names_elsewhere(root: Node, start: int, end: int) -> set[str]:
    """Names that stand anywhere but before a dot inside the fill: bound there, or bound by somebody unseen."""
    names = set()
    for node in walk(root):
        if node.type != "identifier":
            continue
        parent = node.parent
        attribute = parent is not None and parent.type == "attribute"
        if attribute and parent is not None and parent.child_by_field_name("attribute") == node:
            continue
        if not (attribute and start <= node.start_byte < end):
            names.add(text_of(node))
    return names


def _edits(source: bytes, root: Node, missing: list[str], stub: Stub) -> Iterator[Edit]:
    newline = stub.newline.encode()
    imports = [node for node in root.named_children if node.type in _IMPORTS and node.end_byte <= stub.start]
    places: dict[tuple[int, bool], list[bytes]] = {}
    for name in missing:
        place = _place(root, imports, name)
        if place is not None:
            places.setdefault(place, []).append(f"import {name}".encode())
    for (at, before), lines in sorted(places.items()):
        apart = newline if not imports else b""
        text = newline.join(lines)
        yield Edit(at, at, text + newline + apart if before else newline + apart + text)


def _place(root: Node, imports: list[Node], name: str) -> tuple[int, bool] | None:
    """Where the line goes, and whether before or behind that offset."""
    plain = [node for node in imports if node.type == "import_statement"]
    later = next((node for node in plain if _module(node) > name), None)
    if later is not None and later.start_point.column == 0:
        return later.start_byte, True
    if imports:
        last = (plain or imports)[-1]
        following = last.next_sibling
        beside = following is not None and following.start_point.row == last.end_point.row
        return None if beside else (last.end_byte, False)
    first = next((node for node in root.named_children if node.type != "comment"), None)
    if first is None:
        return None
    if re.match(r"""[rRuU]?["']""", text_of(first)):
        return first.end_byte, False
    return (first.start_byte, True) if first.start_point.column == 0 else None


def _module(node: Node) -> str:
    return text_of(node.named_children[0]) if node.named_children else ""
