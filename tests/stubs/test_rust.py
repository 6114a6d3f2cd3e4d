from __future__ import annotations

from hypothesis import given

from tests.stubs.cases import Case
from tests.stubs.cases.rust import CASES
from tests.stubs.checks import cases, check, check_hint, check_torn, torn, variations
from tests.stubs.rewritten import check_rewritten


@cases(CASES)
def test_what_is_a_stub(case: Case) -> None:
    check(case)


@cases(CASES)
def test_the_same_with_crlf_and_with_tabs(case: Case) -> None:
    check_rewritten(case)


@given(variations(CASES))
def test_the_hint_lets_every_stub_through(variation: tuple[Case, bytes]) -> None:
    check_hint(*variation)


@given(torn(CASES))
def test_a_torn_file_is_no_error(file: tuple[str, bytes]) -> None:
    check_torn(*file)
