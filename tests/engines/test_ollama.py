"""Ollama's `/api/generate`: its traps, its models, where it is; the rest is in test_every_engine.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fimbot.engines.ollama_models import host_url
from fimbot.engines.open import open_engine
from fimbot.errors import EngineRefused, EngineUnavailable, SettingsError
from fimbot.settings.values import Settings
from tests.doubles.exchange import Exchange
from tests.doubles.ollama import CHAT, OllamaServer
from tests.doubles.scripts import fill
from tests.engines.asking import QUESTION, ask, opened


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer(key="") as server:
        yield server


def test_the_body_is_the_documented_one(server: OllamaServer) -> None:
    question = replace(QUESTION, temperature=0.0, top_p=0.9, stop=("\n\n",), random_seed=7)
    ask(opened(server.url, engine="ollama", key=""), question)
    assert server.asked[0].body == {
        "model": "qwen2.5-coder:1.5b",
        "prompt": QUESTION.prefix,
        "suffix": QUESTION.suffix,
        "stream": True,
        "options": {
            "num_predict": 64,
            "num_ctx": 4096,
            "temperature": 0.0,
            "top_p": 0.9,
            "stop": ["\n\n"],
            "seed": 7,
        },
    }
    assert "Authorization" not in server.asked[0].headers


@pytest.mark.parametrize(("prefix", "suffix"), [("def one():\n", ""), ("", "\n"), ("", "")])
def test_an_empty_side_neither_chats_nor_only_loads_the_model(server: OllamaServer, prefix: str, suffix: str) -> None:
    server.plan(fill("    return 1\n"))
    answer = ask(opened(server.url, engine="ollama", key=""), replace(QUESTION, prefix=prefix, suffix=suffix))
    assert answer.text == "    return 1\n" != CHAT


def test_of_its_models_the_first_that_takes_a_suffix(server: OllamaServer) -> None:
    """`qwen3-coder` is a model for code, but its template there has no `.Suffix`."""
    assert opened(server.url, engine="ollama", key="").model == "qwen2.5-coder:1.5b"
    server.tells_capabilities = False  # a server of before 2025
    assert opened(server.url, engine="ollama", key="").model == "qwen2.5-coder:1.5b"
    server.with_suffix = ("llama3.2:3b",)  # somebody's own template
    assert opened(server.url, engine="ollama", key="").model == "llama3.2:3b"


def test_the_model_that_was_taken_is_told(server: OllamaServer) -> None:
    told = open_engine(Settings(engine=("ollama",), base_url=server.url), {}).why
    assert told == "ollama: chosen in the settings; of its models it is qwen2.5-coder:1.5b"


def test_none_of_its_models_fills_in(server: OllamaServer) -> None:
    server.with_suffix = ()
    with pytest.raises(EngineRefused, match=r"none of its models \(llama3.2:3b, qwen3-coder:30b, .*; set model"):
        opened(server.url, engine="ollama", key="")
    server.models = ()
    with pytest.raises(EngineRefused, match="it has no model; get one that fills in"):
        opened(server.url, engine="ollama", key="")


def test_a_template_without_a_suffix_is_refused_in_clear_words(server: OllamaServer) -> None:
    with pytest.raises(EngineRefused, match=r"has no place for a suffix .*does not support insert.*choose a model"):
        ask(opened(server.url, engine="ollama", key="", model="llama3.2:3b"))
    assert len(server.requests) == 1


def test_a_larger_window_gets_a_larger_context(server: OllamaServer) -> None:
    """What is beyond it, Ollama cuts off at the beginning, and says nothing."""
    ask(opened(server.url, engine="ollama", key="", window_tokens=6000))
    assert server.asked[0].body["options"]["num_ctx"] == 8192


@pytest.mark.parametrize(("reason", "finish"), [({"x": 1}, "unknown"), ("load", "unknown"), (None, "stop")])
def test_a_reason_to_stop_that_is_not_known(server: OllamaServer, reason: object, finish: str) -> None:
    line = json.dumps({"response": "x", "done": True, "done_reason": reason}).encode()
    server.plan(lambda exchange: exchange.whole(200, line, "application/x-ndjson"))
    assert ask(opened(server.url, engine="ollama", key="")).finish_reason == finish


def test_a_prompt_that_it_still_had_in_memory_is_not_counted(server: OllamaServer) -> None:
    def cached(exchange: Exchange) -> None:
        exchange.whole(200, b'{"response": "x", "done": true, "done_reason": "stop", "eval_count": 3}\n', "text/plain")

    server.plan(cached)
    usage = ask(opened(server.url, engine="ollama", key="")).usage
    assert usage is not None and (usage.prompt_tokens, usage.completion_tokens) == (0, 3)


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),  # noqa: S104
        ("0.0.0.0:1234", "http://127.0.0.1:1234"),
        (":1234", "http://127.0.0.1:1234"),
        ("gpu-box", "http://gpu-box:11434"),
        ("gpu-box:99", "http://gpu-box:99"),
        ("http://gpu-box", "http://gpu-box:80"),
        ("https://ollama.example.org/", "https://ollama.example.org:443"),
        ('"https://example.org/ollama"', "https://example.org:443/ollama"),
        ("::1", "http://[::1]:11434"),
        ("[::]:99", "http://[::1]:99"),
    ],
)
def test_where_it_is_says_ollamas_own_variable(variable: str, url: str) -> None:
    assert host_url(variable) == url


def test_its_variable_is_heeded_and_a_base_url_goes_before_it(server: OllamaServer) -> None:
    environ = {"OLLAMA_HOST": server.host}
    assert open_engine(Settings(engine=("ollama",)), environ).engine.host == server.host
    with pytest.raises(EngineUnavailable, match=r"^127\.0\.0\.1:9: cannot be reached .*; start the server there"):
        open_engine(Settings(engine=("ollama",), base_url="http://127.0.0.1:9"), environ)


@pytest.mark.parametrize("host", ["192.168.1.5", "10.0.0.7", "gpu-box", "gpu.local", "gpu.lan", "[fd00::5]"])
def test_in_ones_own_network_plain_http_is_for_those_without_a_key(host: str) -> None:
    settings = Settings(engine=("ollama",), base_url=f"http://{host}:11434", model="m")
    assert open_engine(settings, {}).engine.host == f"{host}:11434"
    with pytest.raises(SettingsError, match="would send the key unencrypted"):
        open_engine(settings, {"FIMBOT_API_KEY": "k"})


@pytest.mark.parametrize("host", ["8.8.8.8", "ollama.example.org", "192.168.1.5.example.org", "[2600::1]"])
def test_beyond_it_not_even_the_code_goes_unencrypted(host: str) -> None:
    with pytest.raises(SettingsError, match="would send the code unencrypted; use https://"):
        open_engine(Settings(engine=("ollama",), base_url=f"http://{host}", model="m"), {})


def test_a_key_command_is_for_https_only() -> None:
    """It may be set for another engine, and its key has no business here."""
    settings = Settings(engine=("ollama",), base_url="http://gpu-box", model="m", api_key_command=("no-such-program",))
    assert open_engine(settings, {}).engine.host == "gpu-box"
    with pytest.raises(SettingsError, match="cannot be run"):
        open_engine(replace(settings, base_url="https://gpu-box"), {})
