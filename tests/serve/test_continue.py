"""Continue's own adapter asks the endpoint as its editors do, from npm as the lock file here says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.scripts import fill, truncated
from tests.serve.running import MODEL, Installation
from tests.serve.test_clients import eventually

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Of a server's address and a key: what Continue's autocompletion gets."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("Continue's adapter comes with npm, which is not here")
    directory = tmp_path_factory.mktemp("continue")
    for name in ("package.json", "package-lock.json", "continue.mjs"):
        shutil.copy(Path(__file__).parent / name, directory)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=directory,
        capture_output=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"npm could not get Continue's adapter: {done.stderr[-200:]!r}")

    def asked(url: str, key: str, *more: str) -> dict[str, Any]:
        base = f"{url}/mistral/eu/v1/"
        environ = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        answer = subprocess.run(
            [node, str(directory / "continue.mjs"), base, key, MODEL, *more],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        found: dict[str, Any] = json.loads(answer.stdout)
        return found

    return asked


def test_it_completes(ask: Ask, installation: Installation) -> None:
    installation.upstream.text = "    return 'é\u2028😀'\n"
    key = installation.new_key("ana")
    with installation.serving() as running:
        assert ask(running.url, key) == {"text": installation.upstream.text, "finish": "stop", "error": None}
    (received,) = installation.upstream.requests
    assert received.body["prompt"] == "def one():\n"
    assert received.body["temperature"] == 0.01


def test_it_hangs_up(ask: Ask, installation: Installation) -> None:
    installation.upstream.plan(fill("word " * 2_000, pause=0.02))
    key = installation.new_key("ana")
    with installation.serving() as running:
        assert ask(running.url, key, "3")["finish"] is None
        eventually(lambda: installation.upstream.requests[0].hung_up)


def test_it_takes_half_an_answer_for_none(ask: Ask, installation: Installation) -> None:
    installation.upstream.plan(truncated("    return"), fill("    other\n"))
    key = installation.new_key("ana")
    with installation.serving() as running:
        assert ask(running.url, key)["error"] is not None


def test_it_understands_that_its_key_is_wrong(ask: Ask, installation: Installation) -> None:
    installation.new_key("ana")
    with installation.serving() as running:
        assert ask(running.url, "wrong")["error"] is not None
