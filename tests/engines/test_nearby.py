"""A server on this machine is found without a key: what it is, and in what time."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from fimbot.engines import nearby
from fimbot.engines.nearby import Nearby, find_server
from tests.doubles.llama_cpp import LlamaCppServer
from tests.doubles.ollama import OllamaServer

NOBODY = "127.0.0.1:9"
NO_OLLAMA = {"OLLAMA_HOST": NOBODY}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be busy."""
    monkeypatch.setattr(nearby, "SECONDS", 10.0)


@pytest.fixture
def ollama() -> Iterator[OllamaServer]:
    with OllamaServer(key="") as server:
        yield server


@pytest.fixture
def llama_cpp() -> Iterator[LlamaCppServer]:
    with LlamaCppServer(key="") as server:
        yield server


def test_nobody_is_there() -> None:
    assert find_server(NO_OLLAMA, NOBODY) is None


@pytest.mark.parametrize(
    "host",
    [
        *("192.168.1.5", "gpu-box", "https://127.0.0.1", "http://127.0.0.1/behind/a/path", "!"),
        *("[::1", "127.0.0.1:abc", "127.0.0.1:-1", "127.0.0.1:99999", "user:password@127.0.0.1"),
    ],
)
def test_an_ollama_elsewhere_is_not_asked_without_being_chosen(host: str) -> None:
    assert find_server({"OLLAMA_HOST": host}, NOBODY) is None


@pytest.mark.usefixtures("patient")
def test_an_ollama_with_a_model_that_fills_in(ollama: OllamaServer) -> None:
    assert find_server({"OLLAMA_HOST": ollama.host}, NOBODY) == Nearby("ollama", ollama.host)
    assert ollama.asked == [], "nothing is generated"


@pytest.mark.usefixtures("patient")
def test_an_ollama_without_one_is_passed_over(ollama: OllamaServer) -> None:
    ollama.with_suffix = ()
    assert find_server({"OLLAMA_HOST": ollama.host}, NOBODY) is None


@pytest.mark.usefixtures("patient")
def test_a_llama_cpp_goes_before_an_ollama(ollama: OllamaServer, llama_cpp: LlamaCppServer) -> None:
    found = find_server({"OLLAMA_HOST": ollama.host}, llama_cpp.host)
    assert found == Nearby("llama.cpp", llama_cpp.host)
    assert llama_cpp.asked == [], "nothing is generated"


@pytest.mark.usefixtures("patient")
def test_a_llama_cpp_whose_model_does_not_fill_in_is_passed_over(llama_cpp: LlamaCppServer) -> None:
    llama_cpp.fills_in = False
    assert find_server(NO_OLLAMA, llama_cpp.host) is None


@pytest.mark.usefixtures("patient")
def test_one_that_wants_a_key_is_passed_over() -> None:
    with LlamaCppServer(key="k") as server:
        assert find_server(NO_OLLAMA, server.host) is None


@pytest.mark.usefixtures("patient")
def test_somebody_else_on_the_port_is_sent_nothing(ollama: OllamaServer) -> None:
    assert find_server(NO_OLLAMA, ollama.host) is None
    assert [(request.method, request.path) for request in ollama.requests] == [("GET", "/props")]


def test_somebody_who_never_answers_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        assert find_server(NO_OLLAMA, f"127.0.0.1:{mute.getsockname()[1]}") is None
        assert time.monotonic() - began < 5
