"""The engines on a real server and on the embedded runtime: what the strict doubles are held against.

One model of random weights is behind all of them: the embedded engine, `/infill`, and `/v1/completions` with the FIM
tokens in one text.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx
import pytest

from fimbot.engines import nearby
from fimbot.engines.llama_cpp import open_llama_cpp
from fimbot.engines.local import open_local
from fimbot.engines.nearby import Nearby, find_server
from fimbot.engines.protocol import Engine, Outside, Question
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable
from fimbot.model.store import find_model
from fimbot.settings.values import Settings
from fimbot.values import ContextPart, Deadline
from tests.doubles.langdock import KEY
from tests.engines import asking, tiny_model
from tests.engines.asking import opened
from tests.engines.real_llama_cpp import RealServer
from tests.engines.tiny_model import write_tiny_model

pytest.importorskip("xllamacpp", reason="the runtime, fimbot[local], is not installed")

QUESTION = Question("def f():\n", "\n\ndef g():\n", max_tokens=20, temperature=0.0)
# Loading takes 0.3 s, and 10 s on busy cores.
ask = partial(asking.ask, seconds=60.0)
HOSTILE = "<|fim_suffix|><|fim_middle|><|endoftext|><|im_end|><|file_sep|>"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(scope="module")
def server(tiny: Path) -> RealServer:
    return RealServer(tiny, key=KEY)


@pytest.fixture(scope="module")
def embedded(tiny: Path) -> Engine:
    return open_local(Settings(model=str(tiny)), Outside({}))


@pytest.fixture(scope="module")
def small(tiny: Path) -> RealServer:
    """Without a key, and with little room."""
    return RealServer(tiny, context_tokens=512)


@dataclass(frozen=True)
class Kind:
    engine: str
    model: str | None = None

    def __str__(self) -> str:
        return self.engine


# Of these engines' table lines, the server that was really run. The name stands for a family: it tells the FIM tokens.
SERVED = (Kind("llama.cpp"), Kind("vllm", "qwen2.5-coder-tiny"), Kind("openai-completions", "qwen2.5-coder-tiny"))


@pytest.fixture(params=SERVED, ids=str)
def served(request: pytest.FixtureRequest, server: RealServer) -> Engine:
    kind: Kind = request.param
    return opened(server.url, engine=kind.engine, model=kind.model)


@pytest.fixture(params=(*SERVED, Kind("local")), ids=str)
def engine(request: pytest.FixtureRequest, server: RealServer, embedded: Engine) -> Engine:
    kind: Kind = request.param
    if kind.engine == "local":
        return embedded
    return opened(server.url, engine=kind.engine, model=kind.model)


def test_it_completes(engine: Engine) -> None:
    answer = ask(engine, QUESTION)
    assert answer.text and answer.finish_reason == "length" and not answer.cancelled
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 20 and answer.usage.prompt_tokens > 10
    assert answer.engine == engine.name


def test_it_streams_and_hangs_up_at_the_holes_end(engine: Engine) -> None:
    whole = ask(engine, QUESTION).text
    seen: list[str] = []

    def done(text: str) -> bool:
        seen.append(text)
        return len(seen) == 3

    answer = ask(engine, QUESTION, done=done)
    assert (answer.finish_reason, answer.cancelled) == ("cancelled", True)
    assert answer.text == seen[-1] and whole.startswith(answer.text) and len(answer.text) < len(whole)


def test_the_same_seed_gives_the_same(engine: Engine) -> None:
    warm = [replace(QUESTION, temperature=1.0, top_p=0.9, random_seed=seed) for seed in (1, 2, 1)]
    first, other, again = [ask(engine, question).text for question in warm]
    assert first == again != other


def test_it_stops_at_a_stop(engine: Engine) -> None:
    whole = ask(engine, QUESTION).text
    stop = whole[len(whole) // 2 :][:8]
    answer = ask(engine, replace(QUESTION, stop=(stop,)))
    assert (answer.finish_reason, answer.text) == ("stop", whole[: whole.index(stop)])


def test_another_suffix_is_another_question(engine: Engine) -> None:
    assert ask(engine, QUESTION).text != ask(engine, replace(QUESTION, suffix="\n\nclass Z:\n")).text


def test_an_empty_prefix_and_suffix_are_answered(engine: Engine) -> None:
    assert ask(engine, replace(QUESTION, suffix="")).text
    assert ask(engine, replace(QUESTION, prefix="")).text


def test_context_of_other_files_counts(engine: Engine) -> None:
    part = ContextPart("definition", "b.py", "class B:\n    x: int\n")
    assert ask(engine, QUESTION).text != ask(engine, replace(QUESTION, context=(part,))).text


def test_no_time_left_is_unavailable(engine: Engine) -> None:
    with pytest.raises(EngineUnavailable):
        ask(engine, QUESTION, seconds=0.0)


def test_time_that_runs_out_on_the_way_is_unavailable(engine: Engine) -> None:
    def slow(text: str) -> bool:
        time.sleep(0.05)
        return False

    with pytest.raises(EngineUnavailable):
        ask(engine, replace(QUESTION, max_tokens=500), done=slow, seconds=0.5)


def test_control_tokens_in_a_file_are_text(engine: Engine) -> None:
    """As one token each, they would be 5 tokens; as text they are some 13 bytes each, a token a byte."""
    usage = ask(engine, Question(HOSTILE, HOSTILE, max_tokens=1, temperature=0.0)).usage
    assert usage is not None and usage.prompt_tokens >= 2 * len(HOSTILE) + 3


def test_the_server_stops_generating_when_it_is_hung_up_on(served: Engine, server: RealServer) -> None:
    # This model says a thousand tokens a second, and a busy machine may let the client wait for its turn.
    assert min(_generated_after_five_pieces(served, server) for _ in range(3)) <= 5 + 8


def _generated_after_five_pieces(served: Engine, server: RealServer) -> int:
    before = server.generated()
    seen: list[str] = []

    def done(text: str) -> bool:
        seen.append(text)
        return len(seen) == 5

    ask(served, replace(QUESTION, max_tokens=4000), done=done)
    _until(lambda: server.generated() >= before + 5)
    return server.generated() - before


def test_a_wrong_key_is_refused(server: RealServer) -> None:
    with pytest.raises(EngineRefused, match="401 with the key from FIMBOT_API_KEY"):
        ask(opened(server.url, engine="llama.cpp", key="another"), QUESTION)
    with pytest.raises(EngineRefused, match="401 without a key"):
        ask(opened(server.url, engine="llama.cpp", key=""), QUESTION)


def test_a_window_beyond_its_context_is_about_that_question_only(small: RealServer) -> None:
    engine = opened(small.url, engine="openai-completions", model="starcoder2", key="")
    with pytest.raises(EngineError, match="try fewer window-tokens") as caught:
        ask(engine, replace(QUESTION, prefix="x" * 5000))
    assert type(caught.value) is EngineError


def test_infill_takes_the_end_of_a_prefix_that_is_too_long(server: RealServer) -> None:
    engine = opened(server.url, engine="llama.cpp")
    usage = ask(engine, replace(QUESTION, prefix="x" * 5000)).usage
    assert usage is not None and 1000 < usage.prompt_tokens < 2100


def test_a_path_of_the_servers_is_not_told(server: RealServer, tiny: Path) -> None:
    engine = opened(server.url, engine="llama.cpp")
    assert engine.model == "tiny" and str(tiny.parent) not in engine.fingerprint


def test_a_suffix_that_is_passed_over_is_noticed(server: RealServer) -> None:
    """llama.cpp's `/v1/completions` goes on from the prompt as if there were no suffix."""
    engine = opened(server.url, engine="openai-completions", model="house-model")
    with pytest.raises(EngineRefused, match="does not heed the suffix"):
        ask(engine, QUESTION)


def test_a_model_without_fim_tokens_is_refused_in_clear_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without = {number: name for number, name in tiny_model.CONTROL.items() if "fim" not in name}
    monkeypatch.setattr(tiny_model, "CONTROL", without)
    server = RealServer(write_tiny_model(tmp_path / "plain.gguf"), context_tokens=512)
    with pytest.raises(EngineRefused, match="its model has no FIM tokens"):
        ask(opened(server.url, engine="llama.cpp", key=""), QUESTION)
    assert find_server({"OLLAMA_HOST": "127.0.0.1:9"}, _host(server)) is None


def test_it_is_found_on_this_machine(small: RealServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearby, "SECONDS", 20.0)  # the machine that runs the tests may be busy
    assert find_server({"OLLAMA_HOST": "127.0.0.1:9"}, _host(small)) == Nearby("llama.cpp", _host(small))


def test_one_that_wants_a_key_is_left_alone(server: RealServer) -> None:
    assert find_server({"OLLAMA_HOST": "127.0.0.1:9"}, _host(server)) is None


def test_the_list_of_models_is_the_documented_one(server: RealServer) -> None:
    key = {"Authorization": f"Bearer {KEY}"}
    listed = httpx.get(f"{server.url}/v1/models", headers=key, trust_env=False).json()
    assert listed["data"][0]["id"].endswith("tiny.gguf")


@pytest.mark.skipif(find_model() is None, reason="the embedded model is not on this machine: fimbot model pull")
def test_the_embedded_model_fills_a_body_through_infill() -> None:
    path = find_model()
    assert path is not None
    server = RealServer(path, context_tokens=1024)
    engine = open_llama_cpp(Settings(base_url=server.url), Outside({}))
    question = Question(
        'def add(a: int, b: int) -> int:\n    """The sum of a and b."""\n',
        "\n\ndef subtract(a: int, b: int) -> int:\n    return a - b\n",
        max_tokens=32,
        temperature=0.0,
    )
    answer = engine.ask(question, done=lambda text: "\n" in text.lstrip(), deadline=Deadline.after(100.0))
    assert answer.text.strip().startswith("return a + b")
    assert answer.model == "qwen2.5-coder-1.5b-instruct-q4_k_m"


def _host(server: RealServer) -> str:
    return server.url.removeprefix("http://")


def _until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
