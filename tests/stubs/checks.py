"""What holds for every case of every language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from fimbot.stubs.find import find_stubs, stubs_in
from fimbot.stubs.language import Language, load, walk
from fimbot.stubs.near import may_touch_stub
from fimbot.stubs.table import language_of, may_hold_stub
from fimbot.values import WHOLE_FILE, LineRange, Stub, stub_of
from tests.stubs.cases import Case, find, told

if TYPE_CHECKING:
    from tree_sitter import Node


def check(case: Case) -> None:
    """The stubs that were wanted and no others; the hint lets them through; the hole can be filled."""
    found = find(case)
    assert [told(one) for one in found] == list(case.wanted)
    source = case.source.encode()
    language = load(language_of(case.path) or "")
    assert not case.wanted or may_hold_stub(
        language_of(case.path) or "", source, [(r.start, r.end) for r in case.added]
    ), "the hint overlooks it"
    stubs = [one for one in found if isinstance(one, Stub)]
    check_quick(case, stubs)
    for stub in stubs:
        if stub.tier != "report" and stub.kind in ("empty-body", "placeholder"):
            check_hole(stub, source, language)
    if case.hole is not None:
        assert source[stubs[0].hole.start : stubs[0].hole.end].decode() == case.hole


def check_quick(case: Case, stubs: Sequence[Stub]) -> None:
    """The quick way sees every stub, whichever of its lines was added."""
    for stub in stubs:
        if stub.tier == "report":
            continue
        for line in range(stub.start_line, stub.end_line + 1):
            assert may_touch_stub(stub.language, case.source.encode(), [(line, line)]), (stub.name, line)


def check_hole(stub: Stub, source: bytes, language: Language) -> None:
    """A smallest body in the hole gives the same file around it, one that parses no worse than before."""
    hole = stub.hole
    if hole.shape == "expression":
        body = language.placeholder_expression
    else:
        body = hole.lead + hole.indent.encode() + language.placeholder + hole.tail
    filled = source[: hole.start] + body + source[hole.end :]
    before, after = language.parse(source).root_node, language.parse(filled).root_node
    assert _errors(after) <= _errors(before), filled.decode()
    assert stub.start <= hole.start <= hole.end <= max(stub.end, hole.start)
    assert stub.comment == "" or stub.comment.encode() not in filled, "a TODO is left behind"

    owner = _callable_at(after, stub, language)
    assert owner is not None, filled.decode()
    found = language.body(owner)
    assert found is not None, filled.decode()
    at = hole.start + body.index(language.placeholder if hole.shape == "block" else language.placeholder_expression)
    assert any(item.start_byte <= at < item.end_byte for item in found.items), filled.decode()
    code = [item for item in found.items if item.type not in language.comment_types]
    docstrings = [item for item in code if language.classify(item).kind == "docstring"]
    placed = [item for item in code if item.start_byte >= hole.start]
    assert len(code) == len(docstrings) + len(placed), "something of the old body is left"


def _errors(root: Node) -> int:
    return sum(node.type == "ERROR" or node.is_missing for node in walk(root))


def _callable_at(root: Node, stub: Stub, language: Language) -> Node | None:
    simple = stub.name.rpartition(".")[2]
    fitting = [
        node
        for node in walk(root)
        if node.type in language.callable_types
        and language.outer(node).start_byte == stub.start
        and language.name_of(node) in (simple, stub.name)
    ]
    return fitting[-1] if fitting else None


_BLANKS = st.sampled_from(["\n", "\n\n", "\n \n", " \n", "\t\n", "\r\n"])


@st.composite
def variations(draw: st.DrawFn, table: Sequence[Case]) -> tuple[Case, bytes]:
    """A case's source in other line breaks, with blank ends of lines and empty lines; still the same program."""
    case = draw(st.sampled_from([case for case in table if case.wanted]))
    if draw(st.booleans()):
        return case, case.source.replace("\n", draw(_BLANKS)).encode()
    return case, "".join(line + draw(_BLANKS) for line in case.source.splitlines()).encode()


def check_hint(case: Case, source: bytes) -> None:
    """Where a parser finds a stub, the hint has let it through."""
    name = language_of(case.path) or ""
    if stubs_in(case.path, source, load(name), case.added):
        assert may_hold_stub(name, source, [(r.start, r.end) for r in case.added]), source.decode()


@st.composite
def torn(draw: st.DrawFn, table: Sequence[Case]) -> tuple[str, bytes]:
    """A case's file with a piece torn out of it."""
    case = draw(st.sampled_from(table))
    source = case.source.encode()
    start = draw(st.integers(0, len(source)))
    return case.path, source[:start] + source[draw(st.integers(start, len(source))) :]


def check_torn(path: str, source: bytes) -> None:
    """What does not parse raises nothing, and holes stay inside the file."""
    for found in find_stubs(path, source, [WHOLE_FILE]):
        stub = stub_of(found)
        assert 0 <= stub.hole.start <= stub.hole.end <= len(source)
        assert 0 <= stub.start <= stub.end <= len(source)


def check_ids(path: str, source: bytes, line: int) -> None:
    """Those that one line touches are named as in the whole file, also where the file is torn or stands there twice."""
    for text in (source, source + b"\n\n" + source):
        whole = {(stub_of(found).id, stub_of(found).hole) for found in find_stubs(path, text, [WHOLE_FILE])}
        touched = find_stubs(path, text, [LineRange(text.count(b"\n") + 1 - line, text.count(b"\n") + 1)])
        assert {(stub_of(found).id, stub_of(found).hole) for found in touched} <= whole, text.decode("utf-8", "replace")
