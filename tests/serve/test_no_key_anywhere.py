"""No key of any kind is in anything that is written: keys are planted, and everything is searched for them."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest
import redis

from tests.doubles.langdock import KEY
from tests.doubles.scripts import fill, status, truncated
from tests.serve.running import FIM, Installation, asked, client
from tests.serve.test_replicas import PASSWORD, RedisServer, redis_server

__all__ = ["redis_server"]


def provoke(url: str, key: str, installation: Installation) -> str:
    """Good and bad requests of all kinds; everything that was answered."""
    said = []
    echo = {"message": f"no such key: Bearer {KEY}", "type": "auth", "code": KEY}
    installation.upstream.plan(
        fill("    return 1\n"), status(401, echo), status(400, echo), *[status(500, echo)] * 4, truncated("a")
    )
    with client(url, key) as ana, client(url) as nobody:
        said += [ana.post(FIM, json=asked(f"def f{number}():\n")) for number in range(4)]
        said.append(ana.post(FIM, json=asked("def g():\n", temperature=9, stop=[key, 1], model=key)))
        said.append(ana.post(FIM, json={key: key}))
        said.append(ana.post(FIM, content=f'{{"prompt": "{key}', headers={"Content-Type": "application/json"}))
        said.append(ana.get(f"/{key}"))
        said.append(ana.get(f"/mistral/{key}/v1/models"))
        said.append(nobody.get(f"/v1/models?key={key}"))
        said.append(nobody.post(FIM, json=asked(), headers={"Authorization": f"Basic {key}"}))
        said.append(nobody.post(FIM, json=asked(), headers={"Authorization": f"Bearer {key}{key}"}))
        said.append(ana.get("/metrics"))
        said.append(ana.get("/v1/models"))
        with pytest.raises(httpx.HTTPError), ana.stream("POST", FIM, json=asked("def h():\n", stream=True)) as answer:
            answer.read()
            raise httpx.HTTPError("the answer was whole after all")
    return "\n".join(f"{answer.status_code} {answer.headers} {answer.text}" for answer in said)


def files_with(secret: str, *directories: Path) -> list[Path]:
    files = [file for directory in directories for file in directory.rglob("*") if file.is_file()]
    assert files
    return [file for file in files if secret.encode() in file.read_bytes()]


def test_no_key_is_written_where_files_hold_the_state(installation: Installation) -> None:
    key = installation.new_key("ana")
    with installation.serving("--deadline", "5") as running:
        answered = provoke(running.url, key, installation)
        running.stop(signal.SIGTERM)
    for secret in (key, KEY):
        assert secret not in answered
        assert secret not in "".join(running.said)
        assert files_with(secret, installation.home) == []
    assert files_with("return 1", installation.home), "the search finds what there is"
    assert "Traceback" not in "".join(running.said)


def test_no_key_is_written_where_redis_holds_the_state(installation: Installation, redis_server: RedisServer) -> None:
    key = installation.new_key("ana", "--store", redis_server.url)
    with installation.serving("--deadline", "5", "--store", redis_server.url) as running:
        answered = provoke(running.url, key, installation)
        redis.Redis.from_url(redis_server.url).save()
        redis_server.kill()
        with client(running.url, key) as ana:
            answered += ana.post(FIM, json=asked("while it is down")).text
        running.stop(signal.SIGTERM)
    for secret in (key, KEY, PASSWORD):
        assert secret not in answered
        assert secret not in "".join(running.said)
        assert files_with(secret, redis_server.directory) == []
    assert files_with("return 1", redis_server.directory), "the search finds what there is"
