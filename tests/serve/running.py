"""`fimbot serve` in a process of its own, with a user who has nothing else configured."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.doubles.langdock import KEY, LangdockServer

ROOT = Path(__file__).parents[2]
FIM = "/mistral/eu/v1/fim/completions"
MODEL = "codestral-2501"


def asked(prompt: str = "def one():\n", **fields: object) -> dict[str, object]:
    return {"model": MODEL, "prompt": prompt, **fields}


@dataclass
class Process:
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    url: str = ""

    def __post_init__(self) -> None:
        self._listening = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_until_listening(self) -> None:
        assert self._listening.wait(30), self.said
        assert self.url, self.said

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        status = self.process.wait(30)
        self._reader.join(10)
        return status

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.ended()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            found = re.search(r"is served at (\S+);", line)
            if found:
                self.url = found[1]
                self._listening.set()
        self._listening.set()


@dataclass
class Installation:
    home: Path
    upstream: LangdockServer
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP") if name in os.environ}
        user = {name: str(self.home) for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")}
        engine = {"LANGDOCK_API_KEY": KEY, "FIMBOT_BASE_URL": self.upstream.url}
        self.environ = kept | user | engine | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | self.environ

    def fimbot(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "fimbot", *arguments],
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def new_key(self, name: str, *options: str) -> str:
        done = self.fimbot("serve", "key", "add", name, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @contextmanager
    def serving(self, *options: str, **environ: str) -> Iterator[Process]:
        process = subprocess.Popen(
            [sys.executable, "-m", "fimbot", "serve", "--port", "0", *options],
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = Process(process)
        try:
            running.wait_until_listening()
            yield running
        finally:
            running.close()


def client(url: str, key: str | None = None) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False)


def streamed(answer: httpx.Response) -> list[dict[str, Any]]:
    """The events of a whole stream, which ends as documented."""
    assert answer.headers["Content-Type"] == "text/event-stream"
    *events, end = [line.removeprefix("data: ") for line in answer.text.split("\n\n") if line]
    assert end == "[DONE]"
    return [json.loads(event) for event in events]


def text_of(events: list[dict[str, Any]]) -> str:
    return "".join(event["choices"][0]["delta"]["content"] for event in events)


def metric(page: str, name: str, labels: Mapping[str, str] | None = None) -> float:
    told = "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}" if labels else ""
    found = re.search(rf"^{re.escape(name + told)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0
