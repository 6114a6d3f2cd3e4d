from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.doubles.langdock import LangdockServer
from tests.serve.running import Installation, client


@pytest.fixture
def installation(tmp_path: Path, langdock_server: LangdockServer) -> Installation:
    home = tmp_path / "home"
    home.mkdir()
    return Installation(home, langdock_server)


@pytest.fixture
def endpoint(installation: Installation) -> Iterator[httpx.Client]:
    """A server without keys on loopback, in front of the strict one."""
    with installation.serving() as running, client(running.url) as asking:
        yield asking
