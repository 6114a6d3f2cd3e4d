"""How many requests and tokens a run takes, and how long that is at the limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fimbot.cli.session import say
from fimbot.engines.metered import prompt_tokens
from fimbot.engines.open import Opened
from fimbot.engines.protocol import Question
from fimbot.quota.size import seconds_of, span
from fimbot.reporters.style import count
from fimbot.settings.values import Settings
from fimbot.values import Report, Skip, Window


class RunSize(NamedTuple):
    prompts: int
    """Tokens, about."""
    costs: tuple[int, ...]
    """Of each request: its prompt and the longest answer."""
    opened: Opened

    @classmethod
    def of(cls, opened: Opened, windows: Iterable[Window], settings: Settings) -> RunSize:
        # The same question twice is one request.
        questions = list(dict.fromkeys(Question.of(each, settings) for each in windows))
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


def say_what_had_no_room(
    opened: Opened, windows: Iterable[Window], settings: Settings, report: Report, *, quiet: bool
) -> None:
    late = {each.stub.id for each in report.outcomes if isinstance(each, Skip) and each.reason.startswith("quota: ")}
    left = RunSize.of(opened, (each for each in windows if each.stub.id in late), settings)
    if left.costs:
        say(f"no room in the quota for {count(len(late), 'stub')}, which take another {left.text()}", quiet=quiet)
