"""How many requests and tokens a run takes, and how long that is at the limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fimbot.commands.session import say
from fimbot.engines.metered import prompt_tokens
from fimbot.engines.open import Opened
from fimbot.pipeline import Asked, Filled
from fimbot.quota.size import seconds_of, span
from fimbot.reporters.style import count
from fimbot.values import Skip


@dataclass(frozen=True, slots=True)
class RunSize:
    prompts: int
    """Tokens, about."""
    costs: tuple[int, ...]
    """Of each request: its prompt and the longest answer."""
    opened: Opened

    @classmethod
    def of(cls, opened: Opened, asked: Sequence[Asked]) -> RunSize:
        # The same question twice is one request.
        questions = list(dict.fromkeys(each.question for each in asked))
        prompts = [prompt_tokens(opened.engine, question) for question in questions]
        costs = tuple(prompt + each.max_tokens for prompt, each in zip(prompts, questions, strict=True))
        return cls(sum(prompts), costs, opened)

    @property
    def seconds(self) -> float:
        """At the limit and from cold, if each answer is as long as it may be."""
        quota = self.opened.quota
        return seconds_of(self.costs, quota.limits) if quota else 0.0

    def left(self, requests: int) -> float:
        """Seconds that so many more take at least, with all that others use and wait for."""
        quota = self.opened.quota  # the engine may have gone over to another model meanwhile
        most = sum(self.costs) // max(1, len(self.costs))
        return quota.left(requests, most) if quota else 0.0

    def text(self) -> str:
        size = f"{count(len(self.costs), 'request')}, about {self.prompts:,} tokens of prompts"
        quota = self.opened.quota
        if quota is None or not self.costs:
            return size
        size += f" and at most {sum(self.costs) - self.prompts:,} of answers"
        limits = quota.limits  # either may be what a run waits for
        at = f"{count(limits.requests, 'request')} and {limits.tokens:,} tokens a minute"
        return f"{size}: {span(self.seconds)}, at {at}"


def say_what_had_no_room(opened: Opened, asked: Sequence[Asked], filled: Filled, *, quiet: bool) -> None:
    reasons = {each.stub.id for each in filled.outcomes if isinstance(each, Skip) and each.reason.startswith("quota: ")}
    left = RunSize.of(opened, [each for each in asked if each.stub.id in reasons])
    if left.costs:
        say(f"no room in the quota for {count(len(reasons), 'stub')}, which take another {left.text()}", quiet=quiet)
