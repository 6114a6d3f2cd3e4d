"""The embedded model is loaded before the first question, and asked one question at a time."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx
import pytest

pytest.importorskip("xllamacpp", reason="the runtime of fimbot[local] is not installed")
pytest.importorskip("gguf")

from fimbot.apps.serve.embedded import EmbeddedKeys
from fimbot.cli.serve import _endpoint
from fimbot.engines.open import open_engine
from fimbot.settings.values import Settings
from tests.doubles.langdock import KEY
from tests.engines.tiny_model import write_tiny_model
from tests.serve.running import FIM, Installation, asked, client, metric, streamed, text_of
from tests.serve.test_clients import eventually


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model") / "tiny.gguf")


def test_by_default_its_line_is_longer_than_that_of_a_host_which_answers_many_at_once(
    tiny: Path, tmp_path: Path
) -> None:
    def line_of(settings: Settings) -> tuple[int, float, float]:
        opened = open_engine(settings, {"LANGDOCK_API_KEY": KEY}, alone=False)
        chosen = {"places": None, "patience": None, "aliases": (), "queue": 8, "deadline": 30}
        with closing(opened.engine):
            service = _endpoint(opened, None, EmbeddedKeys(tmp_path / "keys"), True, settings, chosen).service
        return service.gate.places, service.gate.seconds, service.patience

    assert line_of(Settings(engine=("langdock",))) == (64, 20, 20)
    assert line_of(Settings(engine=("local",), model=str(tiny))) == (1, 120, 120)


def test_it_answers_warm_and_in_turn_and_hangs_up(installation: Installation, tiny: Path) -> None:
    with (
        installation.serving("--engine", "local", "--model", str(tiny), FIMBOT_BASE_URL="") as running,
        client(running.url) as asking,
        ThreadPoolExecutor(4) as pool,
    ):
        assert any("loading the model" in line for line in running.said)
        answers = list(pool.map(lambda n: asking.post(FIM, json=asked(f"number {n}", max_tokens=4)), range(4)))
        assert [answer.status_code for answer in answers] == [200] * 4
        assert {answer.json()["model"] for answer in answers} == {"tiny"}
        again = streamed(asking.post(FIM, json=asked("number 0", max_tokens=4, stream=True)))
        assert text_of(again) == answers[0].json()["choices"][0]["message"]["content"]
        with pytest.raises(httpx.ReadTimeout):
            asking.post(FIM, json=asked("long", max_tokens=3_000), timeout=0.3)
        eventually(lambda: re.search(r"^fimbot_running 0", asking.get("/metrics").text, re.MULTILINE))
        assert metric(asking.get("/metrics").text, "fimbot_hang_ups_total") == 1
    assert installation.upstream.requests == []
