"""What the rooms of a quota hand to each other: limits, the steps that a store does, its reply."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

MINUTE = 60.0

# Priorities: who waits for each second, who looks at a progress bar, and who nobody looks at.
HOOK, RUN, BACKGROUND = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Limits:
    """So many in any `seconds`."""

    requests: int
    tokens: int
    seconds: float = MINUTE
    fixed: bool = False
    """The tokens are the user's own setting: a server that says it allows more does not raise them."""


@dataclass(frozen=True, slots=True)
class Take:
    """Reserves, or says how long to wait. With the same `id` again: asks once more, and takes once only."""

    op: ClassVar[str] = "take"
    id: str
    tokens: int
    priority: int
    ticket: int = 0
    """What the reply before said: the place in the line."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Gives the place in the line up."""

    op: ClassVar[str] = "leave"
    id: str


@dataclass(frozen=True, slots=True)
class Settle:
    """The request is over."""

    op: ClassVar[str] = "settle"
    id: str
    used: int
    """What it cost."""
    claimed: int
    """What it cost where a server counts all of `max_tokens`."""
    answered: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """A 429: nobody sends for a while."""

    op: ClassVar[str] = "hold"
    id: str
    """The reservation of the request that was refused."""
    seconds: float
    """As the server asked, 0 where it did not say."""


@dataclass(frozen=True, slots=True)
class Hear:
    """What an answer said of the limits; -1 for what it did not say."""

    op: ClassVar[str] = "hear"
    limit_requests: int = -1
    limit_tokens: int = -1
    left_requests: int = -1
    left_tokens: int = -1
    reset_requests: float = -1
    """Seconds until what is left may be more."""
    reset_tokens: float = -1


@dataclass(frozen=True, slots=True)
class Look:
    """How long so many requests of so many tokens together would have to wait, behind all that wait already."""

    op: ClassVar[str] = "look"
    tokens: int
    requests: int
    priority: int


Step = Take | Leave | Settle | Hold | Hear | Look


@dataclass(frozen=True, slots=True)
class Reply:
    taken: bool = False
    ticket: int = 0
    wait: float = 0.0
    """Seconds until there is room, if what is under way costs all that was reserved for it."""
    soonest: float = 0.0
    """The same, if what is under way turns out to cost nothing."""
    requests: int = 0
    """The limit in force."""
    tokens: int = 0
    left_requests: int = 0
    """What is left of it, with all that was reserved taken for used; told for a `Look`."""
    left_tokens: int = 0
