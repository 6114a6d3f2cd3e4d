"""llama.cpp's `/infill`: what it has of its own; the rest is in test_every_engine.py, the real one in
test_real_llama_cpp.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from fimbot.errors import EngineRefused, EngineUnavailable
from fimbot.values import ContextPart
from tests.doubles.llama_cpp import LlamaCppServer
from tests.doubles.scripts import event, raw
from tests.engines.asking import QUESTION, ask, opened

PART = ContextPart("definition", "src/b\n.py", "class B:\n    x: int\n")


@pytest.fixture
def server() -> Iterator[LlamaCppServer]:
    with LlamaCppServer(key="") as server:
        yield server


def test_the_body_is_the_documented_one(server: LlamaCppServer) -> None:
    question = replace(QUESTION, context=(PART,), temperature=0.0, top_p=0.9, stop=("\n\n",), random_seed=7)
    ask(opened(server.url, engine="llama.cpp", key=""), question)
    assert server.asked[0].body == {
        "model": "qwen2.5-coder-1.5b-q4_k_m",
        "input_prefix": QUESTION.prefix,
        "input_suffix": QUESTION.suffix,
        "input_extra": [{"filename": "src/b?.py", "text": "class B:\n    x: int\n"}],
        "n_predict": 64,
        "stream": True,
        "temperature": 0.0,
        "top_p": 0.9,
        "stop": ["\n\n"],
        "seed": 7,
    }
    assert server.asked[0].path == "/infill" and "Authorization" not in server.asked[0].headers


def test_its_model_is_asked_for_and_told_without_its_path(server: LlamaCppServer) -> None:
    engine = opened(server.url, engine="llama.cpp", key="")
    assert engine.model == "qwen2.5-coder-1.5b-q4_k_m"
    assert [request.path for request in server.requests] == ["/v1/models"]


def test_a_model_that_is_set_is_not_asked_for(server: LlamaCppServer) -> None:
    assert opened(server.url, engine="llama.cpp", key="", model="mine").model == "mine"
    assert server.requests == []


def test_a_file_of_any_name_may_fill_in(server: LlamaCppServer) -> None:
    server.model = r"C:\models\house.gguf"
    assert opened(server.url, engine="llama.cpp", key="").model == "house"


def test_a_reason_to_stop_that_is_no_text_is_none_that_is_known(server: LlamaCppServer) -> None:
    server.plan(raw(event({"content": "x", "stop": True, "stop_type": ["eos"]})))
    assert ask(opened(server.url, engine="llama.cpp", key="")).finish_reason == "unknown"


def test_a_model_without_fim_tokens_is_refused_in_clear_words(server: LlamaCppServer) -> None:
    server.fills_in = False
    with pytest.raises(EngineRefused, match=f"^{server.host}: its model has no FIM tokens; start it with one"):
        ask(opened(server.url, engine="llama.cpp", key=""))


def test_what_was_generated_is_known_when_it_is_hung_up_on(server: LlamaCppServer) -> None:
    records = [{"content": f"{n}\n", "stop": False, "tokens_predicted": n, "tokens_evaluated": 36} for n in (1, 2, 3)]
    server.plan(raw([event(record) for record in records]))
    answer = ask(opened(server.url, engine="llama.cpp", key=""), done=lambda text: "2" in text)
    assert answer.usage is not None and (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (36, 2)


def test_nobody_there_is_told_at_once() -> None:
    with LlamaCppServer() as server:
        url = server.url
    with pytest.raises(EngineUnavailable, match=f"^{url.removeprefix('http://')}: cannot be reached"):
        opened(url, engine="llama.cpp", key="")
