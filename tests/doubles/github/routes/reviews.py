"""Reviews and the comments on lines."""

from __future__ import annotations

from tests.doubles.github.answers import Answer, Refused, not_found
from tests.doubles.github.routes.call import Call
from tests.doubles.github.state import Comment, PullRequest

PERMISSION = "pull_requests"


def list_reviews(call: Call) -> Answer:
    pull = call.pull(call.readable(PERMISSION))
    viewer = call.grant.user if call.grant is not None else None
    seen = [review for review in pull.reviews if review.state != "PENDING" or review.author == viewer]
    return call.page(seen, lambda review: call.payloads.review(pull, review))


def create(call: Call) -> Answer:
    pull = call.pull(call.writable(PERMISSION))
    return Answer(200, call.payloads.review(pull, call.reviews.create(pull, call.writer, call.body)))


def get(call: Call) -> Answer:
    pull = call.pull(call.readable(PERMISSION))
    return Answer(200, call.payloads.review(pull, call.review(pull)))


def update(call: Call) -> Answer:
    pull = call.pull(call.writable(PERMISSION))
    review = call.reviews.update(call.writer, call.review(pull), call.body["body"])
    return Answer(200, call.payloads.review(pull, review))


def delete(call: Call) -> Answer:
    pull = call.pull(call.writable(PERMISSION))
    review = call.review(pull)
    answer = Answer(200, call.payloads.review(pull, review))
    call.reviews.delete(pull, review)
    return answer


def submit(call: Call) -> Answer:
    pull = call.pull(call.writable(PERMISSION))
    review = call.reviews.submit(pull, call.writer, call.review(pull), call.body)
    return Answer(200, call.payloads.review(pull, review))


def comments_of_review(call: Call) -> Answer:
    pull = call.pull(call.readable(PERMISSION))
    review = call.review(pull)
    found = [c for thread in pull.threads for c in thread.comments if c.review is review]
    return call.page(found, lambda comment: call.payloads.comment(pull, comment))


def list_comments(call: Call) -> Answer:
    pull = call.pull(call.readable(PERMISSION))
    found = pull.comments
    if call.query.get("sort") == "updated":
        found = sorted(found, key=lambda comment: comment.updated_at)
    if call.query.get("direction") == "desc":
        found = found[::-1]
    if since := call.query.get("since"):
        found = [comment for comment in found if call.world.clock.text(comment.updated_at) >= since]
    return call.page(found, lambda comment: call.payloads.comment(pull, comment))


def create_comment(call: Call) -> Answer:
    pull = call.pull(call.writable(PERMISSION))
    return _created(call, pull, call.reviews.comment(pull, call.writer, call.body))


def reply(call: Call) -> Answer:
    pull = call.pull(call.writable(PERMISSION))
    if set(call.body) != {"body"} or not isinstance(call.body["body"], str):
        raise Refused(422, 'Invalid request.\n\n"body" wasn\'t supplied.')
    return _created(call, pull, call.reviews.reply(pull, call.writer, call.number("comment_id"), call.body["body"]))


def get_comment(call: Call) -> Answer:
    pull, comment = call.comment(call.readable(PERMISSION))
    if comment not in pull.comments:
        raise not_found()
    return Answer(200, call.payloads.comment(pull, comment))


def update_comment(call: Call) -> Answer:
    pull, comment = call.comment(call.writable(PERMISSION))
    call.reviews.check_body(call.body["body"])
    comment.body, comment.updated_at = call.body["body"], call.world.clock.now()
    return Answer(200, call.payloads.comment(pull, comment))


def delete_comment(call: Call) -> Answer:
    pull, comment = call.comment(call.writable(PERMISSION))
    remove(pull, comment)
    return Answer(204)


def remove(pull: PullRequest, comment: Comment) -> None:
    """Replies stay; a thread without comments goes."""
    comment.thread.comments.remove(comment)
    if not comment.thread.comments:
        pull.threads.remove(comment.thread)


def _created(call: Call, pull: PullRequest, comment: Comment) -> Answer:
    payload = call.payloads.comment(pull, comment)
    return Answer(201, payload, {"Location": payload["url"]})
