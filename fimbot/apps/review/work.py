"""A pull request's stubs: which are new, which were told before, and what becomes of those that are filled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from fimbot.apps.review.anchors import Hunk, anchored, hunks_of
from fimbot.apps.review.comments import Draft, Unplaced, compose, without_repeats
from fimbot.apps.review.content import Content
from fimbot.apps.review.github.values import Conversation, PullFile
from fimbot.apps.review.identity import Mark, mark_of
from fimbot.apps.review.plan import Plan, known_stubs, plan_review
from fimbot.changes import Blobs
from fimbot.errors import ParseError
from fimbot.stubs.collect import Findings
from fimbot.stubs.find import find_stubs
from fimbot.stubs.identity import id_of, normalised
from fimbot.values import WHOLE_FILE, Outcome, Skip, SkippedFile, Stub, Suggestion, stub_of

DEFAULT_SUGGESTIONS = 10


@dataclass(frozen=True, slots=True)
class Work:
    findings: Findings
    """Wanted are those that are to be asked for."""
    plan: Plan
    beyond: tuple[Skip, ...]
    """Past the limit of suggestions on one pull request."""
    stubs: Mapping[str, tuple[Stub, Mark]]
    """All that the change has, by id."""
    hunks: Mapping[str, tuple[Hunk, ...]]
    """By path."""

    @property
    def found(self) -> int:
        return len(self.findings.wanted) + len(self.plan.silent) + len(self.beyond)


def look_at(
    findings: Findings,
    conversation: Conversation,
    files: Sequence[PullFile],
    content: Content,
    blobs: Blobs,
    limit: int,
) -> Work:
    stubs = {stub.id: (stub, mark_of(stub, findings.files[stub.path].source)) for stub in findings.wanted}
    hunks = {file.path: hunks_of(file.patch) for file in files if file.patch is not None}
    paths = content.paths()

    def keys_in(path: str) -> frozenset[str] | None:
        if path not in paths:
            return frozenset()
        source = blobs.read_path(path)
        if isinstance(source, SkippedFile):
            return None
        try:
            found = find_stubs(path, source, (WHOLE_FILE,))
            return frozenset(mark_of(stub_of(each), source).key for each in found)
        except ParseError:
            return None

    @cache
    def ids_in_place(name: str, text: bytes) -> frozenset[str]:
        # Once for thousands of stubs that are alike: there may be many thousands of paths.
        return frozenset(id_of(path, name, text) for path in paths)

    def is_in_place(stub: Stub, id: str) -> bool:
        return id in ids_in_place(stub.name, normalised(stub, findings.files[stub.path].source))

    plan = plan_review(stubs, known_stubs(conversation, stubs), keys_in, paths.__contains__, is_in_place)
    # Those that a button can commit first: the limit is better spent on them.
    fresh = sorted(plan.fresh, key=lambda stub: not _has_button(stub, hunks.get(stub.path, ())))
    room = max(0, limit - len(plan.silent))
    beyond = tuple(Skip(stub, f"past the limit of {limit} suggestions") for stub in fresh[room:])
    return Work(replace(findings, wanted=tuple(fresh[:room])), plan, beyond, stubs, hunks)


def _has_button(stub: Stub, hunks: Sequence[Hunk]) -> bool:
    return anchored(hunks, stub.hole_start_line, stub.hole_end_line)


def drafts_of(
    work: Work, outcomes: Sequence[Outcome], conversation: Conversation
) -> tuple[tuple[Draft, ...], tuple[Unplaced, ...]]:
    composed = [
        compose(each, work.findings.files[stub.path].source, work.hunks.get(stub.path, ()), work.stubs[stub.id][1])
        for each in outcomes
        if isinstance(each, Suggestion) and (stub := each.fill.stub)
    ]
    drafts = without_repeats([each for each in composed if isinstance(each, Draft)], conversation.threads)
    return drafts, tuple(each for each in composed if isinstance(each, Unplaced))
