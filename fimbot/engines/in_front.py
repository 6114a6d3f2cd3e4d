"""What stands in front of an engine and passes for it: a quota, a cache, a gate. Only `ask` differs."""

from __future__ import annotations

from fimbot.engines.protocol import Engine, Question


class InFront:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.model, self.host = engine.name, engine.model, engine.host
        self.fingerprint, self.window_tokens = engine.fingerprint, engine.window_tokens
        self.revises = engine.revises

    def render(self, question: Question) -> tuple[str, str]:
        return self._engine.render(question)

    def close(self) -> None:
        self._engine.close()
