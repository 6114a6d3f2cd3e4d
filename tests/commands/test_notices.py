"""What went otherwise than was asked, though it went well, is said in one line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commands.conftest import Workshop
from tests.doubles.langdock import KEY
from tests.engines.test_langdock_chat import Workspace

NOTICE = "the model that was asked for is not there: langdock-chat answered in its place, with gpt-4o-mini"


@pytest.fixture
def workspace(stubbed: Workshop) -> Iterator[Workspace]:
    route, models = "/openai/eu/v1/chat/completions", frozenset({"gpt-4o-mini"})
    with Workspace(key=KEY, route=route, models=models, text="```python\n    return a + b\n```") as server:
        stubbed.environ |= {"FIMBOT_BASE_URL": server.url}
        yield server


def test_with_the_model_that_was_asked_for_nothing_is_said(stubbed: Workshop) -> None:
    assert "answered in its place" not in stubbed.fimbot("suggest", "HEAD~1").err


def test_suggest_says_who_answered_in_its_place(stubbed: Workshop, workspace: Workspace) -> None:
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert done.status == 0 and "+    return a + b" in done.out
    assert done.err.count(f"fimbot: {NOTICE}\n") == 1


def test_so_does_the_hook(stubbed: Workshop, workspace: Workspace) -> None:
    stubbed.git("reset", "-q", "--soft", "HEAD~1")
    done = stubbed.fimbot("hook", FIMBOT_HOOK_DEADLINE="30")
    assert done.status == 1 and "return a + b" in done.out
    assert done.err == f"fimbot: {NOTICE}\n"
