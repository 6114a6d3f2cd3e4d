"""The settings that the rooms are given. Keys are not among them: see `fimbot.settings.keys`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from fimbot.values import Kind, Tier

Mode = Literal["block", "warn"]
ReviewMode = Literal["review", "summary"]


@dataclass(frozen=True, slots=True)
class Settings:
    # Which engine, and where it is. None given: the first that is ready.
    engine: tuple[str, ...] = ()
    """The next is asked where the one before is down, has no such model or no quota."""
    model: str | None = None
    """With several engines: of the first, or of each, with commas between."""
    base_url: str | None = None
    """As `model`."""
    region: str = "eu"
    api_key_command: tuple[str, ...] = ()
    """A command that prints the key. Like `base_url`, never from a file of the repository."""

    # Sampling, as Langdock documents it. None: not sent, so that the server's default holds.
    temperature: float | None = 0.0
    top_p: float | None = None
    max_tokens: int = 512
    min_tokens: int | None = None
    stop: tuple[str, ...] = ()
    random_seed: int | None = None

    window_tokens: int | None = None
    """None: what suits the engine."""
    concurrency: int = 4
    # Of the key's whole workspace. None: what Langdock documents, 500 and 60,000, or what the server says.
    rpm: int | None = None
    """Requests a minute."""
    tpm: int | None = None
    """Tokens a minute."""
    quota_store: str | None = field(default=None, repr=False)
    """URL of a Redis in which all machines of a team count together; it may hold a password."""
    deadline: float = 600.0
    """Seconds for everything that an engine is asked in one run."""

    # Of the hook.
    mode: Mode = "block"
    """block: a suggestion stops the commit; warn: it is shown, and the commit goes through."""
    hook_deadline: float = 10.0
    """Seconds that a commit waits at most, for everything."""
    background: bool = False
    """What is not ready by then is finished by a process of its own, for the next attempt."""

    kinds: tuple[Kind, ...] = ("empty-body", "placeholder")
    tiers: tuple[Tier, ...] = ("fill", "suggest")
    max_suggestions: int | None = None
    exclude: tuple[str, ...] = ()
    skip_generated: bool = True
    """Files that .gitattributes calls generated."""
    max_file_bytes: int = 1_000_000
    cache: bool = True

    # Of the review on a pull request.
    review_mode: ReviewMode = "review"
    """summary: nothing is posted, since a thread keeps a pull request from being merged where all must be resolved."""
    skip_drafts: bool = True
    skip_bots: bool = True
    """Pull requests that a bot has opened."""
    require_label: str | None = None
    """Only pull requests with this label."""
