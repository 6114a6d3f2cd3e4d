from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from fimbot.engines.protocol import Engine
from tests.doubles.langdock import KEY, LangdockServer
from tests.engines.asking import Pauses, opened


@pytest.fixture(autouse=True)
def _no_key_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    assert KEY not in caplog.text


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def engine(langdock_server: LangdockServer, pauses: Pauses) -> Engine:
    """Langdock's, at the strict server, without real pauses between tries."""
    return opened(langdock_server.url, sleep=pauses)
