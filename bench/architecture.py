"""Draws the picture in docs/architecture.md: which room imports from which, as the code says it.

    python -m bench.architecture

The rooms stand in the order of the import contract in pyproject.toml. An arrow is left out where a longer way says the
same: without that, nearly every room points at values and errors.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Imported everywhere.
COMMON = {"values", "errors"}


def layers() -> list[str]:
    """Return the rooms of the import contract, from the command line down, without what is common to all."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract, *_) = settings["tool"]["importlinter"]["contracts"]
    rooms = [room.strip() for layer in contract["layers"] for room in layer.split(":")]
    return [room for room in rooms if room not in COMMON and not room.startswith("__")]


def arrows(rooms: list[str]) -> set[tuple[str, str]]:
    """Return (from, to) for each room that imports from another one."""
    import grimp

    graph = grimp.build_graph("fimbot", cache_dir=None)
    found = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            pair = importer.split(".")[1:2], imported.split(".")[1:2]
            if pair[0] and pair[1] and pair[0] != pair[1]:
                found.add((pair[0][0], pair[1][0]))
    return {(one, other) for one, other in found if one in rooms and other in rooms}


def shortest(pairs: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the arrows that no longer way stands for, in order."""
    below: dict[str, set[str]] = {}
    for one, other in pairs:
        below.setdefault(one, set()).add(other)

    def reached(start: str) -> set[str]:
        seen, pending = set(), [start]
        while pending:
            for room in below.get(pending.pop(), ()):
                if room not in seen:
                    seen.add(room)
                    pending.append(room)
        return seen

    return sorted(
        (one, other) for one, other in pairs if not any(other in reached(way) for way in below[one] if way != other)
    )


def picture() -> str:
    rooms = layers()
    lines = ["```mermaid", "graph TD"]
    lines += [f"    {one} --> {other}" for one, other in shortest(arrows(rooms))]
    return "\n".join([*lines, "```"])


if __name__ == "__main__":
    print(picture())
