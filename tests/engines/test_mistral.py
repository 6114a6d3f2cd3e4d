from __future__ import annotations

import pytest

from fimbot.errors import EngineRefused, SettingsError
from tests.doubles.langdock import LangdockServer
from tests.doubles.scripts import fill, status
from tests.engines.asking import ask, opened

ENGINES = pytest.mark.parametrize("engine", ["mistral", "codestral"])


def mistral_server() -> LangdockServer:
    return LangdockServer(route="/v1/fim/completions", models=frozenset({"codestral-latest"}))


@pytest.mark.parametrize(("engine", "host"), [("mistral", "api.mistral.ai"), ("codestral", "codestral.mistral.ai")])
def test_the_host_that_the_key_goes_to(engine: str, host: str) -> None:
    made = opened(None, engine=engine)
    assert (made.name, made.host, made.model) == (engine, host, "codestral-latest")
    assert made.fingerprint == f"{engine} {host} codestral-latest layout 1"


@ENGINES
@pytest.mark.parametrize("path", ["", "/v1", "/v1/fim/completions"])
def test_the_route_is_mistrals(engine: str, path: str) -> None:
    with mistral_server() as server:
        server.plan(fill("    return 1"))
        assert ask(opened(server.url + path, engine=engine)).text == "    return 1"
        assert server.requests[0].path == "/v1/fim/completions"


@ENGINES
def test_a_key_of_the_other_host_is_refused_with_the_host_named(engine: str) -> None:
    with mistral_server() as server:
        server.plan(status(401, {"detail": "Unauthorized"}))
        with pytest.raises(EngineRefused) as error:
            ask(opened(server.url, engine=engine))
    told = str(error.value)
    assert told.startswith(f"{server.host}: 401 with the key from {engine.upper()}_API_KEY")
    assert "Unauthorized" in told


@ENGINES
def test_a_value_out_of_range_names_the_engine(engine: str) -> None:
    with pytest.raises(SettingsError, match=f"top_p is 2, but {engine} takes 0 to 1"):
        opened(None, engine=engine, top_p=2)
