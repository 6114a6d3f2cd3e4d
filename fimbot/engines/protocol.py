"""What an engine is: it lays a question out as its model reads it, and answers it.

An engine is a module with a factory, named in `fimbot.engines.table`. Whatever its transport raises becomes
an `EngineError` before it leaves the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from fimbot.settings.values import Settings
from fimbot.values import Completion, ContextPart, Deadline, Window


@dataclass(frozen=True, slots=True)
class Question:
    """What stands around the hole, and how to sample. None: the server's own default."""

    prefix: str
    suffix: str
    max_tokens: int
    context: tuple[ContextPart, ...] = ()
    path: str = ""
    """Of the file with the hole; "" where it has none."""
    temperature: float | None = None
    top_p: float | None = None
    min_tokens: int | None = None
    stop: tuple[str, ...] = ()
    random_seed: int | None = None

    @classmethod
    def of(cls, window: Window, settings: Settings) -> Question:
        return cls(
            prefix=window.prefix,
            suffix=window.suffix,
            max_tokens=settings.max_tokens,
            context=window.context,
            path=window.stub.path,
            temperature=settings.temperature,
            top_p=settings.top_p,
            min_tokens=settings.min_tokens,
            stop=settings.stop,
            random_seed=settings.random_seed,
        )


class Engine(Protocol):
    """Safe to use from several threads at once."""

    @property
    def name(self) -> str:
        """Its name in the table: "langdock"."""

    @property
    def model(self) -> str: ...

    @property
    def host(self) -> str:
        """The host that the key and the code go to; "this machine" for the embedded model."""

    @property
    def fingerprint(self) -> str:
        """What decides the answer beside the question itself; part of every cache key. Holds no key."""

    @property
    def window_tokens(self) -> int:
        """How large a window suits it where no setting says so."""

    @property
    def revises(self) -> bool:
        """Whether what `done` has seen may be taken back in the end: only the completion is sure."""

    def render(self, question: Question) -> tuple[str, str]:
        """Prompt and suffix, the exact text that is sent, context parts in the form that the model knows."""

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        """Streams the answer and calls `done` with the text so far; when that says True, hangs up.

        A try after a broken answer begins with an empty text again. `done` is not called for an answer that
        comes whole, nor with a text that the server itself has ended.
        Raises `EngineRefused` where asking again cannot help, `EngineUnavailable` where it may, a plain
        `EngineError` where it is about this one question, and `SettingsError` before anything is sent.
        What `done` raises goes through.
        """

    def close(self) -> None:
        """Hangs up on whatever is under way, from any thread; those calls raise `EngineUnavailable`."""


class Meter(Protocol):
    """What a channel tells of its requests, in the thread that asks."""

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """The beginning of an answer."""

    def unreached(self) -> None:
        """The request was not sent: there is no connection."""

    def again(self, deadline: Deadline) -> None:
        """Before the same request is sent once more. May wait for room; raises `QuotaExhausted`."""


def _uncounted(engine: Engine) -> Engine:
    return engine


@dataclass(frozen=True, slots=True)
class Outside:
    """What an engine's factory is given beside the settings; a test replaces each."""

    environ: Mapping[str, str] = field(repr=False)
    sleep: Callable[[float], object] | None = None
    """Between tries. None: a sleep that `Engine.close` ends."""
    hasty: bool = False
    """Somebody waits for each second (a commit): what cannot be reached at once is not tried again."""
    meter: Meter | None = None
    """Every channel of the engine is given it."""
    counted: Callable[[Engine], Engine] = _uncounted
    """Puts the quota of its host and model before an engine. For a factory whose engine asks several models, each with
    a quota of its own; before any other engine whoever opens it puts one."""
    alone: bool = True
    """Nobody steps in for it, for one run: an engine may go over to what else its host has."""
    transport: Any = None
    """An `httpx.BaseTransport`. Typed loosely because httpx costs 100 ms to import and the table must not."""


Factory = Callable[[Settings, Outside], Engine]
