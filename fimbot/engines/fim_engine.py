"""An engine that speaks the FIM route of `fim_wire`: what langdock, mistral and codestral have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fimbot.engines.fim_answer import read_answer
from fimbot.engines.fim_wire import LAYOUT, check_ranges, payload, render
from fimbot.engines.http import Channel, endpoint
from fimbot.engines.protocol import Deadline, Outside, Question
from fimbot.settings.keys import find_key
from fimbot.settings.values import Settings
from fimbot.values import Completion


@dataclass(frozen=True, slots=True)
class FimEngine:
    name: str
    model: str
    channel: Channel

    @property
    def host(self) -> str:
        return self.channel.host

    @property
    def fingerprint(self) -> str:
        return f"{self.name} {self.host} {self.model} layout {LAYOUT}"

    @property
    def window_tokens(self) -> int:
        """60,000 tokens a minute for a whole workspace: at 1,500 + 512 a request, 30 stubs a minute."""
        return 1500

    def render(self, question: Question) -> tuple[str, str]:
        return render(question)

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        body = payload(self.name, self.model, question)
        answer, requests = self.channel.post(body, lambda incoming: read_answer(incoming, done), deadline)
        return Completion(
            text=answer.text,
            finish_reason=answer.finish_reason,
            engine=self.name,
            model=self.model,
            usage=answer.usage,
            cancelled=answer.cancelled,
            requests=requests,
        )

    def close(self) -> None:
        self.channel.close()


def open_fim(
    name: str, settings: Settings, outside: Outside, *, base_url: str, route: str, default_model: str
) -> FimEngine:
    """Raises `SettingsError` for a value out of its range, an unusable base-url, or no key."""
    check_ranges(name, settings)
    url = endpoint(settings.base_url or base_url, route)
    key = find_key(name, outside.environ, settings.api_key_command)
    model = settings.model or default_model
    channel = Channel(
        url,
        key,
        model,
        hasty=outside.hasty,
        transport=outside.transport,
        sleep=outside.sleep,
        meter=outside.meter,
    )
    return FimEngine(name, model, channel)
