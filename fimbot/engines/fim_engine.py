"""An engine over HTTP: a channel, and how its protocol is spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from fimbot.engines.answer import Answer, read_answer
from fimbot.engines.fim_wire import LAYOUT, RANGES, Ranges, check_ranges, payload, render
from fimbot.engines.http import Channel, Incoming, endpoint
from fimbot.engines.protocol import Outside, Question
from fimbot.errors import EngineError, EngineRefused
from fimbot.settings.keys import Key, find_key
from fimbot.settings.values import Settings
from fimbot.values import Completion, Deadline


class Payload(Protocol):
    def __call__(self, engine: str, model: str, question: Question) -> Mapping[str, object]:
        """The body to send. Raises `SettingsError` for a value out of its documented range."""


@dataclass(frozen=True, slots=True)
class Wire:
    render: Callable[[Question], tuple[str, str]]
    payload: Payload
    read: Callable[[Incoming, Callable[[str], bool]], Answer] = read_answer
    ranges: Ranges = field(default_factory=lambda: RANGES)
    layout: int = LAYOUT
    """Changes when a question is laid out in another way, so that the cache forgets what the old layout gave."""
    refusals: Mapping[str, str] = field(default_factory=dict)
    """What the server says where it cannot do this at all, and what that means for whoever asks."""


FIM_ROUTE = Wire(render, payload)
"""What langdock, mistral and codestral have in common."""


@dataclass(frozen=True, slots=True)
class FimEngine:
    name: str
    model: str
    channel: Channel
    wire: Wire = FIM_ROUTE

    @property
    def host(self) -> str:
        return self.channel.host

    @property
    def fingerprint(self) -> str:
        return f"{self.name} {self.host} {self.model} layout {self.wire.layout}"

    @property
    def window_tokens(self) -> int:
        """60,000 tokens a minute for a whole workspace: at 1,500 + 512 a request, 30 stubs a minute."""
        return 1500

    @property
    def revises(self) -> bool:
        return False

    def render(self, question: Question) -> tuple[str, str]:
        return self.wire.render(question)

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        body = self.wire.payload(self.name, self.model, question)
        try:
            answer, requests = self.channel.post(body, lambda incoming: self.wire.read(incoming, done), deadline)
        except EngineError as error:
            raise explained(error, self.host, self.wire.refusals) from None
        return answer.completion(self.name, self.model, requests)

    def close(self) -> None:
        self.channel.close()


def explained(error: EngineError, host: str, refusals: Mapping[str, str]) -> EngineError:
    """The same, or a refusal in our words where the server's own are known."""
    meaning = next((refusals[words] for words in refusals if words in str(error)), None)
    if meaning is None:
        return error
    refused = EngineRefused(f"{host}: {meaning}")
    refused.requests = error.requests
    return refused


def open_fim(
    name: str,
    settings: Settings,
    outside: Outside,
    *,
    base_url: str,
    route: str,
    default_model: str,
    wire: Wire = FIM_ROUTE,
    key: Key | None = None,
) -> FimEngine:
    """For a host that wants a key. Raises `SettingsError`: a value out of its range, an unusable base-url, no key."""
    check_ranges(name, settings, wire.ranges)
    url = endpoint(settings.base_url or base_url, route)
    key = find_key(name, outside.environ, settings.api_key_command) if key is None else key
    model = settings.model or default_model
    return FimEngine(name, model, Channel.of(url, key, model, outside), wire)
