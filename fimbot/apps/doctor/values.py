"""What was seen of an engine, and what it means. No key is in any of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["good", "bad", "unknown"]
"""unknown: it could not be told, which is no fault."""
Subject = Literal["ready", "reachable", "key", "model", "temperature", "suffix", "streaming", "latency", "quota"]


@dataclass(frozen=True, slots=True)
class Try:
    """One question, and what came of it."""

    answered: bool
    text: str = ""
    fault: str = ""
    status: int | None = None
    """Of HTTP; None where there was no answer, or no HTTP."""
    pieces: int = 0
    """How often there was more of the answer, before it ended."""
    hung_up: bool = False
    by_line: bool = False
    """It was looked at line by line, as a chat's answer is: `pieces` are lines."""
    first: float | None = None
    """Seconds until the first piece."""
    whole: float = 0.0
    """Seconds until the end."""


@dataclass(frozen=True, slots=True)
class Model:
    name: str
    temperature: float | None = None
    """The default, where the server tells it."""
    fills: bool | None = None
    """Whether it says that it fills in the middle."""


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of a minute's quota; None for what is not told."""

    requests: int | None = None
    of_requests: int | None = None
    tokens: int | None = None
    of_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    engine: str
    why: str
    """Why it is among the engines: "LANGDOCK_API_KEY is set"."""
    model: str = ""
    host: str = ""
    local: bool = False
    not_ready: str = ""
    """Why it could not even be opened."""
    requests: int = 0
    keyed: bool = False
    """A key was sent."""
    models: tuple[Model, ...] | None = None
    """As the server lists them; None where it does not."""
    word: Try | None = None
    numbers: Try | None = None
    remaining: Remaining | None = None
    """As the server tells it..."""
    counted: Remaining | None = None
    """... and by fimbot's own count, of all who share it; None where nobody counts, or not all are counted..."""
    miscounted: str = ""
    """... for this reason."""
    temperature_sent: float | None = None

    @property
    def left(self) -> Remaining | None:
        """Of the quota: what the server says goes before what fimbot has counted."""
        return self.remaining or self.counted


@dataclass(frozen=True, slots=True)
class Check:
    subject: Subject
    status: Status
    says: str
    advice: str = ""
    """What to do now, in one line."""


@dataclass(frozen=True, slots=True)
class Examined:
    seen: Seen
    checks: tuple[Check, ...] = field(default=())

    @property
    def answers(self) -> bool:
        return self.seen.word is not None and self.seen.word.answered
