"""Langdock's chat routes: by name, and where the workspace has no FIM model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fimbot.engines.langdock import chat_model
from fimbot.engines.protocol import Question
from fimbot.errors import EngineRefused, EngineUnavailable, SettingsError
from tests.doubles.anthropic import AnthropicServer
from tests.doubles.langdock import KEY, Exchange, LangdockServer, Received, Script
from tests.doubles.openai import OpenAIServer, chat
from tests.doubles.scripts import status
from tests.engines.asking import Pauses, ask, failure, opened

BODY = "    total = 1\n    return total\n"
QUESTION = Question("def one():\n", "\n\n\nprint(one())\n", max_tokens=64)
NO_MODEL = {"message": "No Mistral model is available in this workspace at the moment"}


class Workspace(OpenAIServer):
    """Langdock without a FIM model: its chat route is OpenAI's, and its FIM route refuses."""

    fim: tuple[int, object] = (404, NO_MODEL)

    def at_once(self, request: Received) -> tuple[int, object] | None:
        if request.path.endswith("/fim/completions") and request.headers["Authorization"] == f"Bearer {self.key}":
            return self.fim
        return super().at_once(request)


def no_fim_model() -> Workspace:
    return Workspace(
        text=f"```python\ndef one():\n{BODY}```",
        route="/openai/eu/v1/chat/completions",
        models=frozenset({"gpt-4o-mini"}),
    )


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with no_fim_model() as server:
        yield server


def paths(server: LangdockServer) -> list[str]:
    return [f"{request.method} {request.path}" for request in server.requests]


def test_with_a_fim_model_the_chat_route_is_left_alone() -> None:
    with LangdockServer() as server:
        ask(opened(server.url))
        assert paths(server) == ["POST /mistral/eu/v1/fim/completions"]


def test_without_a_fim_model_the_chat_route_answers_and_says_so(workspace: Workspace) -> None:
    completion = ask(opened(workspace.url), QUESTION)
    assert completion.text.rstrip() == BODY.rstrip()
    assert (completion.engine, completion.model) == ("langdock-chat", "gpt-4o-mini")
    assert paths(workspace) == [
        "POST /mistral/eu/v1/fim/completions",
        "GET /openai/eu/v1/models",
        "POST /openai/eu/v1/chat/completions",
    ]
    assert completion.requests == 3


def test_it_is_found_out_once(workspace: Workspace) -> None:
    engine = opened(workspace.url)
    assert [ask(engine, QUESTION).requests for _ in range(3)] == [3, 1, 1]


@pytest.mark.parametrize(
    "fim",
    [
        (404, NO_MODEL),
        (403, {"message": "The model codestral-2501 is not enabled for this workspace"}),
        (422, {"detail": [{"loc": ["body", "model"], "msg": "Input should be one of []"}]}),
        (400, {"object": "error", "message": "Invalid model: codestral-2501", "type": "invalid_model"}),
    ],
)
def test_a_missing_model_is_told_in_several_ways(workspace: Workspace, fim: tuple[int, object]) -> None:
    workspace.fim = fim
    assert ask(opened(workspace.url), QUESTION).engine == "langdock-chat"


@pytest.mark.parametrize(
    "fim",
    [
        (404, {"message": "Cannot POST /mistral/eu/v1/fim/completions"}),
        (403, {"message": "This key lacks the scope COMPLETION_API"}),
        (422, {"detail": [{"loc": ["body", "temperature"], "msg": "too hot"}]}),
    ],
)
def test_another_refusal_is_told_as_it_is(workspace: Workspace, fim: tuple[int, object]) -> None:
    workspace.fim = fim
    assert isinstance(failure(opened(workspace.url)), EngineRefused)
    assert len(workspace.requests) == 1


def test_who_names_a_model_means_that_one(workspace: Workspace) -> None:
    error = failure(opened(workspace.url, model="codestral-2508"))
    assert "no model codestral-2508" in str(error) and len(workspace.requests) == 1


def test_where_the_chat_route_refuses_too_the_first_refusal_is_told(workspace: Workspace) -> None:
    workspace.models = frozenset()
    engine = opened(workspace.url)
    for _ in range(2):
        error = failure(engine)
        assert isinstance(error, EngineRefused) and "No Mistral model" in str(error)
    assert error.requests == 2, "both routes; which models there are was asked at the first question"


def test_where_the_chat_route_is_down_that_is_told(workspace: Workspace, pauses: Pauses) -> None:
    workspace.always = status(503)
    error = failure(opened(workspace.url, sleep=pauses))
    assert isinstance(error, EngineUnavailable)
    assert error.requests == len(workspace.requests)


@pytest.mark.parametrize(
    ("base", "root"),
    [("", ""), ("/mistral/eu/v1", ""), ("/api/public", "/api/public"), ("/api/public/mistral/eu/v1", "/api/public")],
)
def test_the_chat_route_is_at_the_same_deployment(workspace: Workspace, base: str, root: str) -> None:
    workspace.route = f"{root}/openai/eu/v1/chat/completions"
    ask(opened(workspace.url + base), QUESTION)
    assert paths(workspace)[1:] == [f"GET {root}/openai/eu/v1/models", f"POST {root}/openai/eu/v1/chat/completions"]


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        ({"object": "list", "data": [{"id": "text-embedding-3"}, {"id": "gpt-9-nano"}]}, "gpt-9-nano"),
        ([{"model": "claude"}, {"model": "gpt-5-mini", "region": "eu"}], "gpt-5-mini"),
        ({"models": ["azure/gpt-4.1-mini", "gpt-4o"]}, "azure/gpt-4.1-mini"),
        ({"data": []}, "gpt-4o-mini"),
        ("nothing", "gpt-4o-mini"),
        (7, "gpt-4o-mini"),
    ],
)
def test_the_chat_model_is_one_of_those_that_there_are(workspace: Workspace, listed: object, chosen: str) -> None:
    workspace.listed, workspace.models = listed, frozenset({chosen})
    assert ask(opened(workspace.url), QUESTION).model == chosen


def test_a_cheap_one_goes_before_the_others() -> None:
    assert chat_model(["gpt-5", "o3", "gpt-5-mini"]) == "gpt-5-mini"
    assert chat_model(["o3", "llama"]) == "o3"


def test_a_list_that_is_no_json_is_passed_over(workspace: Workspace) -> None:
    workspace.listed = []

    def html(body: Any) -> Script:
        def answer(exchange: Exchange) -> None:
            exchange.whole(200, b"<html>", "text/html")

        return answer if body is None else chat(BODY)

    workspace.next_script = html  # type: ignore[method-assign]
    assert ask(opened(workspace.url), QUESTION).model == "gpt-4o-mini"


@pytest.mark.parametrize("region", ["eu", "us", "global", "ch"])
def test_the_chat_route_by_name_in_each_region(region: str) -> None:
    route = f"/openai/{region}/v1/chat/completions"
    with OpenAIServer(text=BODY, route=route, models=frozenset({"gpt-4o-mini"})) as server:
        engine = opened(server.url, engine="langdock-chat", region=region, environ={"LANGDOCK_API_KEY": KEY})
        assert ask(engine, QUESTION).engine == "langdock-chat"


@pytest.mark.parametrize("written", ["/openai/us", "/openai/us/v1", "/openai/us/v1/chat/completions"])
def test_a_region_in_the_base_url_is_the_one_that_is_meant(written: str) -> None:
    route = "/openai/us/v1/chat/completions"
    with OpenAIServer(text=BODY, route=route, models=frozenset({"gpt-4o-mini"})) as server:
        engine = opened(server.url + written, engine="langdock-chat", environ={"LANGDOCK_API_KEY": KEY})
        assert ask(engine, QUESTION).engine == "langdock-chat"


def test_the_anthropic_route_by_name() -> None:
    with AnthropicServer(text=BODY, route="/anthropic/eu/v1/messages", bearer=True) as server:
        engine = opened(server.url, engine="langdock-anthropic", environ={"LANGDOCK_API_KEY": KEY})
        assert (ask(engine, QUESTION).text, engine.model) == (BODY, "claude-haiku-5-5")


@pytest.mark.parametrize("engine", ["langdock-chat", "langdock-anthropic"])
def test_there_are_four_regions(engine: str) -> None:
    with pytest.raises(SettingsError, match="has eu, us, global, ch"):
        opened(None, engine=engine, region="mars", environ={"LANGDOCK_API_KEY": KEY})
