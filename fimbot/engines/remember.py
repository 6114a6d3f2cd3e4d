"""An engine that is not asked twice: what was paid for is kept before anybody uses it."""

from __future__ import annotations

from collections.abc import Callable

from fimbot.engines.cache import CompletionCache, key
from fimbot.engines.fallback import Fallback, each_of
from fimbot.engines.in_front import InFront
from fimbot.engines.protocol import Engine, Question
from fimbot.values import Completion, Deadline


def remembered(engine: Engine, cache: CompletionCache) -> Engine:
    """Of several engines each with its own answers: what one has said is not taken for another's."""
    if isinstance(engine, Fallback):
        return engine.each(lambda one: Remembering(one, cache))
    return Remembering(engine, cache)


def known(engine: Engine, question: Question) -> Completion | None:
    """What any of its engines has answered before."""
    kept = (each.known(question) for each in each_of(engine) if isinstance(each, Remembering))
    return next((answer for answer in kept if answer is not None), None)


def is_kept(engine: Engine) -> bool:
    """Whether what it answers will be found the next time, as far as is known by now."""
    return all(isinstance(each, Remembering) and each.problem is None for each in each_of(engine))


class Remembering(InFront):
    """Keeps each answer in the thread that got it, so that an interruption loses none."""

    def __init__(self, engine: Engine, cache: CompletionCache) -> None:
        super().__init__(engine)
        self._cache = cache

    @property
    def problem(self) -> str | None:
        return self._cache.problem

    def known(self, question: Question) -> Completion | None:
        return self._cache.get(key(self.fingerprint, question))

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        name = key(self.fingerprint, question)
        known = self._cache.get(name)
        if known is not None:
            return known
        answer = self._engine.ask(question, done=done, deadline=deadline)
        self._cache.put(name, answer)
        return answer
