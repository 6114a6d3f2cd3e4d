"""The pull request itself, its diff, files and commits."""

from __future__ import annotations

from tests.doubles.github.answers import Answer, Refused
from tests.doubles.github.heads import commits_of, diff_of
from tests.doubles.github.limits import HardLimits, total_lines
from tests.doubles.github.routes.call import Call
from tests.doubles.github.state import PullRequest

# GitHub has a text for too many files and another one for too many lines; the code in `errors` is the same.
_FILES = (
    "Sorry, the diff exceeded the maximum number of files ({limit}). Consider using 'List pull requests files' API or "
    "locally cloning the repository instead."
)
_LINES = "Sorry, the diff exceeded the maximum number of lines ({limit})"


def get_repository(call: Call) -> Answer:
    return Answer(200, call.payloads.repository(call.readable("metadata")))


def get(call: Call) -> Answer:
    pull = call.pull(call.readable("pull_requests"))
    if "application/vnd.github.diff" in call.accept or "application/vnd.github.v3.diff" in call.accept:
        return _diff(pull, call.hard)
    return Answer(200, call.payloads.pull(pull))


def files(call: Call) -> Answer:
    pull = call.pull(call.readable("pull_requests"))
    found = diff_of(pull)[: call.hard.files]
    return call.page(found, lambda file: call.payloads.file(pull.repository, file, pull.head_sha, with_patch=True))


def commits(call: Call) -> Answer:
    pull = call.pull(call.readable("pull_requests"))
    # Documented: 250 at most.
    return call.page(commits_of(pull)[:250], lambda sha: call.payloads.commit(pull.repository, sha))


def _diff(pull: PullRequest, limits: HardLimits) -> Answer:
    found = diff_of(pull)
    for count, limit, text in (
        (len(found), limits.diff_files, _FILES),
        (total_lines(found), limits.diff_lines, _LINES),
    ):
        if count > limit:
            errors = [{"resource": "PullRequest", "field": "diff", "code": "too_large"}]
            raise Refused(406, text.format(limit=limit), errors)
    whole = b"".join(file.text for file in found)
    return Answer(200, whole, content_type="application/vnd.github.diff; charset=utf-8")
