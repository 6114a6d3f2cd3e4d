"""An engine behind a quota: what is reserved before it is asked, and what is counted afterwards."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fimbot.engines.metered import Metered, prompt_tokens
from fimbot.engines.open import limits_of, open_engine
from fimbot.engines.protocol import Question
from fimbot.errors import EngineError, EngineUnavailable, QuotaExhausted
from fimbot.quota import Quota
from fimbot.quota.account import Account, loaded
from fimbot.quota.embedded import EmbeddedStore
from fimbot.settings.values import Settings
from fimbot.values import Deadline
from tests.doubles.langdock import KEY, LangdockServer
from tests.doubles.scripts import chunk, event, fill, raw, reset, silent, stalled, status
from tests.engines.asking import DONE, QUESTION, Pauses, ask
from tests.engines.test_langdock_chat import no_fim_model

RESERVED = 64


@pytest.fixture
def metered(langdock_server: LangdockServer) -> Iterator[Metered]:
    with_engine = opened(langdock_server.url)
    yield with_engine
    with_engine.close()


def opened(url: str, **settings: int) -> Metered:
    """Without pauses between its tries, and without a chat route to go over to."""
    given = Settings(engine=("langdock",), base_url=url, **settings)  # type: ignore[arg-type]
    engine = open_engine(given, {"LANGDOCK_API_KEY": KEY}, sleep=Pauses(), alone=False).engine
    assert isinstance(engine, Metered)
    return engine


def counted(engine: Metered) -> list[tuple[int, int, bool]]:
    return uses_of(engine.quota)


def uses_of(quota: Quota) -> list[tuple[int, int, bool]]:
    """(used, claimed, under way) of each request."""
    return [(use.used, use.claimed, use.open) for use in account_of(quota).uses]


def account_of(quota: Quota) -> Account:
    store = quota._store._stores[0]
    assert isinstance(store, EmbeddedStore)
    return loaded(store._row(store._open()) or "")


def test_what_is_on_this_machine_is_not_metered_nor_who_counts_elsewhere(langdock_server: LangdockServer) -> None:
    settings = Settings(engine=("langdock",), base_url=langdock_server.url)
    engine = open_engine(settings, {"LANGDOCK_API_KEY": KEY}, metered=False)
    assert not isinstance(engine.engine, Metered) and engine.quota is None
    engine.engine.close()


def test_the_limits_are_langdocks_unless_they_are_set() -> None:
    assert (limits_of(Settings()).requests, limits_of(Settings()).tokens, limits_of(Settings()).fixed) == (
        500,
        60_000,
        False,
    )
    assert (limits_of(Settings(rpm=3, tpm=7)).requests, limits_of(Settings(rpm=3, tpm=7)).tokens) == (3, 7)
    assert limits_of(Settings(tpm=7)).fixed


def test_usage_corrects_what_was_reserved(langdock_server: LangdockServer, metered: Metered) -> None:
    usage = {"prompt_tokens": 21, "completion_tokens": 4, "total_tokens": 25}
    langdock_server.plan(raw(event(chunk("    return 1")) + event({**chunk("", "stop"), "usage": usage}) + DONE))
    ask(metered)
    assert counted(metered) == [(25, 21 + RESERVED, False)]


def test_hanging_up_counts_what_was_streamed(langdock_server: LangdockServer, metered: Metered) -> None:
    langdock_server.plan(raw(event(chunk("    return 1\n")) * 40))
    ask(metered, done=lambda text: True)
    ((used, claimed, _),) = counted(metered)
    prompt = prompt_tokens(metered, QUESTION)
    assert prompt < used < prompt + 30
    assert claimed == prompt + RESERVED


@pytest.mark.parametrize("said", ["", "    return 1\n"])
def test_what_is_hung_up_on_because_nobody_waits_any_more_counts_what_was_streamed(
    langdock_server: LangdockServer, metered: Metered, said: str
) -> None:
    langdock_server.plan(stalled(said) if said else silent)
    with pytest.raises(EngineUnavailable):
        ask(metered, seconds=0.5)
    ((used, claimed, is_open),) = counted(metered)
    prompt = prompt_tokens(metered, QUESTION)
    assert (prompt < used < prompt + 10) if said else used == prompt
    assert (claimed, is_open) == (prompt + RESERVED, False)


def test_a_server_that_has_said_nothing_yet_has_not_shown_how_it_counts(langdock_server: LangdockServer) -> None:
    engine = opened(langdock_server.url, tpm=300)
    langdock_server.plan(fill("    return 1"), silent)
    ask(engine)
    with pytest.raises(EngineUnavailable):
        ask(engine, replace(QUESTION, max_tokens=250), seconds=0.5)
    used = sum(used for used, _, _ in counted(engine))
    assert used < 300 < sum(claimed for _, claimed, _ in counted(engine)), "it had room where what is used counts"
    assert not account_of(engine.quota).fair.seconds
    engine.close()


def test_nor_that_it_takes_requests_again(langdock_server: LangdockServer, metered: Metered) -> None:
    langdock_server.plan(status(429, headers={"Retry-After": "1"}), silent)
    with pytest.raises(EngineUnavailable):
        ask(metered, seconds=2)
    assert len(langdock_server.requests) == 2
    assert account_of(metered.quota).strikes == 1


def test_a_try_that_failed_costs_what_was_reserved_and_the_next_one_is_another(
    langdock_server: LangdockServer, metered: Metered
) -> None:
    langdock_server.plan(reset, status(503), fill("    return 1"))
    ask(metered)
    reserved = prompt_tokens(metered, QUESTION) + RESERVED
    first, second, third = counted(metered)
    assert first == second == (reserved, reserved, False)
    assert third[0] < reserved


def test_a_refusal_costs_what_was_reserved(langdock_server: LangdockServer, metered: Metered) -> None:
    langdock_server.plan(status(400))
    with pytest.raises(EngineError):
        ask(metered)
    reserved = prompt_tokens(metered, QUESTION) + RESERVED
    assert counted(metered) == [(reserved, reserved, False)]


def test_what_was_never_sent_costs_no_tokens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        engine = opened(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(EngineUnavailable, match="cannot be reached"):
            ask(engine)
    assert counted(engine) == [(0, 0, False)] * 4
    assert not account_of(engine.quota).fair.seconds
    engine.close()


def test_what_done_raises_leaves_nothing_open(langdock_server: LangdockServer, metered: Metered) -> None:
    langdock_server.plan(raw(event(chunk("    return 1\n")) * 40))

    def broken(text: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(metered, done=broken)
    assert [is_open for _, _, is_open in counted(metered)] == [False]


def test_a_429_makes_all_wait_that_share_the_quota(langdock_server: LangdockServer, metered: Metered) -> None:
    other = opened(langdock_server.url)
    langdock_server.plan(status(429, headers={"Retry-After": "50"}))
    with pytest.raises(EngineError, match="429"):
        ask(metered, seconds=10)
    assert other.quota.wait(1) == pytest.approx(50, abs=3)
    with pytest.raises(QuotaExhausted, match=r"^quota: "):
        ask(other, seconds=10)
    assert len(langdock_server.requests) == 1
    other.close()


def test_what_an_answer_says_is_left_is_believed(langdock_server: LangdockServer, metered: Metered) -> None:
    headers = {"x-ratelimit-limit-tokens": "50000", "x-ratelimit-remaining-tokens": "100"}
    langdock_server.plan(status(400, headers=headers))
    with pytest.raises(EngineError):
        ask(metered)
    assert metered.quota.wait(100) == 0
    assert metered.quota.wait(101) == pytest.approx(60, abs=3)


def test_two_processes_share_what_one_of_them_has_used_up(langdock_server: LangdockServer) -> None:
    one, other = opened(langdock_server.url, rpm=1), opened(langdock_server.url, rpm=1)
    ask(one)
    with pytest.raises(QuotaExhausted, match=r"^quota: 60,000 tokens and 1 request a minute are used up"):
        other.ask(Question("a", "b", 10), done=lambda text: False, deadline=Deadline.after(5))
    assert len(langdock_server.requests) == 1
    one.close()
    other.close()


def test_a_chat_model_that_is_gone_over_to_has_an_account_of_its_own() -> None:
    with no_fim_model() as workspace:
        settings = Settings(engine=("langdock",), base_url=workspace.url)
        gone_over = open_engine(settings, {"LANGDOCK_API_KEY": KEY})
        (of_fim,) = gone_over.quotas
        for _ in range(3):
            assert ask(gone_over.engine).engine == "langdock-chat"
        by_name = open_engine(replace(settings, engine=("langdock-chat",)), {"LANGDOCK_API_KEY": KEY})
        assert by_name.engine.model == "gpt-4o-mini"
        assert (len(uses_of(of_fim)), len(uses_of(by_name.quotas[0]))) == (1, 3), "the refusal; and the answers"
        assert gone_over.quota is not of_fim and set(gone_over.quotas) > {of_fim}, "what is left is told of the chat's"
        gone_over.engine.close()
        by_name.engine.close()


def test_where_the_chat_models_quota_is_used_up_that_is_why_and_no_chat_is_asked() -> None:
    with no_fim_model() as workspace:
        settings = Settings(engine=("langdock-chat",), base_url=workspace.url, rpm=1)
        first = open_engine(settings, {"LANGDOCK_API_KEY": KEY}).engine
        ask(first)
        first.close()
        second = open_engine(replace(settings, engine=("langdock",)), {"LANGDOCK_API_KEY": KEY}).engine
        with pytest.raises(QuotaExhausted) as caught:
            ask(second, seconds=5)
        assert caught.value.requests == 2, "the FIM route and the list of models"
        second.close()


def test_nothing_that_is_kept_names_the_key_the_code_or_the_host(langdock_server: LangdockServer) -> None:
    engine = opened(langdock_server.url)
    ask(engine)
    with pytest.raises(EngineUnavailable, match="interrupted"):
        langdock_server.plan(*[status(429)] * 9)
        engine._closed.set()
        ask(engine)
    store = engine.quota._store._stores[0]
    assert isinstance(store, EmbeddedStore) and isinstance(store._path, Path)
    kept = b"".join(path.read_bytes() for path in store._path.parent.iterdir())
    assert len(kept) > 1000
    for secret in (KEY, QUESTION.prefix.strip(), langdock_server.host, "127.0.0.1", "codestral"):
        assert secret.encode() not in kept
    engine.close()
