"""The official SDK asks the endpoint as it asks Mistral's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("mistralai", reason="the SDK mistralai is not installed")

from mistralai.client import Mistral
from mistralai.client.errors import HTTPValidationError, SDKError
from mistralai.client.utils import BackoffStrategy, RetryConfig

from tests.doubles.scripts import status
from tests.serve.running import MODEL, Installation


@pytest.fixture
def sdk(installation: Installation) -> Iterator[Mistral]:
    key = installation.new_key("ana")
    with installation.serving() as running, Mistral(api_key=key, server_url=running.url) as asking:
        yield asking


def test_it_completes(sdk: Mistral, installation: Installation) -> None:
    answer = sdk.fim.complete(
        model=MODEL, prompt="def one():\n", suffix="\n", max_tokens=9, stop=["\n\n"], random_seed=1
    )
    assert answer.choices[0].message is not None
    assert answer.choices[0].message.content == "    return 1\n"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == 17
    assert installation.upstream.requests[0].body["stop"] == ["\n\n"]


def test_it_streams(sdk: Mistral, installation: Installation) -> None:
    installation.upstream.text = "    return 'é\u2028😀'\n"
    text, usage = "", None
    with sdk.fim.stream(model=MODEL, prompt="def one():\n") as events:
        for event in events:
            text += str(event.data.choices[0].delta.content)
            usage = event.data.usage or usage
    assert text == installation.upstream.text
    assert usage is not None
    assert usage.prompt_tokens == 16


def test_it_lists_the_models(sdk: Mistral) -> None:
    models = sdk.models.list().data
    assert models is not None
    assert [getattr(model, "id", None) for model in models] == [MODEL]


def test_it_understands_what_is_wrong(sdk: Mistral) -> None:
    with pytest.raises(HTTPValidationError) as raised:
        sdk.fim.complete(model="gpt-4", prompt="a", temperature=2)
    assert raised.value.data.detail is not None
    assert [detail.loc for detail in raised.value.data.detail] == [["body", "model"], ["body", "temperature"]]
    with pytest.raises(SDKError) as refused:
        Mistral(api_key="wrong", server_url=sdk.sdk_configuration.server_url).fim.complete(model=MODEL, prompt="a")
    assert refused.value.status_code == 401


def test_it_comes_back_when_it_was_told_to(sdk: Mistral, installation: Installation) -> None:
    installation.upstream.plan(*[status(503)] * 4)
    retries = RetryConfig("backoff", BackoffStrategy(10, 10, 1, 30_000), False)
    answer = sdk.fim.complete(model=MODEL, prompt="def one():\n", retries=retries)
    assert answer.choices[0].finish_reason == "stop"
