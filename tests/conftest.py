from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.doubles.langdock import LangdockServer


@pytest.fixture
def langdock_server() -> Iterator[LangdockServer]:
    with LangdockServer() as server:
        yield server
