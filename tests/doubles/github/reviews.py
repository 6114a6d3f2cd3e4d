"""The rules of reviews and of comments on lines: who may write what, when, and what GitHub says if not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from tests.doubles.github.anchors import BadAnchor, Placed, place
from tests.doubles.github.answers import Refused, invalid_request, not_found, unprocessable, validation_failed
from tests.doubles.github.heads import commits_of, follow, merge_base
from tests.doubles.github.limits import HardLimits
from tests.doubles.github.state import (
    Association,
    Comment,
    Grant,
    IssueComment,
    PullRequest,
    Repository,
    Review,
    Thread,
    User,
    World,
)

_STATES: Mapping[str | None, Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED"]] = {
    None: "PENDING",
    "COMMENT": "COMMENTED",
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
}
ONE_PENDING = "User can only have one pending review per pull request"
_COMMENT = "PullRequestReviewComment"


def association(repository: Repository, user: User) -> Association:
    return "OWNER" if user.login == repository.owner else repository.associations.get(user.login, "NONE")


class Reviews:
    """What may be written on a pull request through the API. Everything is checked before anything is kept."""

    def __init__(self, world: World, limits: HardLimits) -> None:
        self._world = world
        self._limits = limits

    def create(self, pull: PullRequest, grant: Grant, given: Mapping[str, Any]) -> Review:
        event, body = given.get("event"), given.get("body") or ""
        refuse_if_locked(pull)
        if pending_of(pull, grant.user) is not None:
            raise unprocessable(ONE_PENDING)
        self._check_event(pull, grant, event, body)
        commit = given.get("commit_id", pull.head_sha)
        if commit not in commits_of(pull):
            raise unprocessable("commit_id is not part of the pull request")
        comments = given.get("comments", [])
        if len(comments) > self._limits.review_comments:
            raise unprocessable(f"Comments is too long (maximum is {self._limits.review_comments})")
        placed = [self._place_in_review(pull, commit, comment) for comment in comments]
        now = self._world.clock.now()
        review = Review(
            self._world.next_id(),
            grant.user,
            _STATES[event],
            body,
            commit,
            None if event is None else now,
            association(pull.repository, grant.user),
        )
        pull.reviews.append(review)
        for comment, spot in zip(comments, placed, strict=True):
            self._start_thread(pull, grant, commit, spot, comment["body"], review)
        return review

    def submit(self, pull: PullRequest, grant: Grant, review: Review, given: Mapping[str, Any]) -> Review:
        refuse_if_locked(pull)
        if review.state != "PENDING":
            raise unprocessable("Can not submit a review that has already been submitted")
        body = given.get("body", review.body)
        self._check_event(pull, grant, given["event"], body)
        review.state, review.body = _STATES[given["event"]], body
        review.submitted_at = self._world.clock.now()
        return review

    def update(self, grant: Grant, review: Review, body: str) -> Review:
        self.check_body(body)
        if review.author != grant.user:
            raise unprocessable("Can not update a review of another user")
        review.body = body
        return review

    def delete(self, pull: PullRequest, review: Review) -> None:
        if review.state != "PENDING":
            raise unprocessable("Can not delete a non-pending pull request review")
        pull.reviews.remove(review)
        for thread in list(pull.threads):
            thread.comments = [comment for comment in thread.comments if comment.review is not review]
            if not thread.comments:
                pull.threads.remove(thread)

    def comment(self, pull: PullRequest, grant: Grant, given: Mapping[str, Any]) -> Comment:
        """A single comment: GitHub makes a review of its own for it."""
        self._check_single(pull, grant, given["body"])
        if given.get("in_reply_to") is not None:
            return self.reply(pull, grant, given["in_reply_to"], given["body"])
        if given.get("subject_type") == "line":
            # PyGithub#3293: the description lists it, GitHub does not take it.
            problems = ('No subschema in "oneOf" matched.', '"subject_type" is not a permitted key.')
            raise invalid_request(*problems)
        try:
            placed = place(pull, given["commit_id"], given, self._limits)
        except BadAnchor as bad:
            raise validation_failed(_COMMENT, *(fault.entry for fault in bad.faults)) from bad
        review = self._review_for_one(pull, grant, given["commit_id"])
        return self._start_thread(pull, grant, given["commit_id"], placed, given["body"], review)

    def reply(self, pull: PullRequest, grant: Grant, to: int, body: str) -> Comment:
        self._check_single(pull, grant, body)
        first = pull.comment(to)
        if first is None or (first.review is not None and first.review.state == "PENDING"):
            raise not_found()
        review = self._review_for_one(pull, grant, first.thread.commit)
        return self._add(grant, first.thread, body, review, pull, first.thread.comments[0].id)

    def issue_comment(self, pull: PullRequest, grant: Grant, body: str) -> IssueComment:
        refuse_if_locked(pull)
        self._check_single_body("IssueComment", body)
        now = self._world.clock.now()
        who = association(pull.repository, grant.user)
        comment = IssueComment(self._world.next_id(), grant.user, body, who, now, now, app_of(grant))
        pull.issue_comments.append(comment)
        return comment

    def check_body(self, body: str) -> None:
        if not body.strip():
            raise unprocessable("Body can't be blank")
        self._check_length(body)

    def _check_length(self, body: str) -> None:
        if len(body) > self._limits.body:
            raise unprocessable(f"Body is too long (maximum is {self._limits.body} characters)")

    def _check_single(self, pull: PullRequest, grant: Grant, body: str) -> None:
        refuse_if_locked(pull)
        if pending_of(pull, grant.user) is not None:
            text = "user_id can only have one pending review per pull request"
            raise validation_failed("PullRequestReview", {"code": "custom", "field": "user_id", "message": text})
        self._check_single_body(_COMMENT, body)

    def _check_single_body(self, resource: str, body: str) -> None:
        if not body.strip():
            raise validation_failed(resource, {"code": "missing_field", "field": "body"})
        if len(body) > self._limits.body:
            text = f"body is too long (maximum is {self._limits.body} characters)"
            raise validation_failed(resource, {"code": "custom", "field": "body", "message": text})

    def _check_event(self, pull: PullRequest, grant: Grant, event: str | None, body: str) -> None:
        own = pull.author == grant.user
        if event == "APPROVE":
            if own:
                raise unprocessable("Can not approve your own pull request")
            if grant.user.login == "github-actions[bot]":
                raise unprocessable("GitHub Actions is not permitted to approve pull requests.")
        if event == "REQUEST_CHANGES" and own:
            raise unprocessable("Can not request changes on your own pull request")
        if event in ("COMMENT", "REQUEST_CHANGES"):
            self.check_body(body)
        self._check_length(body)

    def _place_in_review(self, pull: PullRequest, commit: str, comment: Mapping[str, Any]) -> Placed:
        self.check_body(comment["body"])
        try:
            return place(pull, commit, comment, self._limits)
        except BadAnchor as bad:
            raise unprocessable(bad.sentence) from bad

    def _review_for_one(self, pull: PullRequest, grant: Grant, commit: str) -> Review:
        who = association(pull.repository, grant.user)
        now = self._world.clock.now()
        review = Review(self._world.next_id(), grant.user, "COMMENTED", "", commit, now, who)
        pull.reviews.append(review)
        return review

    def _start_thread(
        self, pull: PullRequest, grant: Grant, commit: str, placed: Placed, body: str, review: Review
    ) -> Comment:
        anchor, base = placed.anchor, merge_base(pull, commit)
        thread = Thread(self._world.next_id(), anchor, anchor, commit, commit, placed.diff_hunk, base)
        pull.threads.append(thread)
        comment = self._add(grant, thread, body, review, pull, None)
        if commit != pull.head_sha:
            follow(pull, thread)
        return comment

    def _add(
        self, grant: Grant, thread: Thread, body: str, review: Review, pull: PullRequest, reply_to: int | None
    ) -> Comment:
        now = self._world.clock.now()
        who = association(pull.repository, grant.user)
        number = self._world.next_id()
        comment = Comment(number, grant.user, body, thread, review, who, now, now, reply_to, app_of(grant))
        thread.comments.append(comment)
        return comment


def pending_of(pull: PullRequest, user: User) -> Review | None:
    return next((r for r in pull.reviews if r.author == user and r.state == "PENDING"), None)


def refuse_if_locked(pull: PullRequest) -> None:
    if pull.locked:
        raise Refused(403, "Unable to create comment because issue is locked.")


def app_of(grant: Grant) -> str | None:
    """The slug of the GitHub App that an installation's token belongs to."""
    return grant.user.login.removesuffix("[bot]") if grant.installation else None
