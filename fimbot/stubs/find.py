"""The stubs of one file."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.file import SourceFile, comment_above, qualified_name
from fimbot.stubs.holes import block_hole, expression_hole, kept_items
from fimbot.stubs.judgement import judge
from fimbot.stubs.language import Body, Item, Language, Site, load, text_of, walk
from fimbot.stubs.loose import loose_stubs
from fimbot.stubs.table import language_of, may_hold_stub
from fimbot.values import LineRange, Skip, Stub

if TYPE_CHECKING:
    from tree_sitter import Node


def find_stubs(path: str, source: bytes, added: Sequence[LineRange]) -> tuple[Stub | Skip, ...]:
    """The stubs that the added lines touch, in the order of the file; a `Skip` is one that is exempt.

    Of every kind: which ones are filled is the caller's choice. Nothing for a file in no known language.
    """
    name = language_of(path)
    if name is None or not may_hold_stub(name, source, [(r.start, r.end) for r in added]):
        return ()
    if markers.IGNORE_FILE.search(source) or markers.GENERATED.search(source, 0, 4096):
        return ()
    return stubs_in(path, source, load(name), added)


def stubs_in(path: str, source: bytes, language: Language, added: Sequence[LineRange]) -> tuple[Stub | Skip, ...]:
    """As `find_stubs`, without asking the hint first."""
    file = SourceFile(path, source, language, tuple(added))
    bodies = list(_bodies(file))
    taken = [(stub.start, stub.end) for stub in map(_stub, bodies)]
    found = [*bodies, *loose_stubs(file, taken)]
    return _with_ids(sorted(found, key=_position), source)


def _stub(found: Stub | Skip) -> Stub:
    return found.stub if isinstance(found, Skip) else found


def _position(found: Stub | Skip) -> tuple[int, int]:
    return _stub(found).hole.start, _stub(found).start


def _bodies(file: SourceFile) -> Iterator[Stub | Skip]:
    for node in walk(file.tree.root_node):
        if node.type in file.language.callable_types:
            outer = file.language.outer(node)
            body = file.language.body(node) if file.touched(outer) else None
            found = _body(file, node, outer, body) if body is not None else None
            if found is not None:
                yield found


def _body(file: SourceFile, node: Node, outer: Node, body: Body) -> Stub | Skip | None:
    language, source = file.language, file.source
    simple = language.name_of(node)
    items = tuple(_items(body, language))
    if not simple or any(item.kind == "code" for item in items):
        return None
    owners, name = qualified_name(node, simple, language)
    site = Site(file.path, source, node, outer, name, owners, items, comment_above(outer, source, language))
    verdict = judge(site, language, new=file.all_new(outer))
    if verdict is None:
        return None
    if body.shape == "expression":
        hole = expression_hole(body.start, body.end, source, file.unit)
    else:
        hole = block_hole(source, node.start_byte, body, items, file.unit)
    swallowed = items[kept_items(items, source) :]
    stub = file.stub(
        verdict.kind,
        verdict.tier,
        verdict.why,
        name=name,
        start=outer.start_byte,
        end=max(node.end_byte, body.end),
        hole=hole,
        comment="\n".join(item.text for item in swallowed if item.kind == "comment"),
    )
    return Skip(stub, verdict.exempt) if verdict.exempt is not None else stub


def _items(body: Body, language: Language) -> Iterator[Item]:
    for node in body.items:
        if node.type in language.comment_types:
            yield Item("comment", node, text_of(node))
        else:
            yield language.classify(node)


def _with_ids(found: list[Stub | Skip], source: bytes) -> tuple[Stub | Skip, ...]:
    """Ids of path + qualified name + normalised text, and the ordinal where all three are the same twice."""
    seen: dict[str, int] = {}
    named: list[Stub | Skip] = []
    for each in found:
        stub = each.stub if isinstance(each, Skip) else each
        body = stub.kind in ("empty-body", "placeholder")
        text = source[stub.start : stub.end] if body else source[stub.hole.start : stub.hole.end]
        identity = b"\0".join(
            (
                stub.path.encode("utf-8", "surrogateescape"),
                stub.name.encode(),
                re.sub(rb"\s+", b" ", text).strip(),
            )
        )
        digest = hashlib.sha256(identity).hexdigest()
        ordinal = seen[digest] = seen.get(digest, -1) + 1
        stub = replace(
            stub, id=(hashlib.sha256(b"%s %d" % (identity, ordinal)).hexdigest() if ordinal else digest)[:12]
        )
        named.append(Skip(stub, each.reason) if isinstance(each, Skip) else stub)
    return tuple(named)
