"""Several engines, and one that is set up in Continue, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import jsonschema
import pytest

from tests.commands.conftest import Workshop
from tests.commands.test_suggest import SCHEMA
from tests.doubles.langdock import KEY, LangdockServer
from tests.doubles.scripts import status

SECOND_KEY = "mist-planted-key-77aa01"
BOTH = ("--engine", "langdock,mistral")


@pytest.fixture
def second(stubbed: Workshop) -> Iterator[LangdockServer]:
    models = frozenset({"codestral-latest"})
    with LangdockServer(
        key=SECOND_KEY, route="/v1/fim/completions", models=models, text="    return a + b\n"
    ) as server:
        stubbed.environ |= {"MISTRAL_API_KEY": SECOND_KEY, "FIMBOT_BASE_URL": f"{stubbed.server.url},{server.url}"}
        yield server


def test_as_long_as_the_first_answers_nothing_is_said_of_the_second(stubbed: Workshop, second: LangdockServer) -> None:
    done = stubbed.fimbot("suggest", *BOTH, "HEAD~1")
    assert (done.status, second.requests) == (0, [])
    assert "1 of 1 stub filled by langdock (codestral-2501), 1 request" in done.out
    assert "engine langdock, then mistral: chosen in the settings" in done.err and "passed over" not in done.err


def test_who_answered_and_why_the_first_did_not(stubbed: Workshop, second: LangdockServer) -> None:
    stubbed.server.always = status(404, {"message": "no Mistral models available"})
    done = stubbed.fimbot("suggest", *BOTH, "HEAD~1")
    assert done.status == 0
    assert "1 of 1 stub filled by mistral (codestral-latest), 2 requests" in done.out
    assert (
        f"fimbot: langdock was passed over: {stubbed.server.host}: 404 with the key from LANGDOCK_API_KEY" in done.err
    )
    assert SECOND_KEY not in done.out + done.err


def test_the_report_for_programs(stubbed: Workshop, second: LangdockServer) -> None:
    stubbed.server.always = status(404)
    report = json.loads(stubbed.fimbot("suggest", *BOTH, "HEAD~1", "--format", "json", "-q").out)
    jsonschema.validate(report, SCHEMA)
    assert report["engine"] == {"name": "mistral", "model": "codestral-latest"}
    first, last = report["engines"]
    assert (first["name"], first["answers"], "404" in first["refusal"]) == ("langdock", 0, True)
    assert last == {"name": "mistral", "model": "codestral-latest", "answers": 1, "refusal": None}


def test_from_a_file_of_the_repository(stubbed: Workshop, second: LangdockServer) -> None:
    stubbed.write("fimbot.toml", 'engine = ["langdock", "mistral"]\n')
    stubbed.server.always = status(404)
    assert "filled by mistral" in stubbed.fimbot("suggest", "HEAD~1").out


def test_from_the_environment_for_the_hook(stubbed: Workshop, second: LangdockServer) -> None:
    stubbed.git("reset", "-q", "--soft", "HEAD~1")
    stubbed.server.always = status(404)
    done = stubbed.fimbot("hook", FIMBOT_ENGINE="langdock,mistral", FIMBOT_HOOK_DEADLINE="30")
    assert done.status == 1 and "(mistral, codestral-latest)" in done.out
    assert "langdock was passed over" in done.err


def test_a_dry_run_shows_to_whom_it_may_go(stubbed: Workshop, second: LangdockServer) -> None:
    done = stubbed.fimbot("suggest", *BOTH, "--dry-run", "HEAD~1")
    assert f"to langdock at {stubbed.server.host}, model codestral-2501" in done.out
    assert f"where that one does not answer: the same to mistral at {second.host}, model codestral-latest" in done.out
    assert stubbed.server.requests == second.requests == []


@pytest.mark.parametrize("name", [",langdock, mistral,", "langdock,,mistral", ","])
def test_stray_commas(stubbed: Workshop, second: LangdockServer, name: str) -> None:
    done = stubbed.fimbot("suggest", "--engine", name, "HEAD~1")
    assert done.status == (2 if name == "," else 0)


def test_the_engine_of_continue(stubbed: Workshop) -> None:
    model = {"provider": "mistral", "model": "codestral-2501", "apiKey": KEY}
    model["apiBase"] = f"{stubbed.server.url}/mistral/eu/v1"
    (stubbed.home / ".continue").mkdir()
    (stubbed.home / ".continue" / "config.json").write_text(json.dumps({"tabAutocompleteModel": model}))
    done = stubbed.fimbot("suggest", "HEAD~1", LANGDOCK_API_KEY="", FIMBOT_BASE_URL="")
    assert (done.status, len(stubbed.server.requests)) == (0, 1)
    assert "fimbot: engine langdock: set up in ~/.continue/config.json" in done.err
