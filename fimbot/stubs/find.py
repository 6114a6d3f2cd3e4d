"""The stubs of one file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.apart import LONG, stubs_apart
from fimbot.stubs.emptied import Before
from fimbot.stubs.file import SourceFile
from fimbot.stubs.holes import block_hole, expression_hole, kept_items
from fimbot.stubs.identity import may_have_twins, named, with_ids
from fimbot.stubs.judgement import judge
from fimbot.stubs.language import LONGEST, Body, Item, Language, Site, text_of
from fimbot.stubs.lines import Spans
from fimbot.stubs.loose import Loose, loose_stubs
from fimbot.stubs.near import may_touch_stub
from fimbot.stubs.parsed import ParsedFile, parsed_file
from fimbot.stubs.signs import telling
from fimbot.stubs.table import language_of, may_hold_stub
from fimbot.values import WHOLE_FILE, LineRange, Skip, Stub, stub_of

if TYPE_CHECKING:
    from tree_sitter import Node


def find_stubs(
    path: str, source: bytes, added: Sequence[LineRange], before: Before | None = None
) -> tuple[Stub | Skip, ...]:
    """The stubs that the added lines touch, in the order of the file; a `Skip` is one that is exempt.

    Of every kind: which ones are filled is the caller's choice. Nothing for a file in no known language.
    `before`: the file before the change, without which no callable is known to have lost its statements.
    """
    file = parse_suspect(path, source, added, before.deleted if before is not None else ())
    return stubs_of(file, added, before) if file is not None else ()


def parse_suspect(
    path: str, source: bytes, added: Sequence[LineRange], deleted: Sequence[int] = ()
) -> ParsedFile | None:
    """Return the file where its text leaves it open whether the change touches a stub; None where none can be.

    `deleted`: the lines behind which lines were deleted and none added.
    """
    name = language_of(path)
    # The hint for Python holds for one file in six, the look at its headers for one in a hundred.
    may = may_touch_stub if name == "python" else may_hold_stub
    if name is None or not may(name, source, [*((r.start, r.end) for r in added), *zip(deleted, deleted, strict=True)]):
        return None
    if markers.IGNORE_FILE.search(source) or markers.GENERATED.search(source, 0, 4096):
        return None
    return parsed_file(path, source, name)


def stubs_in(path: str, source: bytes, language: Language, added: Sequence[LineRange]) -> tuple[Stub | Skip, ...]:
    """As `find_stubs`, without asking the hint first."""
    return stubs_of(ParsedFile(path, source, language), added)


def stubs_of(file: ParsedFile, added: Sequence[LineRange], before: Before | None = None) -> tuple[Stub | Skip, ...]:
    """As `find_stubs`, of a file that may have been parsed already."""
    if len(file.source) > LONG and not file.is_parsed:
        return stubs_apart(file, added, before)
    return stubs_here(file, added, before)


def stubs_here(file: ParsedFile, added: Sequence[LineRange], before: Before | None = None) -> tuple[Stub | Skip, ...]:
    """As `stubs_of`, in this process however long the file is."""
    source = file.source
    here = SourceFile(file, added, before.deleted if before is not None else ())
    found = _touched(here, before)
    if WHOLE_FILE in added or not may_have_twins(found, source):
        return with_ids(found, source)
    whole = with_ids(_touched(here.with_added((WHOLE_FILE,))), source)
    same = {_position(each): stub_of(each) for each in whole}
    return tuple(named(each, same[_position(each)].id, same[_position(each)].twins) for each in found)


def _touched(file: SourceFile, before: Before | None = None) -> list[Stub | Skip]:
    """Without ids."""
    language = file.language
    bodies: list[Stub | Skip] = []
    loose: list[Loose] = []
    # What stands around the node, kept while walking: to ask a node for its parent takes as long as it lies deep.
    owners: list[Node] = []
    callables: list[int] = []
    for node in file.touched_nodes():
        while owners and owners[-1].end_byte <= node.start_byte:
            owners.pop()
        while callables and callables[-1] >= len(owners):
            callables.pop()
        # In Elixir a callable is a call, and so is what it raises.
        if node.type in language.comment_types or _may_be_expression(node, language):
            around = callables[-1] if callables else None
            loose.append(Loose(node, owners[around] if around is not None else None, tuple(owners[:around])))
        if node.type in language.callable_types and (simple := file.name_of(node)):
            body = language.body(node)
            found = _stub(file, node, body, simple, owners, before) if body is not None else None
            bodies += [found] if found is not None else []
            callables += [len(owners)] if body is not None else []
        if node.type in language.callable_types or node.type in language.owner_types:
            owners.append(node)
    taken = Spans((stub.start, stub.end - 1) for stub in map(stub_of, bodies))
    return sorted([*bodies, *loose_stubs(file, loose, taken)], key=_position)


def _may_be_expression(node: Node, language: Language) -> bool:
    return (
        node.type in language.missing_types
        and node.end_byte - node.start_byte <= LONGEST
        and language.is_missing_expression(node)
    )


def _position(found: Stub | Skip) -> tuple[int, int]:
    return stub_of(found).hole.start, stub_of(found).start


def _stub(
    file: SourceFile, node: Node, body: Body, simple: str, around: Sequence[Node], before: Before | None
) -> Stub | Skip | None:
    language, source = file.language, file.source
    items = _filler(body, language)
    if items is None:
        return None
    file.check_time()
    outer = language.outer(node)
    above, first_row = file.comment_above(outer)
    last_row = max(file.last_row(node), file.lines.number(body.end - 1) - 1)
    touched = file.touched(first_row if markers.says_missing_above(above) else outer.start_point.row, last_row)
    if not touched and not file.lost_lines(outer.start_point.row, last_row):
        return None
    name = file.qualified_name(around, simple)
    header = source[outer.start_byte : body.start].decode("utf-8", "replace")
    new = file.all_new(outer.start_point.row, last_row)
    site = Site(
        path=file.path,
        source=source,
        node=node,
        outer=outer,
        header=header,
        name=name,
        owners=tuple(around),
        items=items,
        above=above,
        root=file.tree.root_node,
        memo=file.memo,
        line_length=file.lines.length(node.start_byte),
        new=new,
    )
    verdict = judge(site, language, new=new)
    if verdict is None:
        return None
    emptied = False
    if before is not None and not (touched and verdict.tier == "fill"):
        lost = before.lost(file, name, node)
        if lost is None and not touched:
            return None
        if lost is not None:
            anyway, verdict = verdict, judge(site, language, new=new, lost=lost) or verdict
            emptied = not touched or verdict.tier != anyway.tier
    if body.shape == "expression":
        hole = expression_hole(file, body.start, body.end)
    else:
        hole = block_hole(file, node.start_byte, body, items)
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
        emptied=emptied,
    )
    return Skip(stub, verdict.exempt) if verdict.exempt is not None else stub


def _filler(body: Body, language: Language) -> tuple[Item, ...] | None:
    """The items of a body; None at the first that does something, which mostly is the first of all."""
    items: list[Item] = []
    for node in body.items:
        if node.type in language.comment_types:
            items.append(Item("comment", node, text_of(node)))
            continue
        item = language.classify(node) if node.end_byte - node.start_byte <= LONGEST else Item("code", node)
        if item.kind == "code":
            said = telling(node)
            if said is None:
                return None
            item = said
        items.append(item)
    return tuple(items)
