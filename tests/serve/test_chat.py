"""In front of chat models, which wrap their answers: a client gets the middle alone, or nothing."""

from __future__ import annotations

import pytest

from tests.doubles.langdock import KEY, LangdockServer
from tests.doubles.openai import OpenAIServer
from tests.doubles.scripts import status
from tests.serve.running import FIM, Installation, asked, client, streamed, text_of

BODY = "    total = 1\n    return total\n"
PROMPT = "def one():\n"


@pytest.mark.parametrize(
    "wrapped",
    [
        f"```python\n{BODY}```",
        f"Here is the body:\n\n```\n{BODY}```\nIt returns 1.",
        f"def one():\n{BODY}",
        f"```\ndef one():\n{BODY}\n\nprint(one())\n```",
    ],
)
def test_a_wrapped_answer_is_served_unwrapped(installation: Installation, wrapped: str) -> None:
    with (
        OpenAIServer(text=wrapped) as upstream,
        installation.serving("--engine", "openai", "--base-url", upstream.url, OPENAI_API_KEY=KEY) as running,
        client(running.url) as asking,
    ):
        body = asked(PROMPT, suffix="\n\n\nprint(one())\n", temperature=0.7) | {"model": "gpt-6-luna"}
        whole = asking.post(FIM, json=body)
        assert whole.status_code == 200, whole.text
        assert whole.json()["choices"][0]["message"]["content"].rstrip() == BODY.rstrip()
        assert text_of(streamed(asking.post(FIM, json=body | {"stream": True}))).rstrip() == BODY.rstrip()


def test_langdock_without_a_fim_model_for_a_moment_stays_a_fim_server(
    installation: Installation, langdock_server: LangdockServer
) -> None:
    langdock_server.plan(status(404, {"message": "No Mistral model is available in this workspace at the moment"}))
    with installation.serving() as running, client(running.url) as asking:
        assert asking.post(FIM, json=asked()).status_code == 502
        assert asking.post(FIM, json=asked()).status_code == 200
    assert {request.path for request in langdock_server.requests} == {FIM}
