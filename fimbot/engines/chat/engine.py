"""A chat model as an engine, whichever protocol it speaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from fimbot.engines.answer import Answer
from fimbot.engines.chat.align import align, watching
from fimbot.engines.chat.prompt import LAYOUT, Messages, messages
from fimbot.engines.fim_wire import known
from fimbot.engines.http import Channel, Incoming
from fimbot.engines.protocol import Question
from fimbot.errors import EngineError
from fimbot.values import Completion, Deadline

Body = Mapping[str, object]


class Payload(Protocol):
    def __call__(self, model: str, asked: Messages, question: Question) -> Body: ...


@dataclass(frozen=True, slots=True)
class ChatWire:
    payload: Payload
    read: Callable[[Incoming, Callable[[str], bool]], Answer]


@dataclass(frozen=True, slots=True)
class ChatEngine:
    name: str
    model: str
    channel: Channel
    wire: ChatWire
    _refused: dict[str, str | None] = field(default_factory=dict, repr=False)
    """Parameters that the model does not take, with the name that it takes instead: found out once."""

    @property
    def host(self) -> str:
        return self.channel.host

    @property
    def fingerprint(self) -> str:
        return f"{self.name} {self.host} {self.model} chat {LAYOUT}"

    @property
    def window_tokens(self) -> int:
        return 1500

    @property
    def revises(self) -> bool:
        """A preface or a repeated line is known for one only once more has come: see `watching`."""
        return True

    def render(self, question: Question) -> tuple[str, str]:
        """Everything is in the messages, the suffix too."""
        asked = messages(question)
        return f"{asked.system}\n\n{asked.user}", ""

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        answer, requests = self._answer(question, done, deadline)
        text = align(answer.text, question.prefix, question.suffix)
        if not text.strip() and answer.finish_reason == "length":
            error = EngineError(
                f"{self.host}: the model thought for all of max-tokens ({question.max_tokens}) and wrote no code: "
                "raise max-tokens, or choose a model that does not reason"
            )
            error.requests = requests
            raise error
        return answer._replace(text=text).completion(self.name, self.model, requests)

    def close(self) -> None:
        self.channel.close()

    def _answer(self, question: Question, done: Callable[[str], bool], deadline: Deadline) -> tuple[Answer, int]:
        body = self.wire.payload(self.model, messages(question), question)
        requests = 0
        while True:

            def read(incoming: Incoming) -> Answer:
                # Anew for each try: the text of a try after a broken one begins at its beginning.
                return self.wire.read(incoming, watching(question.prefix, question.suffix, done))

            sent = without(body, dict(self._refused))
            try:
                answer, tries = self.channel.post(sent, read, deadline)
                return answer, requests + tries
            except EngineError as error:
                requests += error.requests
                parameter = refused_parameter(error, sent)
                if parameter is None:
                    raise _explained(error, self.host, requests) from None
                self._refused[parameter] = _SPELT_NEWLY.get(parameter)


_SPELT_NEWLY = {"max_tokens": "max_completion_tokens"}
_OPTIONAL = (
    "max_tokens",
    "reasoning_effort",
    "thinking",
    "temperature",
    "top_p",
    "stop",
    "stop_sequences",
    "seed",
    "stream_options",
)
"""What a model may refuse. The o series and gpt-5 on: "Unsupported parameter: 'max_tokens' is not supported with this
model. Use 'max_completion_tokens' instead.", "Unsupported value: 'temperature' does not support 0.0 with this model";
Claude from Opus 4.7 on: "`temperature` is deprecated for this model."; Haiku 4.5: "`temperature` and `top_p` cannot
both be specified"; older servers: "Unrecognized request argument supplied: stream_options". What a model takes changes
with each release, so it is asked: the refused one is left out, and the question sent again."""
_REFUSES = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|deprecated|not permitted|not allowed|invalid|"
    r"cannot both|extra (?:inputs|fields)",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"content[ _]?(?:filter|management|policy)|responsible ?ai", re.IGNORECASE)


def without(body: Body, refused: Mapping[str, str | None]) -> dict[str, object]:
    renamed = {refused.get(name, name): value for name, value in body.items()}
    return known({name: value for name, value in renamed.items() if name is not None})


def refused_parameter(error: EngineError, sent: Body) -> str | None:
    """The parameter that the server does not take, if that is what it says."""
    if error.status not in (400, 422) or not _REFUSES.search(error.said):
        return None
    named = (name for name in _OPTIONAL if name in sent and re.search(rf"\b{name}\b", error.said))
    return next(named, None)


def _explained(error: EngineError, host: str, requests: int) -> EngineError:
    """A filter at the provider's is about one question; it must not keep the others from being asked."""
    if error.status == 400 and _FILTERED.search(error.said):
        error = EngineError(f"{host}: the provider's content filter does not let this window through")
    error.requests = requests
    return error
