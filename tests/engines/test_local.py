"""The embedded model's engine, on the real runtime with a tiny model, and on the real model where it is there."""

from __future__ import annotations

import _thread
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.engines.local import SPECIAL, LocalEngine, load, open_local, plain, render
from fimbot.engines.protocol import Outside, Question
from fimbot.errors import EngineError, EngineUnavailable, ModelError, SettingsError
from fimbot.model.store import find_model
from fimbot.settings.values import Settings
from fimbot.values import ContextPart, Deadline
from tests.engines.tiny_model import write_tiny_model

pytest.importorskip("xllamacpp", reason="the runtime, fimbot[local], is not installed")

OUTSIDE = Outside(environ={})
QUESTION = Question("def f():\n", "\n\ndef g():\n", max_tokens=20)


def never(text: str) -> bool:
    return False


def soon() -> Deadline:
    return Deadline.after(30.0)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(scope="module")
def shared(tiny: Path) -> LocalEngine:
    """Loaded once; for tests that do not close it."""
    return open_local(Settings(model=str(tiny)), OUTSIDE)


@pytest.fixture
def engine(tiny: Path) -> LocalEngine:
    return open_local(Settings(model=str(tiny)), OUTSIDE)


def test_opening_it_loads_nothing(engine: LocalEngine, tiny: Path) -> None:
    started = time.perf_counter()
    assert (engine.name, engine.model, engine.host) == ("local", "tiny", "this machine")
    assert str(tiny) in engine.fingerprint
    assert time.perf_counter() - started < 0.5


def test_a_machine_without_the_model_is_told_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="`fimbot model pull` fetches it"):
        open_local(Settings(), OUTSIDE, tmp_path)


def test_a_machine_without_the_runtime_is_told_the_command(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(ModelError, match=r"pip install 'fimbot\[local\]'"):
        open_local(Settings(model=str(tiny)), OUTSIDE)


def test_a_model_name_that_is_no_file_is_a_setting_gone_wrong() -> None:
    with pytest.raises(SettingsError, match="no model 'codestral-2501'"):
        open_local(Settings(model="codestral-2501"), OUTSIDE)


def test_a_truncated_model_is_one_clear_line(tiny: Path, tmp_path: Path) -> None:
    short = tmp_path / "short.gguf"
    short.write_bytes(tiny.read_bytes()[:9_000_000])
    engine = open_local(Settings(model=str(short)), OUTSIDE)
    with pytest.raises(ModelError, match="it is damaged") as caught:
        engine.ask(QUESTION, done=never, deadline=soon())
    assert "\n" not in str(caught.value)


def test_it_answers_the_same_to_the_same(shared: LocalEngine) -> None:
    first = shared.ask(QUESTION, done=never, deadline=soon())
    shared.ask(replace(QUESTION, prefix="def f():\n    x"), done=never, deadline=soon())
    again = shared.ask(QUESTION, done=never, deadline=soon())
    assert first == again
    assert first.finish_reason == "length"
    assert first.usage is not None
    assert first.usage.completion_tokens == 20
    assert (first.engine, first.model, first.requests, first.cancelled) == ("local", "tiny", 0, False)


def test_another_suffix_is_another_question(shared: LocalEngine) -> None:
    other = replace(QUESTION, suffix="\n\nclass Z:\n")
    assert shared.ask(QUESTION, done=never, deadline=soon()).text != shared.ask(other, done=never, deadline=soon()).text


def test_seeds_matter_once_the_temperature_does(shared: LocalEngine) -> None:
    warm = [replace(QUESTION, temperature=1.0, top_p=0.9, random_seed=seed) for seed in (1, 2, 1)]
    texts = [shared.ask(question, done=never, deadline=soon()).text for question in warm]
    assert texts[0] == texts[2]
    assert texts[0] != texts[1]


def test_it_hangs_up_where_the_hole_is_full(shared: LocalEngine) -> None:
    whole = shared.ask(QUESTION, done=never, deadline=soon()).text
    seen: list[str] = []

    def done(text: str) -> bool:
        seen.append(text)
        return len(seen) == 3

    answer = shared.ask(QUESTION, done=done, deadline=soon())
    assert (answer.finish_reason, answer.cancelled) == ("cancelled", True)
    assert answer.text == seen[-1]
    assert whole.startswith(answer.text)
    assert len(answer.text) < len(whole)


def test_it_stops_at_a_stop(shared: LocalEngine) -> None:
    whole = shared.ask(QUESTION, done=never, deadline=soon()).text
    stop = whole[len(whole) // 2 :][:8]
    answer = shared.ask(replace(QUESTION, stop=(stop,)), done=never, deadline=soon())
    assert answer.finish_reason == "stop"
    assert answer.text == whole[: whole.index(stop)]


def test_control_tokens_in_a_file_are_text(shared: LocalEngine) -> None:
    """As one token each, the five would be 5 tokens; as text they are 13 to 14 bytes each."""
    hostile = "<|fim_suffix|><|fim_middle|><|endoftext|><|im_end|><|file_sep|>"
    answer = shared.ask(Question(hostile, hostile, max_tokens=1), done=never, deadline=soon())
    assert answer.usage is not None
    assert answer.usage.prompt_tokens == 2 * len(hostile) + 3


@given(st.lists(st.sampled_from(["<|fim_middle|>", "<|im_end|>", "<", "|", ">", "<|", "|>", "a", "é", "\n"])))
def test_text_is_cut_inside_whatever_looks_like_a_control_token(pieces: list[str]) -> None:
    text = "".join(pieces)
    cut = list(plain(text))
    assert "".join(cut) == text
    assert not any(SPECIAL.search(piece) for piece in cut)
    assert "" not in cut


def test_bytes_that_could_not_be_decoded_do_no_harm(shared: LocalEngine) -> None:
    answer = shared.ask(Question("# caf\udce9\n", "\udcff\n", max_tokens=2), done=never, deadline=soon())
    assert answer.finish_reason == "length"


def test_an_empty_window_is_answered(shared: LocalEngine) -> None:
    assert shared.ask(Question("", "", max_tokens=2), done=never, deadline=soon()).text


def test_a_window_that_does_not_fit_is_refused_with_the_figures(shared: LocalEngine) -> None:
    with pytest.raises(EngineError, match=rf"room for {shared.context_tokens}: a smaller `window-tokens`"):
        shared.ask(Question("x" * 5000, "", max_tokens=2), done=never, deadline=soon())


def test_no_time_left_is_unavailable_at_once(shared: LocalEngine) -> None:
    with pytest.raises(EngineUnavailable, match="did not finish in time"):
        shared.ask(QUESTION, done=never, deadline=Deadline.after(0.0))


def test_time_that_runs_out_on_the_way_is_unavailable(shared: LocalEngine) -> None:
    def slow(text: str) -> bool:
        time.sleep(0.05)
        return False

    started = time.monotonic()
    with pytest.raises(EngineUnavailable, match="did not finish in time"):
        shared.ask(replace(QUESTION, max_tokens=400), done=slow, deadline=Deadline.after(0.5))
    assert time.monotonic() - started < 5.0


def test_what_done_raises_goes_through(shared: LocalEngine) -> None:
    def broken(text: str) -> bool:
        raise LookupError("in the cutter")

    with pytest.raises(LookupError, match="in the cutter"):
        shared.ask(QUESTION, done=broken, deadline=soon())
    assert shared.ask(QUESTION, done=never, deadline=soon()).text


def test_one_at_a_time_gives_every_thread_its_own_answer(shared: LocalEngine) -> None:
    questions = [replace(QUESTION, prefix=f"def f{number}():\n") for number in range(6)]
    alone = [shared.ask(question, done=never, deadline=soon()).text for question in questions]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda question: shared.ask(question, done=never, deadline=soon()).text, questions))
    assert together == alone
    assert len(set(alone)) > 1


@pytest.fixture
def busy(shared: LocalEngine) -> Iterator[Callable[[], None]]:
    """Keeps the engine busy with another question until the test is over."""
    release, started = threading.Event(), threading.Event()

    def wait(text: str) -> bool:
        started.set()
        return release.wait(20.0)

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(shared.ask, QUESTION, done=wait, deadline=soon())
        assert started.wait(20.0)
        yield release.set
        release.set()
        assert answer.result(20.0).cancelled


def test_a_busy_engine_is_waited_for_no_longer_than_the_deadline(shared: LocalEngine, busy: Callable[[], None]) -> None:
    with pytest.raises(EngineUnavailable, match="busy until the time was up"):
        shared.ask(QUESTION, done=never, deadline=Deadline.after(0.2))


def test_closing_it_ends_what_is_under_way(engine: LocalEngine) -> None:
    def close(text: str) -> bool:
        engine.close()
        return False

    with pytest.raises(EngineUnavailable, match="was stopped"):
        engine.ask(replace(QUESTION, max_tokens=400), done=close, deadline=soon())
    with pytest.raises(EngineUnavailable, match="was stopped"):
        engine.ask(QUESTION, done=never, deadline=soon())


def test_ctrl_c_arrives_at_once_and_the_engine_lives_on(shared: LocalEngine) -> None:
    interrupted = threading.Event()

    def slow(text: str) -> bool:
        if not interrupted.is_set():
            interrupted.set()
            _thread.interrupt_main()
        time.sleep(0.05)
        return False

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        shared.ask(replace(QUESTION, max_tokens=400), done=slow, deadline=soon())
    assert time.monotonic() - started < 3.0
    assert shared.ask(QUESTION, done=never, deadline=soon()).text


def test_the_runtime_writes_nothing_of_its_own(tiny: Path, capfd: pytest.CaptureFixture[str]) -> None:
    open_local(Settings(model=str(tiny)), OUTSIDE).ask(QUESTION, done=never, deadline=soon())
    assert capfd.readouterr() == ("", "")


def test_the_runtimes_own_port_lets_nobody_in(tiny: Path) -> None:
    server = load(tiny, 512, 1)
    with httpx.Client(trust_env=False) as client:
        reply = client.post(f"{server.listening_address}/completion", json={"prompt": "x", "n_predict": 1})
    assert reply.status_code == 401


def test_a_question_without_context_is_sent_as_it_is() -> None:
    assert render(Question("def f():\n", "\n", 9)) == ("def f():\n", "\n")


def test_context_goes_before_the_prefix_under_its_path() -> None:
    parts = (ContextPart("definition", "b.py", "class B:\n    x: int\n"), ContextPart("call", "c.py", "f()"))
    prompt, suffix = render(Question("def f():\n", "\n", 30, parts))
    assert prompt == "b.py\nclass B:\n    x: int\n\nc.py\nf()\n\ndef f():\n"
    assert suffix == "\n"


@pytest.mark.skipif(find_model() is None, reason="the embedded model is not on this machine: fimbot model pull")
def test_the_embedded_model_fills_a_body() -> None:
    engine = open_local(Settings(), OUTSIDE)
    question = Question(
        'def add(a: int, b: int) -> int:\n    """The sum of a and b."""\n',
        "\n\ndef subtract(a: int, b: int) -> int:\n    return a - b\n",
        max_tokens=32,
    )
    answer = engine.ask(question, done=lambda text: "\n" in text.lstrip(), deadline=Deadline.after(100.0))
    assert answer.text.strip().startswith("return a + b")
    assert answer.model == "qwen2.5-coder-1.5b-instruct-q4_k_m"


ENDS_WITHIN_A_STEP = """
import threading, time
from pathlib import Path
from fimbot.engines.local import LocalEngine
from fimbot.engines.protocol import Question
from fimbot.values import Deadline

class Runtime:
    def handle_completions(self, request, take):
        begun.set()
        time.sleep(1)
        print("told to stop:", take({}), flush=True)

def ask():
    engine.ask(Question("a", "b", 9), done=lambda text: False, deadline=Deadline.after(60))

begun = threading.Event()
engine = LocalEngine(Path("no.gguf"), 512, 1, _server=Runtime())
threading.Thread(target=ask, daemon=True).start()
begun.wait()
engine.close()
"""


def test_a_process_ends_only_after_the_step_that_is_under_way() -> None:
    """`fimbot serve` asks in daemons; the runtime aborts a process that ends while it calls back."""
    ended = subprocess.run([sys.executable, "-c", ENDS_WITHIN_A_STEP], capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout) == (0, "told to stop: True\n")
