"""The strict servers themselves: doubles that take anything would prove nothing. For Langdock's: test_strict_server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.doubles.completions import KEY, CompletionsServer, deepseek_server, vllm_server
from tests.doubles.exchange import StrictServer
from tests.doubles.llama_cpp import LlamaCppServer
from tests.doubles.ollama import OllamaServer


@dataclass(frozen=True)
class Protocol:
    serve: Callable[[], StrictServer]
    path: str
    good: dict[str, Any]
    refused: int

    def __str__(self) -> str:
        return self.path.strip("/")


COMPLETIONS = Protocol(
    vllm_server, "/v1/completions", {"model": "Qwen/Qwen2.5-Coder-7B", "prompt": "a", "seed": -1}, refused=422
)
DEEPSEEK = Protocol(
    deepseek_server, "/beta/completions", {"model": "deepseek-v4-pro", "prompt": "a", "suffix": "b"}, refused=422
)
INFILL = Protocol(LlamaCppServer, "/infill", {"input_prefix": "a", "input_suffix": "b", "n_predict": 1}, refused=400)
GENERATE = Protocol(
    OllamaServer,
    "/api/generate",
    {"model": "qwen2.5-coder:1.5b", "prompt": "a", "suffix": "b", "options": {"seed": 1, "stop": ["x"]}},
    refused=400,
)
ALL = (COMPLETIONS, DEEPSEEK, INFILL, GENERATE)


@pytest.fixture(params=ALL, ids=str)
def protocol(request: pytest.FixtureRequest) -> Protocol:
    found: Protocol = request.param
    return found


@pytest.fixture
def server(protocol: Protocol) -> Iterator[StrictServer]:
    with protocol.serve() as server:
        yield server


def post(server: StrictServer, path: str, body: object, key: str = KEY, **headers: str) -> httpx.Response:
    all_headers = {"Authorization": f"Bearer {key}", **headers}
    return httpx.post(server.url + path, json=body, headers=all_headers, trust_env=False)


def test_what_is_documented_is_taken(protocol: Protocol, server: StrictServer) -> None:
    assert post(server, protocol.path, protocol.good).status_code == 200
    assert post(server, protocol.path, {**protocol.good, "stream": True}).text.count("{") > 1


@pytest.mark.parametrize(
    "field", [{"stream": 1}, {"unknown": 1}, {"stop": [1]}, {"temperature": "0"}, {"n": 2}], ids=str
)
def test_what_is_not_is_refused(protocol: Protocol, server: StrictServer, field: dict[str, object]) -> None:
    assert post(server, protocol.path, {**protocol.good, **field}).status_code == protocol.refused


def test_no_key_another_key_and_another_path(protocol: Protocol, server: StrictServer) -> None:
    assert post(server, protocol.path, protocol.good, key="other").status_code == 401
    assert post(server, "/elsewhere", protocol.good).status_code == 404
    assert httpx.post(server.url + protocol.path, json=protocol.good, trust_env=False).status_code == 401


@pytest.mark.parametrize(
    ("protocol", "field"),
    [
        (COMPLETIONS, {"temperature": 2.1}),
        (COMPLETIONS, {"max_tokens": -1}),
        (COMPLETIONS, {"max_tokens": True}),
        (COMPLETIONS, {"stream_options": {"usage": True}}),
        (DEEPSEEK, {"max_tokens": 4097}),
        (DEEPSEEK, {"seed": 1}),
        (DEEPSEEK, {"stop": ["x"] * 17}),
        (INFILL, {"top_p": 1.1}),
        (INFILL, {"n_predict": "1"}),
        (INFILL, {"input_extra": [{"text": "x"}]}),
        (INFILL, {"input_extra": [{"filename": "f", "text": 1}]}),
        (GENERATE, {"options": {"seeds": 1}}),
        (GENERATE, {"options": {"num_predict": 1.5}}),
        (GENERATE, {"options": []}),
    ],
    ids=str,
)
def test_a_field_out_of_its_range(protocol: Protocol, server: StrictServer, field: dict[str, object]) -> None:
    assert post(server, protocol.path, {**protocol.good, **field}).status_code == protocol.refused
    assert server.asked == []


@pytest.mark.parametrize(
    ("protocol", "name", "code"),
    [(COMPLETIONS, "prompt", 422), (DEEPSEEK, "model", 422), (INFILL, "input_suffix", 400), (GENERATE, "model", 400)],
    ids=str,
)
def test_a_field_that_is_missing(protocol: Protocol, server: StrictServer, name: str, code: int) -> None:
    body = {key: value for key, value in protocol.good.items() if key != name}
    assert post(server, protocol.path, body).status_code == code


@pytest.mark.parametrize(
    ("protocol", "code"), [(COMPLETIONS, 404), (DEEPSEEK, 400), (GENERATE, 404)], ids=["vllm", "deepseek", "ollama"]
)
def test_a_model_that_is_not_there(protocol: Protocol, server: StrictServer, code: int) -> None:
    assert post(server, protocol.path, {**protocol.good, "model": "none"}).status_code == code


def test_vllm_refuses_any_suffix_and_others_may_pass_it_over() -> None:
    body = {"model": "Qwen/Qwen2.5-Coder-7B", "prompt": 'P = "', "suffix": '"\nassert P == "word"\n'}
    with vllm_server() as server:
        answer = post(server, "/v1/completions", body)
        assert (answer.status_code, answer.json()["error"]["message"]) == (400, "suffix is not currently supported")
    models = ("Qwen/Qwen2.5-Coder-7B",)
    with CompletionsServer(models=models) as ignores, CompletionsServer(models=models, suffix="honoured") as honours:
        assert "word" not in post(ignores, "/v1/completions", body).text
        assert "word" in post(honours, "/v1/completions", body).text


def test_ollama_chats_without_a_suffix_and_only_loads_without_a_prompt() -> None:
    with OllamaServer() as server:
        assert "Sure!" in post(server, "/api/generate", {**GENERATE.good, "suffix": ""}).text
        assert '"done_reason": "load"' in post(server, "/api/generate", {**GENERATE.good, "prompt": ""}).text
        refused = post(server, "/api/generate", {**GENERATE.good, "model": "llama3.2:3b"})
        assert refused.status_code == 400 and "does not support insert" in refused.json()["error"]
