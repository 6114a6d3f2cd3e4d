"""The channel itself: a server without a key, and other paths of the same host."""

from __future__ import annotations

import json

import pytest

from fimbot.engines.http import Channel, Incoming, endpoint
from fimbot.errors import EngineRefused
from fimbot.settings.keys import NO_KEY, Key
from fimbot.values import Deadline
from tests.doubles.langdock import KEY, LangdockServer


def parsed(incoming: Incoming) -> object:
    return json.loads(b"".join(incoming.chunks()))


def channel(server: LangdockServer, key: Key) -> Channel:
    return Channel(endpoint(server.url, server.route.strip("/")), key, "m")


def test_without_a_key_no_header_is_sent_and_the_refusal_says_so(langdock_server: LangdockServer) -> None:
    with pytest.raises(EngineRefused, match="401 without a key: set FIMBOT_API_KEY to a key of this host"):
        channel(langdock_server, NO_KEY).post({}, parsed, Deadline.after(5.0))
    assert "Authorization" not in langdock_server.requests[0].headers


def test_another_path_is_asked_on_the_same_host_with_the_same_key(langdock_server: LangdockServer) -> None:
    with pytest.raises(EngineRefused, match=f"^{langdock_server.host}: 404"):
        channel(langdock_server, Key(KEY, "X")).get("/openai/eu/v1/models", parsed, Deadline.after(5.0))
    (request,) = langdock_server.requests
    assert (request.method, request.path, request.body) == ("GET", "/openai/eu/v1/models", None)
    assert request.headers["Authorization"] == f"Bearer {KEY}"


def test_the_header_of_the_key_is_the_hosts(langdock_server: LangdockServer) -> None:
    url = endpoint(langdock_server.url, langdock_server.route.strip("/"))
    asked = Channel(url, Key(KEY, "X"), "m", auth=lambda secret: {"x-api-key": secret})
    with pytest.raises(EngineRefused):
        asked.post({}, parsed, Deadline.after(5.0), path="/v1/messages")
    (request,) = langdock_server.requests
    assert (request.path, request.headers["x-api-key"], request.headers["Authorization"]) == ("/v1/messages", KEY, None)
