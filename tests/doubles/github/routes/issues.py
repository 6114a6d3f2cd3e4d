"""Comments on the conversation, and labels: a pull request is an issue too."""

from __future__ import annotations

from tests.doubles.github.answers import Answer, not_found
from tests.doubles.github.routes.call import Call
from tests.doubles.github.state import IssueComment, PullRequest, Repository

PERMISSIONS = ("issues", "pull_requests")
"""Either will do."""


def list_comments(call: Call) -> Answer:
    pull = call.pull(call.readable_by_any(*PERMISSIONS), "issue_number")
    return call.page(pull.issue_comments, lambda comment: call.payloads.issue_comment(pull, comment))


def create_comment(call: Call) -> Answer:
    pull = call.pull(call.writable_by_any(*PERMISSIONS), "issue_number")
    payload = call.payloads.issue_comment(pull, call.reviews.issue_comment(pull, call.writer, call.body["body"]))
    return Answer(201, payload, {"Location": payload["url"]})


def update_comment(call: Call) -> Answer:
    pull, comment = _comment(call, call.writable_by_any(*PERMISSIONS))
    call.reviews.check_body(call.body["body"])
    comment.body, comment.updated_at = call.body["body"], call.world.clock.now()
    return Answer(200, call.payloads.issue_comment(pull, comment))


def delete_comment(call: Call) -> Answer:
    pull, comment = _comment(call, call.writable_by_any(*PERMISSIONS))
    pull.issue_comments.remove(comment)
    return Answer(204)


def labels(call: Call) -> Answer:
    pull = call.pull(call.readable_by_any(*PERMISSIONS), "issue_number")
    return call.page(call.payloads.pull(pull)["labels"], lambda label: label)


def _comment(call: Call, repository: Repository) -> tuple[PullRequest, IssueComment]:
    number = call.number("comment_id")
    for pull in repository.pulls.values():
        for comment in pull.issue_comments:
            if comment.id == number:
                return pull, comment
    raise not_found()
