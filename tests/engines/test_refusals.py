"""Faults that no retry cures: one line with the host that the key went to and what to change; and where a key
never goes."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest

from fimbot.engines.faults import refusal
from fimbot.engines.protocol import Engine
from fimbot.errors import EngineError, EngineRefused, SettingsError
from fimbot.settings.keys import Key
from tests.doubles.langdock import KEY, Exchange, LangdockServer
from tests.doubles.scripts import redirect, silent, status
from tests.engines.asking import Pauses, ask, failure, opened


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (401, "set LANGDOCK_API_KEY to a key of this host, or change engine or base-url"),
        (402, "its account must be paid for or topped up"),
        (403, "it may not use this endpoint or the model codestral-2501"),
        (404, "no model codestral-2501; check base-url, region and model"),
        (422, "check the model codestral-2501 and the sampling settings"),
        (409, "the request is not taken"),
    ],
)
def test_a_refusal_says_where_the_key_went_and_what_to_change(
    langdock_server: LangdockServer, engine: Engine, pauses: Pauses, code: int, advice: str
) -> None:
    langdock_server.always = status(code, {"message": "so said the server"})
    error = failure(engine)
    assert isinstance(error, EngineRefused)
    assert f"{code} with the key from LANGDOCK_API_KEY" in str(error)
    assert advice in str(error)
    assert 'it says: "so said the server"' in str(error)
    assert (len(langdock_server.requests), error.requests, pauses) == (1, 1, [])


def test_a_key_of_another_host_is_refused(langdock_server: LangdockServer) -> None:
    error = failure(opened(langdock_server.url, key="another-hosts-key"))
    assert isinstance(error, EngineRefused) and "401" in str(error)


def test_a_base_url_of_another_service_is_refused(langdock_server: LangdockServer) -> None:
    assert "404" in str(failure(opened(langdock_server.url + "/somewhere")))


def test_a_model_that_is_not_there_is_refused(langdock_server: LangdockServer) -> None:
    error = failure(opened(langdock_server.url, model="codestral-1"))
    assert isinstance(error, EngineRefused)
    assert "model codestral-1" in str(error) and "body.model" in str(error)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (400, "Prompt contains 40000 tokens"),
        (400, "the request exceeds the available context size"),
        (400, "token limit exceeded"),
        (400, "input is too long"),
        (413, "no"),
    ],
)
def test_a_window_that_is_too_large_is_about_that_question_only(
    langdock_server: LangdockServer, engine: Engine, code: int, message: str
) -> None:
    langdock_server.always = status(code, {"object": "error", "message": message})
    error = failure(engine)
    assert type(error) is EngineError
    assert f'try fewer window-tokens (it says: "{message}")' in str(error)


@pytest.mark.parametrize("message", ["Invalid token", "The token has expired", "Malformed bearer token"])
def test_a_token_that_is_the_key_is_refused_for_all(
    langdock_server: LangdockServer, engine: Engine, message: str
) -> None:
    langdock_server.always = status(400, {"message": message})
    assert isinstance(failure(engine), EngineRefused)


def test_a_model_that_mistral_does_not_know_is_refused_for_all(langdock_server: LangdockServer, engine: Engine) -> None:
    said = {"object": "error", "message": "Invalid model: x", "type": "invalid_model", "code": "1500"}
    langdock_server.always = status(400, said)
    assert isinstance(failure(engine), EngineRefused)


def test_a_model_named_by_a_repository_cannot_write_to_the_terminal() -> None:
    with LangdockServer(models=frozenset()) as server:
        assert "[2Jx and" in str(failure(opened(server.url, model="\x1b[2J\u202ex")))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            {"object": "error", "message": "bad model", "type": "invalid_model", "code": "1500"},
            "bad model",
            id="Mistral's own",
        ),
        pytest.param(
            {"object": "error", "message": {"detail": [{"loc": ["body", "n"], "msg": "extra"}]}},
            "body.n: extra",
            id="Mistral's own around FastAPI's",
        ),
        pytest.param(
            {"detail": [{"loc": ["body", "top_p"], "msg": "too large", "input": "def secret():"}]},
            "body.top_p: too large",
            id="FastAPI's list",
        ),
        pytest.param({"detail": "Unauthorized"}, "Unauthorized", id="FastAPI's text"),
        pytest.param({"message": "no such route"}, "no such route", id="a gateway's"),
        pytest.param({"error": {"message": "quota"}}, "quota", id="OpenAI's"),
    ],
)
def test_the_servers_message_is_found(langdock_server: LangdockServer, engine: Engine, body: object, told: str) -> None:
    langdock_server.always = status(422, body)
    error = str(failure(engine))
    assert f'(it says: "{told}")' in error


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(f"Incorrect API key provided: {KEY}.", id="as it is"),
        pytest.param(f"Bearer {KEY[:9]}\u200b{KEY[9:]}", id="with an invisible character in it"),
        pytest.param(f"Bearer {KEY[:9]}\x00{KEY[9:]}", id="with a control character in it"),
        pytest.param("x" * 190 + KEY, id="where the message is cut"),
        pytest.param(f"Bearer {KEY[:9]}\r\n  {KEY[9:]}", id="over two lines"),
    ],
)
def test_a_key_that_the_server_echoes_is_masked(langdock_server: LangdockServer, engine: Engine, message: str) -> None:
    langdock_server.always = status(401, {"message": message})
    error = str(failure(engine))
    assert KEY[:9] not in error and KEY[9:] not in error


def test_no_half_of_a_key_is_told_of_a_text_that_begins_with_blanks(
    langdock_server: LangdockServer, engine: Engine
) -> None:
    page = b" " * 780 + f"bad {KEY}".encode()
    langdock_server.always = lambda exchange: exchange.whole(401, page, "text/plain")
    assert KEY[:4] not in str(failure(engine))


def test_a_compressed_refusal_is_not_quoted(langdock_server: LangdockServer, engine: Engine) -> None:
    packed = gzip.compress(b'{"message": "no such key"}')
    langdock_server.always = lambda exchange: exchange.whole(
        401, packed, "application/json", {"Content-Encoding": "gzip"}
    )
    error = str(failure(engine))
    assert "401" in error and "it says" not in error


def test_a_message_cannot_write_to_the_terminal(langdock_server: LangdockServer, engine: Engine) -> None:
    langdock_server.always = status(403, {"message": "\x1b[2J\u202eno\n\r\nway" + "!" * 5000})
    assert "[2Jno way!!!" in str(failure(engine))


def test_an_html_page_is_not_quoted(langdock_server: LangdockServer, engine: Engine) -> None:
    page = b"<!doctype html><title>Forbidden</title>"
    langdock_server.always = lambda exchange: exchange.whole(403, page, "text/html")
    assert "it says" not in str(failure(engine))


def test_an_error_whose_text_does_not_end_is_not_waited_for(langdock_server: LangdockServer, engine: Engine) -> None:
    def refused_slowly(exchange: Exchange) -> None:
        exchange.head(401, "text/plain")
        exchange.write(b"no, and ")
        silent(exchange)

    langdock_server.always = refused_slowly
    began = time.monotonic()
    error = failure(engine)
    assert isinstance(error, EngineRefused) and '(it says: "no, and")' in str(error)
    assert time.monotonic() - began < 3


def test_a_redirect_is_not_followed(langdock_server: LangdockServer, engine: Engine) -> None:
    with LangdockServer() as elsewhere:
        langdock_server.always = redirect(elsewhere.url + elsewhere.route)
        error = failure(engine)
        assert elsewhere.requests == []
    assert isinstance(error, EngineRefused)
    assert "it redirects to" in str(error) and "set base-url" in str(error)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        pytest.param("http://api.example.com", "unencrypted", id="plain http to another machine"),
        pytest.param("http://127.0.0.1.example.com", "unencrypted", id="a name that looks like loopback"),
        pytest.param("ftp://api.example.com", "must begin with https://", id="another scheme"),
        pytest.param("api.example.com", "must begin with https://", id="no scheme"),
        pytest.param("https://", "must begin with https://", id="no host"),
        pytest.param("https://me:word@api.example.com", "user name or password", id="a password"),
        pytest.param("https://api.example.com/?a=b", "without ?", id="a query"),
        pytest.param("https://api.example.com:port", "not a URL", id="no URL"),
    ],
)
def test_a_base_url_that_no_key_may_go_to(url: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        opened(url)
    assert told in str(error.value) and ":word@" not in str(error.value)


@pytest.mark.parametrize("host", ["localhost:9", "127.0.0.1:9", "127.1.2.3:9", "[::1]:9"])
def test_this_machine_may_be_spoken_to_in_plain_http(host: str) -> None:
    assert opened(f"http://{host}").host == host


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ALL_PROXY", "socks5://me:hunter22@127.0.0.1:9", "SOCKS"),
        ("HTTPS_PROXY", "ftp://me:hunter22@127.0.0.1:9", "HTTPS_PROXY or ALL_PROXY is no address of a proxy"),
        ("HTTPS_PROXY", "http://me:hunter22/@127.0.0.1:9", "HTTPS_PROXY or ALL_PROXY is no address of a proxy"),
        ("SSL_CERT_FILE", "/there/is/none.pem", "SSL_CERT_FILE or SSL_CERT_DIR cannot be read"),
        ("SSL_CERT_FILE", __file__, "SSL_CERT_FILE or SSL_CERT_DIR cannot be read"),
    ],
)
def test_a_proxy_or_a_ca_of_the_environment_that_cannot_be_used_is_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as error:
        opened("https://127.0.0.1:9")
    assert told in str(error.value) and str(error.value).isprintable() and "hunter22" not in str(error.value)


def test_a_netrc_does_not_replace_the_key(
    langdock_server: LangdockServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\ndefault login me password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    ask(opened(langdock_server.url))
    assert langdock_server.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_no_proxy_sees_a_key_in_plain_http(langdock_server: LangdockServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with LangdockServer() as proxy:
        for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        ask(opened(langdock_server.url))
        assert (len(langdock_server.requests), proxy.requests) == (1, [])


def test_a_proxy_is_used_for_https_and_sees_no_key(monkeypatch: pytest.MonkeyPatch, pauses: Pauses) -> None:
    with LangdockServer() as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        error = failure(opened("https://langdock.invalid", sleep=pauses))
    assert isinstance(error, EngineRefused) and "check HTTPS_PROXY" in str(error)
    assert [request.method for request in proxy.requests] == ["CONNECT"]
    assert KEY not in str([request.headers.items() for request in proxy.requests])


def test_where_the_proxy_is_down_it_is_the_proxy_that_is_named(monkeypatch: pytest.MonkeyPatch, pauses: Pauses) -> None:
    """Not the engine's host, which nobody has tried to reach; and not the proxy's password."""
    monkeypatch.setenv("https_proxy", "http://me:hunter22@127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    error = str(failure(opened("https://langdock.invalid", sleep=pauses)))
    assert "cannot be reached through the proxy 127.0.0.1:9, see HTTPS_PROXY (" in error
    assert "hunter22" not in error
    monkeypatch.setenv("no_proxy", "langdock.invalid")
    assert "proxy" not in str(failure(opened("https://langdock.invalid", sleep=pauses))).lower()


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("MISTRAL_API_KEY", "set MISTRAL_API_KEY to a key of this host"),
        ("~/.continue/config.yaml", "see that ~/.continue/config.yaml gives a key of this host"),
        ("api-key-command", "see that api-key-command gives a key of this host"),
    ],
)
def test_a_key_is_to_be_changed_where_it_came_from(source: str, advice: str) -> None:
    assert advice in refusal(401, Key("a-key", source), "codestral-2501")
