"""`fimbot doctor` against the strict server with each of its faults."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from fimbot.cli.doctor import _opened, _Patient
from fimbot.engines.choose import Choice
from fimbot.settings.keys import ANY_ENGINE
from fimbot.settings.values import Settings
from tests.commands.conftest import STUBBED, Result, Workshop, workshop
from tests.doubles.completions import lmstudio_server
from tests.doubles.langdock import KEY, LangdockServer, Script
from tests.doubles.ollama import OllamaServer
from tests.doubles.scripts import fill, silent, status
from tests.engines.every import CASES, Case
from tests.engines.tiny_model import write_tiny_model

__all__ = ["workshop"]

SCHEMA = json.loads((Path(__file__).parents[2] / "fimbot" / "apps" / "doctor" / "schema.json").read_text())
LISTING = {
    "object": "list",
    "data": [
        {"id": "codestral-2501", "default_model_temperature": 0.3, "capabilities": {"completion_fim": True}},
        {"id": "mistral-small-latest", "capabilities": {"completion_fim": False}},
    ],
}
NUMBERS = " ".join(f"{n}," for n in range(6, 31))


def well(body: dict[str, Any]) -> str:
    return "marigold" if "marigold" in body["suffix"] else NUMBERS


def answers(**options: Any) -> Script:
    return lambda exchange: fill(well(exchange.request.body), **options)(exchange)


@pytest.fixture
def server(workshop: Workshop) -> LangdockServer:
    workshop.server.listing = LISTING
    workshop.server.text = well
    return workshop.server


def report(workshop: Workshop, *arguments: str, **environ: str) -> tuple[dict[str, Any], Result]:
    done = workshop.fimbot("doctor", "--format", "json", *arguments, at=None, **environ)
    value = json.loads(done.out)
    jsonschema.validate(value, SCHEMA)
    assert value["status"] == done.status
    return value, done


def bad(engine: dict[str, Any]) -> dict[str, str]:
    return {check["subject"]: check["says"] for check in engine["checks"] if check["status"] == "bad"}


def test_a_good_engine_in_three_requests(workshop: Workshop, server: LangdockServer) -> None:
    server.always = answers(pause=0.02)
    done = workshop.fimbot("doctor")
    assert done.status == 0, (done.out, done.err)
    assert done.out.splitlines()[0] == "langdock: LANGDOCK_API_KEY is set"
    assert "FAIL" not in done.out
    for line in (
        f"  reachable   ok   {server.host}",
        f"  key         ok   accepted by {server.host}",
        "  model       ok   codestral-2501, one of 2 listed",
        "  temperature ok   0.3 is its default; fimbot sends 0",
        "  suffix      ok   what stands behind the hole is read",
        "  streaming   ok   it comes piece by piece, and can be hung up on",
        "  quota       ok   500 of 500 requests and 60,000 of 60,000 tokens left, by fimbot's own count",
    ):
        assert line in done.out.splitlines()
    assert done.err == f"fimbot: asking langdock at {server.host}: about 3 requests to each\n"
    listed, word, numbers = server.requests
    assert [(each.method, each.path) for each in (listed, word)] == [
        ("GET", "/mistral/eu/v1/models"),
        ("POST", "/mistral/eu/v1/fim/completions"),
    ]
    assert numbers.hung_up and numbers.pieces_sent < len(NUMBERS.split())


def test_the_report_for_programs(workshop: Workshop, server: LangdockServer) -> None:
    left = {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-limit-tokens": "60000",
        "x-ratelimit-remaining-tokens": "59000",
    }
    server.always = answers(headers=left)
    value, done = report(workshop)
    (engine,) = value["engines"]
    assert (done.status, engine["answers"], engine["requests"], value["notes"]) == (0, True, 3, [])
    assert (engine["engine"], engine["model"], engine["host"]) == ("langdock", "codestral-2501", server.host)
    assert engine["quota"] == {"requests": 499, "of_requests": 500, "tokens": 59000, "of_tokens": 60000}
    assert engine["quota_told_by"] == "server"
    assert engine["latency"]["first_token"] > 0 and engine["latency"]["whole"] > 0


def test_what_is_left_where_the_server_does_not_tell_is_what_all_who_share_it_have_left(
    workshop: Workshop, server: LangdockServer
) -> None:
    workshop.commit({"a.py": "import re\n"})
    workshop.write("a.py", STUBBED)
    workshop.fimbot("suggest")
    (engine,) = report(workshop)[0]["engines"]
    left = engine["quota"]
    assert (left["requests"], left["of_requests"], left["of_tokens"]) == (499, 500, 60_000)
    assert 59_000 < left["tokens"] < 60_000 and engine["quota_told_by"] == "fimbot"


@pytest.mark.parametrize("store", ["the team's is down", "the file is damaged"])
def test_a_quota_that_is_not_shared_as_it_should_be_is_no_good_quota(
    workshop: Workshop, server: LangdockServer, store: str
) -> None:
    environ = {"FIMBOT_QUOTA_STORE": "redis://:p4ss@127.0.0.1:1/0"}
    if store == "the file is damaged":
        report(workshop)
        (database,) = workshop.home.rglob("quota-*.sqlite")
        database.write_bytes(b"not SQLite's " * 1000)
        environ = {}
    value, done = report(workshop, **environ)
    (engine,) = value["engines"]
    assert (engine["quota"], engine["quota_told_by"], done.status) == (None, None, 1)
    whose = "process" if store == "the file is damaged" else "machine"
    assert bad(engine)["quota"].startswith(f"the quota is counted for this {whose} only: ")


NOT_A_MODEL = {"message": "There are currently no Mistral models available for the API."}
USED_UP = {"x-ratelimit-remaining-tokens": "900", "x-ratelimit-limit-tokens": "60000"}
FAULTS: dict[str, tuple[Script, dict[str, str], int, int]] = {
    "401": (
        status(401, {"message": f"not {KEY}"}),
        {"key": "401 with the key from LANGDOCK_API_KEY"},
        3,
        2,
    ),
    "404": (status(404, NOT_A_MODEL), {"model": "no Mistral models available"}, 3, 2),
    "503": (status(503), {"reachable": "503"}, 3, 2),
    "429": (status(429, {"message": "slow down"}), {"quota": "slow down"}, 3, 2),
    "a suffix that is ignored": (fill("Hello World, all of you"), {"suffix": "is not read"}, 1, 3),
    "no stream": (answers(streams=False), {"streaming": "in one piece"}, 1, 3),
    "a quota nearly used up": (answers(headers=USED_UP), {"quota": "900 of 60,000 tokens left"}, 1, 3),
}


@pytest.mark.parametrize(("script", "expected", "exit_status", "requests"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault(
    workshop: Workshop,
    server: LangdockServer,
    script: Script,
    expected: dict[str, str],
    exit_status: int,
    requests: int,
) -> None:
    server.always = script
    if "model" in expected:
        server.listing = None
    value, done = report(workshop)
    (engine,) = value["engines"]
    assert set(bad(engine)) == set(expected)
    assert all(text in bad(engine)[subject] for subject, text in expected.items())
    assert all(check["advice"] for check in engine["checks"] if check["status"] == "bad")
    assert (done.status, engine["requests"], len(server.requests)) == (exit_status, requests, requests)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_each_engine_of_the_table_where_it_is_and_without_a_model_that_is_set(workshop: Workshop, case: Case) -> None:
    # Of "openai-completions" the strict server has a model that is not known to fill in: it would not be chosen.
    serve = lmstudio_server if case.engine == "openai-completions" else case.serve
    with serve() as server:
        server.text = NUMBERS
        arguments = ["--engine", case.engine, "--base-url", server.url + case.base]
        arguments += ["--model", case.model] if case.model else []
        value, _ = report(workshop, *arguments, LANGDOCK_API_KEY="", FIMBOT_API_KEY=server.key)
    (engine,) = value["engines"]
    assert engine["answers"]
    assert set(bad(engine)) <= {"suffix"}
    says = {check["subject"]: check["says"] for check in engine["checks"]}
    assert (says["reachable"], says["key"]) == (server.host, f"accepted by {server.host}")


def test_silent(workshop: Workshop, server: LangdockServer) -> None:
    server.always = silent
    value, done = report(workshop, "--deadline", "2")
    assert (done.status, "reachable" in bad(value["engines"][0])) == (3, True)


def test_a_port_where_nobody_listens(workshop: Workshop, server: LangdockServer) -> None:
    value, done = report(workshop, FIMBOT_BASE_URL="http://127.0.0.1:9")
    assert (done.status, set(bad(value["engines"][0]))) == (3, {"reachable"})
    assert "none was sent to 127.0.0.1:9" in [check["says"] for check in value["engines"][0]["checks"]]


def test_a_proxy_that_is_none(workshop: Workshop) -> None:
    value, done = report(workshop, FIMBOT_BASE_URL="https://127.0.0.1:9", HTTPS_PROXY="ftp://127.0.0.1:9")
    assert (done.status, set(bad(value["engines"][0]))) == (3, {"reachable"})
    assert "is no address of a proxy" in bad(value["engines"][0])["reachable"]


def test_a_server_of_ones_own_that_is_not_ready_to_tell_its_models(workshop: Workshop) -> None:
    with OllamaServer(key="") as own:
        own.at_once = lambda request: (503, {"error": "loading"})  # type: ignore[method-assign]
        value, done = report(workshop, "--engine", "ollama", LANGDOCK_API_KEY="", FIMBOT_BASE_URL=own.url)
    (engine,) = value["engines"]
    assert (done.status, len(own.requests)) == (3, 1)
    assert bad(engine)["ready"].startswith(f'{own.host}: 503 (it says: "loading"); start the server there')


def test_one_that_is_not_ready_beside_one_that_is(workshop: Workshop, server: LangdockServer) -> None:
    value, done = report(workshop, "--engine", "langdock,mistral")
    first, second = value["engines"]
    assert (done.status, bad(first), first["answers"]) == (1, {}, True)
    assert bad(second) == {"ready": "no key for mistral: set MISTRAL_API_KEY or FIMBOT_API_KEY, or api-key-command"}


def test_nothing_is_set_up(workshop: Workshop) -> None:
    value, done = report(workshop, LANGDOCK_API_KEY="")
    assert (done.status, value["engines"]) == (3, [])
    assert "no engine is set up" in value["notes"][0]


def test_an_engine_that_is_none(workshop: Workshop) -> None:
    assert workshop.fimbot("doctor", "--engine", "langdok").status == 2


def test_the_engine_of_continue_is_looked_at_and_its_faults_are_told(
    workshop: Workshop, server: LangdockServer
) -> None:
    here: Callable[[str], Path] = lambda name: workshop.home / ".continue" / name  # noqa: E731
    here("").mkdir()
    model = {"provider": "mistral", "model": "codestral-2501", "apiKey": KEY}
    model["apiBase"] = f"{server.url}/mistral/eu/v1"
    here("config.json").write_text(json.dumps({"tabAutocompleteModel": model}))
    value, done = report(workshop, LANGDOCK_API_KEY="", FIMBOT_BASE_URL="")
    assert (done.status, value["engines"][0]["why"]) == (0, "langdock: set up in ~/.continue/config.json")
    here("config.json").write_text("{")
    value, done = report(workshop, LANGDOCK_API_KEY="", FIMBOT_BASE_URL="")
    assert (done.status, value["notes"][0]) == (
        3,
        "~/.continue/config.json is not used: it is no valid JSON",
    )


def test_no_other_engines_key_goes_to_the_address_that_is_set(workshop: Workshop, server: LangdockServer) -> None:
    other = "codestral-planted-key-3c1d"
    environ = {"CODESTRAL_API_KEY": other, "HTTPS_PROXY": "http://127.0.0.1:9"}  # nothing leaves this machine
    value, _ = report(workshop, "--deadline", "10", **environ)
    assert [engine["engine"] for engine in value["engines"]] == ["langdock", "codestral"]
    assert value["engines"][1]["host"] == "codestral.mistral.ai"
    assert other not in "".join(str(request.headers) for request in server.requests)
    assert other not in json.dumps(value)


def test_a_key_that_names_no_engine_goes_to_the_first_alone(workshop: Workshop, server: LangdockServer) -> None:
    value, _ = report(workshop, FIMBOT_API_KEY="any-planted-key-99")
    assert [engine["why"] for engine in value["engines"]] == ["langdock: LANGDOCK_API_KEY is set"]
    server.route, server.key = "/v1/fim/completions", "codestral-planted-key-3c1d"
    server.models = frozenset({"codestral-latest"})
    value, _ = report(workshop, LANGDOCK_API_KEY="", CODESTRAL_API_KEY=server.key, FIMBOT_API_KEY="any-planted-key-99")
    assert [(engine["engine"], engine["answers"]) for engine in value["engines"]] == [("codestral", True)]


def test_a_key_that_names_no_engine_does_not_go_to_a_server_nearby(monkeypatch: pytest.MonkeyPatch) -> None:
    with OllamaServer(key="") as nearby:
        monkeypatch.setenv("OLLAMA_HOST", nearby.host)
        monkeypatch.setenv(ANY_ENGINE, "any-planted-key-99")
        patient = _opened(Choice("ollama", "ollama: it answers"), Settings(), 1)
        assert isinstance(patient, _Patient)
        patient.engine.close()
    assert nearby.requests and not any("Authorization" in each.headers for each in nearby.requests)


def test_the_embedded_model_with_weights_that_mean_nothing(workshop: Workshop, tmp_path: Path) -> None:
    pytest.importorskip("xllamacpp", reason="the runtime, fimbot[local], is not installed")
    tiny = write_tiny_model(tmp_path / "tiny.gguf")
    value, done = report(workshop, "--engine", "local", "--model", str(tiny), "--base-url", "http://127.0.0.1:9")
    (engine,) = value["engines"]
    assert (done.status, engine["answers"], engine["requests"]) == (1, True, 0)
    assert set(bad(engine)) == {"suffix"}
    assert engine["host"] == "this machine"
