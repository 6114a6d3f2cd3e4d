"""Comments on the conversation, and labels: a pull request is an issue too."""

from __future__ import annotations

from tests.doubles.github.answers import Answer, not_found
from tests.doubles.github.routes.call import Call
from tests.doubles.github.state import IssueComment, PullRequest, Repository

PERMISSION = "issues"


def _writable(call: Call) -> Repository:
    """On a pull request either permission will do."""
    if call.grant is not None and call.grant.may("pull_requests", "write"):
        return call.writable("pull_requests")
    return call.writable(PERMISSION)


def list_comments(call: Call) -> Answer:
    pull = call.pull(call.readable(PERMISSION), "issue_number")
    return call.page(pull.issue_comments, lambda comment: call.payloads.issue_comment(pull, comment))


def create_comment(call: Call) -> Answer:
    pull = call.pull(_writable(call), "issue_number")
    payload = call.payloads.issue_comment(pull, call.reviews.issue_comment(pull, call.writer, call.body["body"]))
    return Answer(201, payload, {"Location": payload["url"]})


def update_comment(call: Call) -> Answer:
    pull, comment = _comment(call, _writable(call))
    call.reviews.check_body(call.body["body"])
    comment.body, comment.updated_at = call.body["body"], call.world.clock.now()
    return Answer(200, call.payloads.issue_comment(pull, comment))


def delete_comment(call: Call) -> Answer:
    pull, comment = _comment(call, _writable(call))
    pull.issue_comments.remove(comment)
    return Answer(204)


def labels(call: Call) -> Answer:
    pull = call.pull(call.readable(PERMISSION), "issue_number")
    return call.page(call.payloads.pull(pull)["labels"], lambda label: label)


def _comment(call: Call, repository: Repository) -> tuple[PullRequest, IssueComment]:
    number = call.number("comment_id")
    for pull in repository.pulls.values():
        for comment in pull.issue_comments:
            if comment.id == number:
                return pull, comment
    raise not_found()
