"""The stubs of one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.file import SourceFile, comment_above, qualified_name
from fimbot.stubs.holes import block_hole, expression_hole, kept_items
from fimbot.stubs.identity import may_have_twins, named, with_ids
from fimbot.stubs.judgement import judge
from fimbot.stubs.language import Body, Item, Language, Site, load, text_of
from fimbot.stubs.loose import Loose, loose_stubs
from fimbot.stubs.table import dialect, language_of, may_hold_stub
from fimbot.values import WHOLE_FILE, LineRange, Skip, Stub, stub_of

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
    return stubs_in(path, source, load(dialect(name, path, source)), added)


def stubs_in(path: str, source: bytes, language: Language, added: Sequence[LineRange]) -> tuple[Stub | Skip, ...]:
    """As `find_stubs`, without asking the hint first."""
    found = _touched(SourceFile(path, source, language, added))
    if WHOLE_FILE in added or not may_have_twins(found, source):
        return with_ids(found, source)
    whole = with_ids(_touched(SourceFile(path, source, language, (WHOLE_FILE,))), source)
    same = {_position(each): stub_of(each) for each in whole}
    return tuple(named(each, same[_position(each)].id, same[_position(each)].twins) for each in found)


def _touched(file: SourceFile) -> list[Stub | Skip]:
    """Without ids."""
    language = file.language
    bodies: list[Stub | Skip] = []
    loose: list[Loose] = []
    around: list[Node] = []
    for node in file.touched_nodes():
        # Kept while walking: `Node.parent` and its siblings take as long as the node has siblings.
        while around and around[-1].end_byte <= node.start_byte:
            around.pop()
        # In Elixir a callable is a call, and so is what it raises.
        if node.type in language.comment_types or (
            node.type in language.missing_types and language.is_missing_expression(node)
        ):
            loose.append(Loose(node, around[-1] if around else None))
        if node.type in language.callable_types:
            found = _body(file, node)
            if found is not None:
                bodies.append(found)
            if language.name_of(node) and language.body(node) is not None:
                around.append(node)
    taken = [(stub.start, stub.end) for stub in map(stub_of, bodies)]
    return sorted([*bodies, *loose_stubs(file, loose, taken)], key=_position)


def _position(found: Stub | Skip) -> tuple[int, int]:
    return stub_of(found).hole.start, stub_of(found).start


def _body(file: SourceFile, node: Node) -> Stub | Skip | None:
    language, source = file.language, file.source
    body, simple = language.body(node), language.name_of(node)
    items = tuple(_items(body, language)) if body is not None and simple else ()
    if body is None or not simple or any(item.kind == "code" for item in items):
        return None
    outer = language.outer(node)
    above, first_row = comment_above(outer, source, language)
    last_row = max(file.last_row(node), file.line(body.end - 1) - 1)
    if not file.touched(first_row if markers.says_missing_above(above) else outer.start_point.row, last_row):
        return None
    owners, name = qualified_name(node, simple, language)
    header = source[outer.start_byte : body.start].decode("utf-8", "replace")
    new = file.all_new(outer.start_point.row, last_row)
    site = Site(file.path, source, node, outer, header, name, owners, items, above, new)
    verdict = judge(site, language, new=new)
    if verdict is None:
        return None
    if body.shape == "expression":
        hole = expression_hole(body.start, body.end, source, file.unit)
    else:
        hole = block_hole(source, node.start_byte, body, items, file.unit)
    swallowed = items[kept_items(items) :]
    stub = file.stub(
        verdict.kind,
        verdict.tier,
        verdict.why,
        name=name,
        start=outer.start_byte,
        end=max(file.end_of(node), body.end),
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
