"""Posts the drafts, so that a run can be killed at any point and repeated: nothing twice, nothing lost.

A review with its comments is one request, which GitHub does whole or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fimbot.apps.review.comments import LONGEST_BODY, Draft, Unplaced, fenced
from fimbot.apps.review.github.queries import minimise
from fimbot.apps.review.github.values import Conversation, OwnReview, PullRequest, Thread, Write
from fimbot.apps.review.identity import Mark, as_gone, marks_in, review_line
from fimbot.apps.review.plan import known_stubs
from fimbot.errors import GitHubError, GitHubForbidden, GitHubInvalid, GitHubUnavailable
from fimbot.reporters.style import code_span, count
from fimbot.secrets import redact_line
from fimbot.values import Stub

# Others send 25 to 100 a review; how many GitHub takes is not documented.
COMMENTS_A_REVIEW = 30
# An answer that never came is looked for so often.
UNHEARD = 3
# GitHub gives a request ten seconds: by the second look it is done or never will be.
UNHEARD_SECONDS = 5.0
# Of one suggestion in a review's last line, and the blank line behind its patch.
MARK_CHARACTERS = 30


class Writer(Protocol):
    def write(self, what: str, request: Write) -> dict[str, Any]: ...


@dataclass
class Recorder:
    """Writes nothing: for `--dry-run`."""

    requests: list[Write] = field(default_factory=list)

    def write(self, what: str, request: Write) -> dict[str, Any]:
        self.requests.append(request)
        return {}


@dataclass
class Posted:
    """What this run has posted, kept up to date while it does, so that an error leaves it complete."""

    drafts: list[Draft] = field(default_factory=list)
    told: list[Unplaced] = field(default_factory=list)
    """As patches in a review's text."""
    refused: list[Unplaced] = field(default_factory=list)
    """Drafts that GitHub did not take."""
    minimised: int = 0
    urls: list[str] = field(default_factory=list)
    problem: GitHubError | None = None
    """What kept the rest from being posted."""

    @property
    def read_only(self) -> bool:
        return isinstance(self.problem, GitHubForbidden)

    @property
    def stale(self) -> bool:
        """The pull request got another head meanwhile, which has a run of its own."""
        return isinstance(self.problem, GitHubInvalid) and _is_stale(self.problem)


@dataclass
class Poster:
    writer: Writer
    repository: str
    """/repos/OWNER/NAME"""
    pull: PullRequest
    stubs: Mapping[str, tuple[Stub, Mark]]
    """All that the change has, by id: a thread may hang on one that is not to be posted."""
    reread: Callable[[], Conversation]
    pause: Callable[[float], object]
    """Waits so many seconds."""
    posted: Posted = field(default_factory=Posted)

    def run(self, drafts: Sequence[Draft], unplaced: Sequence[Unplaced], gone: Sequence[Thread]) -> None:
        """Raises nothing: `posted.problem` says what kept it from being done whole."""
        try:
            if drafts or unplaced:
                # The engine took its time: another run may have posted meanwhile.
                conversation = self._current()
                self._remove_pending(conversation)
                there = known_stubs(conversation, self.stubs)
                self._post(
                    [draft for draft in drafts if draft.mark.id not in there],
                    [each for each in unplaced if each.mark.id not in there],
                )
            for thread in gone:
                self.writer.write(
                    "minimising a comment of an earlier run", minimise(thread.comment, as_gone(thread.body))
                )
                self.posted.minimised += 1
        except GitHubError as error:
            self.posted.problem = error

    def _current(self) -> Conversation:
        """What stands there now. Raises GitHubInvalid where somebody has pushed since: GitHub would take a review of
        the older commit, which is outdated at once, and the next run would find its marks and say nothing."""
        conversation = self.reread()
        if conversation.head_sha != self.pull.head_sha:
            moved = conversation.head_sha[:12]
            raise GitHubInvalid(
                f"GitHub: commit_id: the pull request has moved on to {moved}, which has a run of its own"
            )
        return conversation

    def _remove_pending(self, conversation: Conversation) -> None:
        """A review that was never submitted, of a run that was interrupted, keeps every other from being made.

        A person's token may find that person's own draft: only an App's is removed unseen.
        """
        for review in conversation.reviews:
            if review.pending and not conversation.viewer_is_bot and marks_in(review.body) is None:
                raise GitHubForbidden(
                    "GitHub: the token's user has a review pending on this pull request: submit or discard it first"
                )
            if review.pending:
                self.writer.write("removing a review left pending", self._removal(review))

    def _removal(self, review: OwnReview) -> Write:
        return Write("DELETE", f"{self.repository}/pulls/{self.pull.number}/reviews/{review.id}")

    def _post(self, drafts: Sequence[Draft], unplaced: Sequence[Unplaced]) -> None:
        told = tuple(unplaced)
        queue = _batches(drafts) or ([()] if told else [])
        unheard = 0
        while queue:
            batch = queue.pop(0)
            request, shown = self._request(batch, told)
            if not batch and not shown:
                break  # patches that no review can hold
            try:
                answer = self.writer.write("posting the review", request)
            except GitHubInvalid as error:
                if not batch or _is_stale(error) or _is_pending(error):
                    raise
                if len(batch) == 1:
                    draft = batch[0]
                    self.posted.refused.append(
                        Unplaced(draft.suggestion, draft.mark, f"GitHub did not take it: {error}")
                    )
                    queue += [()] if told and not queue else []
                else:
                    half = len(batch) // 2
                    queue[:0] = [batch[:half], batch[half:]]
                continue
            except GitHubUnavailable:
                unheard += 1
                if unheard == UNHEARD:
                    raise
                # It may have been done for all that, or be under way: what is there is not posted again.
                self.pause(UNHEARD_SECONDS * unheard)
                there = known_stubs(self._current(), self.stubs)
                self.posted.drafts += [draft for draft in batch if draft.mark.id in there]
                if shown and any(each.mark.id in there for each in shown):
                    self.posted.told += shown
                    told = tuple(each for each in told if each not in shown)
                left = tuple(draft for draft in batch if draft.mark.id not in there)
                queue[:0] = [left] if left or (told and not batch) else []
                continue
            self.posted.drafts += batch
            self.posted.told += shown
            told = tuple(each for each in told if each not in shown)
            self.posted.urls += [url] if isinstance(url := answer.get("html_url"), str) else []

    def _request(self, batch: Sequence[Draft], told: Sequence[Unplaced]) -> tuple[Write, tuple[Unplaced, ...]]:
        """The request, and which patches found room in its text."""
        body, shown = review_body(batch, told)
        payload = {
            "commit_id": self.pull.head_sha,
            "event": "COMMENT",
            "body": body,
            "comments": [comment.payload() for draft in batch for comment in draft.comments],
        }
        return Write("POST", f"{self.repository}/pulls/{self.pull.number}/reviews", payload), shown


def _is_stale(error: GitHubInvalid) -> bool:
    """The head is no commit of the pull request any more: no line is at fault."""
    return "commit_id" in str(error) or "No commit found" in str(error)


def _is_pending(error: GitHubInvalid) -> bool:
    """Another workflow of the same App has a review pending at this moment: no line is at fault."""
    return "pending review" in str(error)


def _batches(drafts: Sequence[Draft]) -> list[tuple[Draft, ...]]:
    """A suggestion and its imports stay together."""
    batches: list[tuple[Draft, ...]] = []
    room = 0
    for draft in drafts:
        if len(draft.comments) > room:
            batches.append(())
            room = COMMENTS_A_REVIEW
        batches[-1] += (draft,)
        room -= len(draft.comments)
    return batches


def review_body(drafts: Sequence[Draft], unplaced: Sequence[Unplaced]) -> tuple[str, tuple[Unplaced, ...]]:
    """The text of a review, and which of the patches found room in it. GitHub wants a text for a COMMENT."""
    shown: list[Unplaced] = []
    patches: list[str] = []
    left = LONGEST_BODY - 4_000
    for each in unplaced:
        patch = patch_section(each)
        size = len(patch or "") + MARK_CHARACTERS
        if patch is not None and size <= left:
            left -= size
            shown.append(each)
            patches.append(patch)
    marks = [draft.mark for draft in drafts] + [each.mark for each in shown]
    parts = [_sentence(len(drafts), len(shown)), *patches, review_line(marks)]
    return "\n\n".join(parts), tuple(shown)


def _sentence(committed: int, shown: int) -> str:
    parts = [f"{count(committed, 'suggestion')} for stubs in this change"] if committed else []
    parts += [f"{count(shown, 'suggestion')} as a patch, which no button can commit"] if shown else []
    return f"{', and '.join(parts)}. Nobody has run what is suggested: read it before you commit."


def patch_section(each: Unplaced) -> str | None:
    """Folded; None where the patch is no text, or its lines seem to hold a secret."""
    try:
        patch = each.suggestion.patch.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(redact_line(line)[1] for line in patch.split("\n")):
        return None
    stub = each.suggestion.fill.stub
    title = f"{code_span(stub.name)} in {code_span(stub.path)}: {code_span(each.reason)}"
    return f"{title}\n\n<details><summary>Patch</summary>\n\n{fenced(patch, 'diff')}\n\n</details>"
