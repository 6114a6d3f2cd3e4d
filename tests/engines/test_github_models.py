"""GitHub Models: where the workflow's token goes, and when it is the engine that nobody had to choose."""

from __future__ import annotations

import pytest

from fimbot.engines.github_models import MODEL
from fimbot.engines.protocol import Question
from fimbot.engines.table import choose_engine, open_engine
from fimbot.errors import EngineRefused, SettingsError
from fimbot.settings.values import Settings
from tests.doubles.langdock import KEY
from tests.doubles.openai import OpenAIServer
from tests.doubles.scripts import status
from tests.engines.asking import ask, failure, opened

WORKFLOW = {"GITHUB_ACTIONS": "true", "GITHUB_TOKEN": KEY}
ROUTE = "/inference/chat/completions"
BODY = "    return 1\n"


@pytest.mark.parametrize(
    ("settings", "environ"),
    [
        pytest.param(Settings(), {"GITHUB_TOKEN": KEY}, id="outside of a workflow"),
        pytest.param(Settings(), {"GITHUB_ACTIONS": "true"}, id="without a token"),
        pytest.param(Settings(), WORKFLOW | {"GITHUB_SERVER_URL": "https://github.acme.com"}, id="Enterprise Server"),
        pytest.param(Settings(), WORKFLOW | {"GITHUB_SERVER_URL": "https://acme.ghe.com"}, id="a tenant of its own"),
        pytest.param(Settings(base_url="https://fim.acme.com"), WORKFLOW, id="with a base-url"),
    ],
)
def test_it_is_not_the_default(settings: Settings, environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="no engine is ready"):
        choose_engine(settings, environ, find_model=lambda: None)


@pytest.mark.parametrize("name", ["LANGDOCK_API_KEY", "FIMBOT_API_KEY", "OPENAI_API_KEY"])
def test_any_key_goes_before_it(name: str) -> None:
    assert choose_engine(Settings(), WORKFLOW | {name: "k"}, find_model=lambda: None).name != "github-models"


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "FIMBOT_GITHUB_TOKEN"])
def test_in_a_workflow_without_a_key_it_is_the_default(name: str) -> None:
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://github.com", name: KEY}
    choice = choose_engine(Settings(), environ, find_model=lambda: None)
    assert choice.name == "github-models" and "workflow's own token" in choice.why
    assert open_engine(Settings(), environ, find_model=lambda: None).engine.host == "models.github.ai"


def test_it_speaks_chat_completions_with_the_token() -> None:
    with OpenAIServer(text=BODY, route=ROUTE, models=frozenset({MODEL})) as server:
        engine = opened(server.url + "/inference", engine="github-models", environ=WORKFLOW)
        assert ask(engine, Question("def one():\n", "\n", 9)).text == BODY


def test_an_engines_key_is_not_sent_there_nor_the_token_elsewhere() -> None:
    with pytest.raises(SettingsError, match="no token for github-models"):
        opened(None, engine="github-models", environ={"FIMBOT_API_KEY": KEY})
    with pytest.raises(SettingsError, match="goes nowhere else") as error:
        opened("https://models.acme.com", engine="github-models", environ=WORKFLOW)
    assert KEY not in str(error.value)
    for other in ("openai", "openai-chat", "langdock"):
        with pytest.raises(SettingsError):
            engine = opened("https://models.acme.com", engine=other, environ=WORKFLOW, model=None)
            assert not engine


def test_a_token_that_may_not_is_refused() -> None:
    with OpenAIServer(route=ROUTE, models=frozenset({MODEL})) as server:
        server.always = status(403, {"error": {"code": "no_access", "message": "No access to model"}})
        error = failure(opened(server.url + "/inference", engine="github-models", environ=WORKFLOW))
        assert isinstance(error, EngineRefused) and "403 with the key from GITHUB_TOKEN" in str(error)
