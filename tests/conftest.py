from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.doubles.langdock import LangdockServer

# Whoever starts the tests in the background hands Ctrl-C down as ignored, to every program that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What lands is judged by the same examples each time; whoever develops sees new ones. Nothing is timed in a test.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


@pytest.fixture(autouse=True, scope="session")
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test counts in the quota of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True)
def _no_server_of_the_developers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have an Ollama: no test without a key shall find it."""
    monkeypatch.setattr("fimbot.engines.choose._server_nearby", lambda environ: None)


@pytest.fixture
def langdock_server() -> Iterator[LangdockServer]:
    with LangdockServer() as server:
        yield server
