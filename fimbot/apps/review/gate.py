"""Pull requests that are left alone, and why."""

from __future__ import annotations

from fimbot.apps.review.github.values import PullRequest
from fimbot.apps.review.plan import says_ignore
from fimbot.settings.values import Settings


def why_not(pull: PullRequest, settings: Settings, head_sha: str | None) -> str | None:
    """None where it is to be reviewed. `head_sha`: what the event was about, if there was one."""
    if not pull.is_open:
        return "it is closed: nothing can be committed with a button any more"
    if pull.locked:
        return "it is locked: nobody may comment"
    if pull.draft and settings.skip_drafts:
        return "it is a draft (skip-drafts)"
    if pull.by_bot and settings.skip_bots:
        return "a bot has opened it (skip-bots)"
    if says_ignore(pull.body):
        return "its description says `fimbot: ignore`"
    if settings.require_label is not None and settings.require_label not in pull.labels:
        return "it does not have the label that require-label names"
    if head_sha is not None and head_sha != pull.head_sha:
        return f"it has moved on to {pull.head_sha[:12]}, which has a run of its own"
    return None
