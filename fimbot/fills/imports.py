"""The import lines that a fill needs: `import re` where it says `re.sub` and nobody in the file defines `re`.

Python only, standard library only, and only where the name is nowhere else in the file: anything else is guessing.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fimbot.fills.frame import Frame
from fimbot.stubs.language import text_of, walk
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import Edit

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


def needed_imports(frame: Frame, text: str) -> tuple[Edit, ...]:
    """Return one edit for each missing module, before the hole and not overlapping it; none in other languages."""
    if frame.language.name != "python" or frame.hole.shape == "expression":
        return ()
    tree, placed = frame.parse(text.encode())
    inside = [*walk(tree.root_node, lambda node: node.end_byte > placed.start and node.start_byte < placed.end)]
    inside = [node for node in inside if placed.start <= node.start_byte < placed.end]
    used = dict.fromkeys(_modules_used(inside))
    if not used or imports_everything(frame.file):
        return ()
    parts = {part.start_byte for node in inside if node.type == "attribute" for part in _parts(node) if part}
    bound = {text_of(node) for node in inside if node.type == "identifier" and node.start_byte not in parts}
    missing = sorted(name for name in used if not _is_bound(frame, bound, name.partition(".")[0]))
    return tuple(_edits(frame, missing))


def imports_everything(file: ParsedFile) -> bool:
    """Whether there is a `from x import *`, which may bind any name."""
    stars = (match.start(1) for match in re.finditer(rb"\bimport[ \t\\\r\n]*(\*)", file.source))
    nodes = (file.root.descendant_for_byte_range(star, star + 1) for star in stars)
    return any(node is not None and "wildcard_import" in (node.type, _parent_type(node)) for node in nodes)


def _parent_type(node: Node) -> str:
    return node.parent.type if node.parent is not None else ""


def _modules_used(inside: list[Node]) -> Iterator[str]:
    for node in inside:
        owner, attribute = _parts(node) if node.type == "attribute" else (None, None)
        # The text of an owner that is none is long in a long chain of calls.
        if owner is None or owner.type != "identifier":
            continue
        name, member = text_of(owner), text_of(attribute)
        if name in sys.stdlib_module_names and name not in _NEVER:
            yield f"{name}.{member}" if member in _SUBMODULES.get(name, ()) else name


def _parts(attribute: Node) -> tuple[Node | None, Node | None]:
    """Return what stands before and behind a dot."""
    return attribute.child_by_field_name("object"), attribute.child_by_field_name("attribute")


def _is_bound(frame: Frame, in_fill: set[str], name: str) -> bool:
    """Whether a name stands anywhere but before a dot inside the fill: bound there, or bound by somebody unseen."""
    if name in in_fill:
        return True
    file, hole = frame.file, frame.hole
    for match in re.finditer(rb"(?<!\w)%s(?!\w)" % name.encode(), file.source):
        node = file.root.descendant_for_byte_range(match.start(), match.end())
        outside = match.end() <= hole.start or match.start() >= hole.end
        if outside and node is not None and node.type == "identifier" and not _is_member(node):
            return True
    return False


def _is_member(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "attribute" and parent.child_by_field_name("attribute") == node


def _edits(frame: Frame, missing: list[str]) -> Iterator[Edit]:
    root, stub = frame.file.root, frame.stub
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
