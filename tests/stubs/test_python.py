from __future__ import annotations

from hypothesis import given

from tests.stubs.cases import Case
from tests.stubs.cases.python import CASES
from tests.stubs.checks import cases, check, check_hint, variations


@cases(CASES)
def test_what_is_a_stub(case: Case) -> None:
    check(case)


@given(variations(CASES))
def test_the_hint_lets_every_stub_through(variation: tuple[Case, bytes]) -> None:
    check_hint(*variation)
