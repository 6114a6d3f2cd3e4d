"""A server of models that runs on this machine, for whoever has set nothing up: llama.cpp's, or an Ollama."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from fimbot.engines.ollama_models import choose, host_url

# For all questions to both: on this machine an answer takes 2 ms, and a port where nobody listens refuses at once
# (on Windows after two seconds). Somebody waits for a commit.
SECONDS = 0.3
LLAMA_CPP = "127.0.0.1:8080"
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Nearby:
    engine: str
    host: str


def find_server(environ: Mapping[str, str], llama_cpp: str = LLAMA_CPP) -> Nearby | None:
    """The first that is there, is what it seems to be, and has a model that fills in. Takes at most `SECONDS`."""
    found: dict[str, Nearby] = {}
    ollama = _loopback(host_url(environ.get("OLLAMA_HOST", "")))

    def look(engine: str, host: str, is_one: Callable[[str], bool]) -> None:
        try:
            if is_one(host):
                found[engine] = Nearby(engine, host)
        except (OSError, HTTPException, ValueError, RecursionError):
            pass  # nobody, or somebody else

    threads = [Thread(target=look, args=("llama.cpp", llama_cpp, _is_llama_cpp), daemon=True)]
    if ollama is not None:
        threads.append(Thread(target=look, args=("ollama", ollama, _is_ollama), daemon=True))
    end = time.monotonic() + SECONDS
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return found.get("llama.cpp") or found.get("ollama")


def _loopback(url: str) -> str | None:
    """Host and port, where they are this machine's."""
    try:
        parts = urlsplit(url)
        here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return None
    return parts.netloc if here and parts.scheme == "http" and not parts.path else None


def _is_llama_cpp(host: str) -> bool:
    """A question without its fields costs nothing: 400 with FIM tokens, 501 without. Only asked of what has shown that
    it is llama.cpp, since many things listen on port 8080."""
    status, props = _asked(host, "GET", "/props")
    return status == 200 and "default_generation_settings" in props and _asked(host, "POST", "/infill", {})[0] == 400


def _is_ollama(host: str) -> bool:
    status, tags = _asked(host, "GET", "/api/tags")
    models = tags.get("models")
    if status != 200 or not isinstance(models, list):
        return False
    names = [model["name"] for model in models if isinstance(model, dict) and isinstance(model.get("name"), str)]
    return choose(names, lambda name: _asked(host, "POST", "/api/show", {"model": name})[1]) is not None


def _asked(host: str, method: str, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    connection = HTTPConnection(host, timeout=SECONDS)
    try:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
        answer = connection.getresponse()
        value = json.loads(answer.read(_MOST_BYTES) or b"{}")
        return answer.status, value if isinstance(value, dict) else {}
    finally:
        connection.close()
