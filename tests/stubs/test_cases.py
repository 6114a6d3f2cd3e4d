"""Every case of every language: found as it says, the hint lets it through, the hole can be filled."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stubs.cases import Case
from tests.stubs.checks import check, check_hint, check_ids, check_torn, torn, variations
from tests.stubs.rewritten import check_rewritten

TABLES: dict[str, list[Case]] = {
    path.stem: list(import_module(f"tests.stubs.cases.{path.stem}").CASES)
    for path in sorted((Path(__file__).parent / "cases").glob("[a-z]*.py"))
}
EVERY = [pytest.param(name, case, id=f"{name}: {case.id}") for name, table in TABLES.items() for case in table]
# Its grammar does not take a tab for the blanks of a layout.
WITHOUT_TABS = {"haskell"}


@pytest.mark.parametrize("language", TABLES)
def test_no_two_cases_have_one_name(language: str) -> None:
    names = [case.id for case in TABLES[language]]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(("language", "case"), EVERY)
def test_what_is_a_stub(language: str, case: Case) -> None:
    check(case)


@pytest.mark.parametrize(("language", "case"), EVERY)
def test_the_same_with_crlf_and_with_tabs(language: str, case: Case) -> None:
    check_rewritten(case, with_tabs=language not in WITHOUT_TABS)


@pytest.mark.parametrize("language", TABLES)
@given(data=st.data())
def test_the_hint_lets_every_stub_through(language: str, data: st.DataObject) -> None:
    check_hint(*data.draw(variations(TABLES[language])))


@pytest.mark.parametrize("language", TABLES)
@given(data=st.data())
def test_a_torn_file_is_no_error(language: str, data: st.DataObject) -> None:
    check_torn(*data.draw(torn(TABLES[language])))


@pytest.mark.parametrize("language", TABLES)
@given(data=st.data(), line=st.integers(0, 30))
def test_an_id_does_not_depend_on_what_is_touched(language: str, data: st.DataObject, line: int) -> None:
    check_ids(*data.draw(torn(TABLES[language])), line)
