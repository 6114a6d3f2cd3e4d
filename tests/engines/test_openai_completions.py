"""vLLM, LM Studio and other `/v1/completions`: FIM tokens in one text, or a suffix that has proved to count."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Literal

import pytest

from fimbot.engines.open import open_engine
from fimbot.errors import EngineRefused, EngineUnavailable, SettingsError
from fimbot.settings.values import Settings
from tests.doubles.completions import KEY, CompletionsServer, lmstudio_server, suffix_server, vllm_server
from tests.doubles.scripts import fill, status
from tests.engines.asking import QUESTION, Pauses, ask, opened


@pytest.mark.parametrize(("engine", "host"), [("vllm", "127.0.0.1:8000"), ("lmstudio", "127.0.0.1:1234")])
def test_where_it_is_by_itself(engine: str, host: str) -> None:
    assert opened(None, engine=engine, key="", model="qwen2.5-coder").host == host


def test_any_other_server_has_to_be_named() -> None:
    with pytest.raises(SettingsError, match="openai-completions has no host of its own: set base-url"):
        opened(None, engine="openai-completions")


def test_a_known_family_gets_its_tokens_and_no_suffix() -> None:
    with vllm_server() as server:
        ask(opened(server.url, engine="vllm"), replace(QUESTION, random_seed=7, stop=("x",)))
        body = server.requests[-1].body
        assert body["prompt"] == "<|fim_prefix|>def one():\n<|fim_suffix|>\n\nprint(one())\n<|fim_middle|>"
        assert "suffix" not in body and body["seed"] == 7
        assert body["stop"][0] == "x" and "<|endoftext|>" in body["stop"]
        assert [request.path for request in server.requests] == ["/v1/models", "/v1/completions"]


@pytest.mark.parametrize("path", ["", "/v1", "/v1/completions"])
def test_the_route(path: str) -> None:
    with vllm_server() as server:
        assert ask(opened(server.url + path, engine="vllm", model="Qwen/Qwen2.5-Coder-7B")).text


def test_of_several_models_the_first_of_a_known_family() -> None:
    with lmstudio_server() as server:
        assert opened(server.url, engine="lmstudio").model == "qwen2.5-coder-7b-instruct"
        server.models = ("house-model",)
        assert opened(server.url, engine="lmstudio").model == "house-model"
        server.models = ("llama-3", "mistral-7b")
        with pytest.raises(EngineRefused, match=r"none of its models \(llama-3, mistral-7b\) is known to fill in"):
            opened(server.url, engine="lmstudio")


def test_a_suffix_that_counts_is_proved_once() -> None:
    with suffix_server() as server:
        engine = opened(server.url, engine="openai-completions")
        first, second = ask(engine), ask(engine)
        probe, *rest = server.asked
        assert "swordfish" in probe.body["suffix"] and "swordfish" not in probe.body["prompt"]
        assert [(each.body["prompt"], each.body["suffix"]) for each in rest] == [(QUESTION.prefix, QUESTION.suffix)] * 2
        assert (first.requests, second.requests) == (2, 1)


def test_it_is_proved_once_for_all_threads() -> None:
    with suffix_server() as server, ThreadPoolExecutor(8) as threads:
        engine = opened(server.url, engine="openai-completions")
        list(threads.map(lambda number: ask(engine), range(8)))
        assert sum("swordfish" in request.body["suffix"] for request in server.asked) == 1


@pytest.mark.parametrize("suffix", ["ignored", "refused"])
def test_without_a_suffix_that_counts_an_unknown_model_is_refused(suffix: Literal["ignored", "refused"]) -> None:
    with CompletionsServer(models=("house-model",), suffix=suffix) as server:
        engine = opened(server.url, engine="openai-completions")
        for _ in range(2):
            with pytest.raises(EngineRefused, match="does not heed the suffix, and the FIM tokens of house-model are"):
                ask(engine)
        assert len(server.requests) == 2, "the list of models, and the proof, once"


def test_a_proof_that_fails_for_another_reason_proves_nothing(pauses: Pauses) -> None:
    with suffix_server() as server:
        engine = opened(server.url, engine="openai-completions", sleep=pauses)
        server.next_script = lambda body: status(500)  # type: ignore[method-assign]
        with pytest.raises(EngineUnavailable, match="planned 500"):
            ask(engine, seconds=60)
        del server.next_script
        server.plan(fill("    return 1\n"))
        assert ask(engine).text == "    return 1\n"


def test_a_wrong_key_is_not_taken_for_a_suffix_that_does_not_count() -> None:
    with suffix_server() as server, pytest.raises(EngineRefused, match="401 with the key from FIMBOT_API_KEY"):
        ask(opened(server.url, engine="openai-completions", model="house-model", key="another"))


def test_the_model_that_was_taken_is_told() -> None:
    with vllm_server() as server:
        told = open_engine(Settings(engine=("vllm",), base_url=server.url), {"FIMBOT_API_KEY": KEY}).why
    assert told == "vllm: chosen in the settings; of its models it is Qwen/Qwen2.5-Coder-7B"


@pytest.mark.parametrize(
    "listed", [{"data": 5}, {"data": True, "models": None}, {"data": [7, {"id": 7}, {"name": []}]}]
)
def test_a_list_of_models_that_names_none_is_told(listed: object) -> None:
    with vllm_server() as server:
        server.at_once = lambda request: (200, listed)  # type: ignore[method-assign]
        with pytest.raises(EngineRefused, match="it has no model"):
            opened(server.url, engine="vllm")


def test_a_list_that_is_none_is_told() -> None:
    with vllm_server() as server:
        server.at_once = lambda request: (200, ["a"])  # type: ignore[method-assign]
        with pytest.raises(EngineUnavailable, match="the answer is application/json, not JSON"):
            opened(server.url, engine="vllm")
