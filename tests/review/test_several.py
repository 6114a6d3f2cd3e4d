"""A branch with several pull requests, after another workflow: what stops one of them does not lose the others."""

from __future__ import annotations

import _thread
import signal
from collections.abc import Iterator
from typing import Any

import pytest

from fimbot.apps.review import work
from fimbot.stubs.identity import id_of
from tests.doubles.github.state import PullRequest
from tests.doubles.langdock import Exchange
from tests.doubles.scripts import fill
from tests.review.conftest import BASE, STUBBED, Desk, stubs

BASES = ("main", "second", "third")


def several(desk: Desk, at_fault: int | None = None) -> tuple[list[PullRequest], dict[str, Any]]:
    """Three, into three bases; and the event that names their branch. `at_fault`: whose base has a bad fimbot.toml."""
    for base in BASES[1:]:
        desk.shop.branch(base, at="main")
    if at_fault is not None:
        desk.shop.commit(BASES[at_fault], {"fimbot.toml": "nonsense = 1\n"})
    pulls = [desk.open({"a.py": STUBBED})]
    pulls += [desk.github.open_pull("acme/shop", head="work", base=base) for base in BASES[1:]]
    run = {"event": "pull_request", "head_sha": pulls[0].head_sha, "head_branch": "work"}
    return pulls, {"workflow_run": run | {"head_repository": {"owner": {"login": "acme"}}}}


@pytest.mark.parametrize("at_fault", [0, 1, 2])
def test_the_error_of_one_neither_stops_the_others_nor_loses_what_was_said(desk: Desk, at_fault: int) -> None:
    pulls, event = several(desk, at_fault)
    result = desk.on(event)
    assert result.status == 2
    assert [len(pull.reviews) for pull in pulls] == [int(n != at_fault) for n in range(3)]
    assert f"fimbot: #{pulls[at_fault].number}: " in result.err and "nonsense" in result.err
    assert (result.outputs["stubs"], result.outputs["suggestions"]) == ("2", "2")


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """A shell that starts the tests in the background has Ctrl-C ignored for them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_an_interruption_asks_and_posts_no_more_and_keeps_what_was_said(desk: Desk) -> None:
    pulls, event = several(desk)

    def interrupt(exchange: Exchange) -> None:
        _thread.interrupt_main()
        exchange.client_is_gone(30)

    desk.engine.plan(fill("    return a + b\n"), interrupt)
    result = desk.on(event, "--no-cache")
    assert result.status == 130
    assert [len(pull.reviews) for pull in pulls] == [1, 0, 0]
    assert len(desk.engine.requests) == 2
    assert "#2: interrupted; nothing was posted" in result.err
    assert (result.outputs["stubs"], result.outputs["suggestions"]) == ("1", "1")


def test_with_many_stubs_that_are_alike_each_path_is_looked_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    pull = desk.open({f"m{n}.py": BASE + stubs(1) for n in range(6)})
    desk.review(pull)
    for comment in tuple(pull.comments):
        desk.github.people.delete(comment.id)
    desk.push({f"{name}{n}.py": BASE + (name == "n") * stubs(1) for name in "mn" for n in range(6)})
    looked: list[str] = []

    def counted(path: str, name: str, text: bytes) -> str:
        looked.append(path)
        return id_of(path, name, text)

    monkeypatch.setattr(work, "id_of", counted)
    desk.review(pull)
    assert looked and len(looked) == len(set(looked))
