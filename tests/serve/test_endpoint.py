"""What the endpoint answers, held against its documentation."""

from __future__ import annotations

import os
import re
from pathlib import Path

import httpx
import pytest

from tests.doubles.langdock import KEY
from tests.doubles.scripts import fill, raw, status, truncated
from tests.serve.running import FIM, ROOT, Installation, asked, client, metric, streamed, text_of


def test_it_answers_as_documented(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.text = "    return 1\n"
    answer = endpoint.post(FIM, json=asked("def one():\n", suffix="\n", max_tokens=9))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert re.fullmatch("cmpl-[0-9a-f]{32}", body.pop("id"))
    assert isinstance(body.pop("created"), int)
    assert body == {
        "object": "chat.completion",
        "model": "codestral-2501",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "    return 1\n", "prefix": False, "tool_calls": None},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 16, "completion_tokens": 1, "total_tokens": 17},
    }
    (received,) = installation.upstream.requests
    assert received.body == {
        "model": "codestral-2501",
        "prompt": "def one():\n",
        "suffix": "\n",
        "max_tokens": 9,
        "temperature": 0.0,
        "stream": True,
    }


def test_it_streams_as_documented(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.text = "    return 'é\u2028😀' + x\n"
    events = streamed(endpoint.post("/v1/fim/completions", json=asked(stream=True)))
    assert text_of(events) == installation.upstream.text
    assert {(event["object"], event["model"], event["id"]) for event in events} == {
        ("chat.completion.chunk", "codestral-2501", events[0]["id"])
    }
    assert [event["choices"][0]["finish_reason"] for event in events] == [None] * (len(events) - 1) + ["stop"]
    assert events[-1]["usage"]["total_tokens"] == 17


def test_where_the_engine_told_no_usage_it_is_estimated(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.plan(raw(b'{"choices": [{"message": {"content": "return 1"}}]}', "application/json"))
    usage = endpoint.post(FIM, json=asked("def one():\n")).json()["usage"]
    assert usage["prompt_tokens"] > 3
    assert usage["completion_tokens"] > 1
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


def test_an_answer_that_ends_at_its_limit_says_so(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.plan(fill("a b c", finish="length"))
    assert endpoint.post(FIM, json=asked()).json()["choices"][0]["finish_reason"] == "length"


def test_no_tokens_are_no_question(endpoint: httpx.Client, installation: Installation) -> None:
    body = endpoint.post(FIM, json=asked(max_tokens=0)).json()
    assert body["choices"][0]["message"]["content"] == ""
    assert body["usage"]["completion_tokens"] == 0
    assert text_of(streamed(endpoint.post(FIM, json=asked(max_tokens=0, stream=True)))) == ""
    assert installation.upstream.requests == []


def test_the_same_question_is_sent_once(endpoint: httpx.Client, installation: Installation) -> None:
    first = endpoint.post(FIM, json=asked()).json()
    again = endpoint.post("/v1/fim/completions", json=asked()).json()
    assert again["choices"] == first["choices"]
    assert again["usage"] == first["usage"]
    assert text_of(streamed(endpoint.post(FIM, json=asked(stream=True)))) == "    return 1\n"
    assert len(installation.upstream.requests) == 1
    assert metric(endpoint.get("/metrics").text, "fimbot_cache_total", {"result": "hit"}) == 2


def test_who_samples_gets_another_answer(endpoint: httpx.Client, installation: Installation) -> None:
    for _ in range(2):
        endpoint.post(FIM, json=asked(temperature=0.7))
    assert len(installation.upstream.requests) == 2
    for _ in range(2):
        endpoint.post(FIM, json=asked(temperature=0.7, random_seed=1))
    assert len(installation.upstream.requests) == 3


@pytest.mark.parametrize("path", ["/v1/models", "/mistral/eu/v1/models"])
def test_the_models_endpoint_names_the_model_and_its_temperature(endpoint: httpx.Client, path: str) -> None:
    body = endpoint.get(path).json()
    assert body["object"] == "list"
    (model,) = body["data"]
    assert model["id"] == "codestral-2501"
    assert model["capabilities"]["completion_fim"] is True
    assert model["default_model_temperature"] == 0.0


def test_it_says_that_it_lives_and_is_ready(endpoint: httpx.Client) -> None:
    assert [endpoint.get(f"/healthz{end}").status_code for end in ("", "/live", "/ready")] == [200, 200, 200]


def test_what_does_not_fit_is_answered_with_422_and_its_details(endpoint: httpx.Client) -> None:
    answer = endpoint.post(FIM, json=asked(temperature=2))
    assert answer.status_code == 422
    assert answer.json() == {
        "detail": [
            {
                "loc": ["body", "temperature"],
                "msg": "Input should be less than or equal to 1.5",
                "type": "less_than_equal",
            }
        ]
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/mistral/us/v1/fim/completions", 404),
        ("GET", "/mistral/us/v1/models", 404),
        ("POST", "/v1/completions", 404),
        ("GET", FIM, 405),
        ("PUT", FIM, 405),
    ],
)
def test_other_places_are_told_apart(endpoint: httpx.Client, method: str, path: str, status: int) -> None:
    answer = endpoint.request(method, path, json=asked() if method != "GET" else None)
    assert answer.status_code == status
    assert answer.json()["object"] == "error"


def test_a_body_that_is_no_json_is_refused(endpoint: httpx.Client) -> None:
    headers = {"Content-Type": "application/json"}
    for body in (b"", b"{", b"\xff", b'{"a":' * 50_000):
        assert endpoint.post(FIM, content=body, headers=headers).status_code == 422
    assert endpoint.post(FIM, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415


def test_a_body_that_is_too_large_is_refused(endpoint: httpx.Client, installation: Installation) -> None:
    assert endpoint.post(FIM, json=asked("x" * 1_000_001)).status_code == 413

    def unannounced() -> object:
        for _ in range(200):
            yield b" " * 10_000

    headers = {"Content-Type": "application/json"}
    assert endpoint.post(FIM, content=unannounced(), headers=headers).status_code == 413  # type: ignore[arg-type]
    assert endpoint.post(FIM, json=asked("x" * 900_000)).status_code == 200
    assert len(installation.upstream.requests) == 1


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "a!b.evil.example", "localhost.evil.example", "[::1"]
)
def test_a_browser_that_was_led_here_is_refused(endpoint: httpx.Client, host: str) -> None:
    assert endpoint.post(FIM, json=asked(), headers={"Host": host}).status_code == 421
    assert endpoint.get("/v1/models", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LocalHost:1", "127.0.0.1:8440", "127.0.0.2", "[::1]:8440"])
def test_this_machine_has_several_names(endpoint: httpx.Client, host: str) -> None:
    assert endpoint.get("/v1/models", headers={"Host": host}).status_code == 200


def test_nobody_is_sent_elsewhere(endpoint: httpx.Client) -> None:
    """Behind a proxy, an address made up here would be one without TLS."""
    assert endpoint.post(FIM + "/", json=asked()).status_code == 404
    assert endpoint.get("/v1/models/").status_code == 404


@pytest.mark.parametrize(
    ("script", "expected", "kind"),
    [
        (status(400, {"message": "Prompt contains 40000 tokens"}), 400, "invalid_request_error"),
        (status(401), 502, "server_error"),
        (status(404), 502, "server_error"),
    ],
)
def test_what_the_engine_says_is_answered_without_its_words(
    installation: Installation, script: object, expected: int, kind: str
) -> None:
    installation.upstream.plan(script)  # type: ignore[arg-type]
    with installation.serving() as running, client(running.url) as asking:
        answer = asking.post(FIM, json=asked())
        assert answer.status_code == expected
        assert answer.json()["type"] == kind
        assert installation.upstream.host not in answer.text
        assert metric(asking.get("/metrics").text, "fimbot_requests_total", {"key": "anybody", "status": str(expected)})
    assert any(installation.upstream.host in line for line in running.said)
    assert KEY not in "".join(running.said)


def test_an_answer_that_breaks_off_is_taken_up_where_it_was(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.plan(truncated("    return"), fill("    return 1\n"))
    assert text_of(streamed(endpoint.post(FIM, json=asked(stream=True)))) == "    return 1\n"


def test_half_an_answer_is_never_taken_for_a_whole_one(endpoint: httpx.Client, installation: Installation) -> None:
    installation.upstream.plan(truncated("    return"), fill("    other\n"))
    with pytest.raises(httpx.RemoteProtocolError), endpoint.stream("POST", FIM, json=asked(stream=True)) as answer:
        seen = ""
        for text in answer.iter_text():
            seen += text
    assert '"object":"error"' in seen
    assert "[DONE]" not in seen


def test_with_keys_nobody_asks_without_one(installation: Installation) -> None:
    key = installation.new_key("ana")
    with installation.serving() as running, client(running.url) as nobody, client(running.url, key) as ana:
        for path in ("/v1/models", "/metrics"):
            assert nobody.get(path).status_code == 401
        refused = nobody.post(FIM, json=asked())
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"] == "Bearer"
        for wrong in ("Bearer", f"Basic {key}", f"Bearer {key}x", f"Bearer {KEY}"):
            assert nobody.post(FIM, json=asked(), headers={"Authorization": wrong}).status_code == 401
        assert nobody.get("/healthz/ready").status_code == 200
        assert ana.post(FIM, json=asked()).status_code == 200
        assert ana.post(FIM, json=asked(), headers={"Host": "fim.example"}).status_code == 200
        page = ana.get("/metrics").text
    assert metric(page, "fimbot_requests_total", {"key": "ana", "status": "200"}) == 2
    assert len(installation.upstream.requests) == 1
    assert KEY in str(installation.upstream.requests[0].headers)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104
def test_other_interfaces_are_not_served_without_keys(installation: Installation, host: str) -> None:
    done = installation.fimbot("serve", "--host", host, "--port", "0")
    assert done.returncode == 2
    assert "key add" in done.stderr
    assert "served" not in done.stderr


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_there_cannot_be_is_told(installation: Installation, port: str) -> None:
    done = installation.fimbot("serve", "--port", port)
    assert done.returncode == 2
    assert "--port" in done.stderr


def test_a_port_that_is_taken_is_told_in_one_line(installation: Installation) -> None:
    with installation.serving() as running:
        done = installation.fimbot("serve", "--port", running.url.rpartition(":")[2])
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "prometheus_client"])
def test_without_its_extra_it_says_how_to_install_it(installation: Installation, missing: str, tmp_path: Path) -> None:
    (tmp_path / f"{missing}.py").write_text(f"raise ModuleNotFoundError(name={missing!r})")
    done = installation.fimbot("serve", "--port", "0", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert done.returncode == 3
    assert done.stderr.splitlines()[-1] == "fimbot: `fimbot serve` needs its server: pip install 'fimbot[serve]'"
    assert "Traceback" not in done.stderr
