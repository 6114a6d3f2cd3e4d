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


def list_pulls(call: Call) -> Answer:
    """Newest first. `head` is `user:branch`; without the user GitHub passes it over, and so everything is listed."""
    repository = call.readable("pull_requests")
    state, base = call.query.get("state", "open"), call.query.get("base")
    owner, colon, branch = call.query.get("head", "").partition(":")
    found = [
        pull
        for pull in reversed(repository.pulls.values())
        if state in ("all", pull.state)
        and base in (None, pull.base_ref)
        and (not colon or (_owner(pull).lower() == owner.lower() and pull.head_ref == branch))
    ]
    return call.page(found, call.payloads.listed_pull)


def pulls_of_commit(call: Call) -> Answer:
    """Asked of the repository that holds the branch: a fork's commit is not known to be part of the pull request
    when the base repository is asked. Not documented; others report an empty list there."""
    repository = call.readable("pull_requests")
    sha = repository.store.commit_of(call.arguments["ref"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.arguments['ref']}")
    pulls = [pull for pull in call.world.pulls if pull.head_repository is repository and sha in commits_of(pull)]
    return call.page(pulls, call.payloads.listed_pull)


def _owner(pull: PullRequest) -> str:
    return pull.author.login if pull.head_repository is None else pull.head_repository.owner


def files(call: Call) -> Answer:
    pull = call.pull(call.readable("pull_requests"))
    found = diff_of(pull)[: call.hard.files]
    return call.page(found, lambda file: call.contents.file(pull.repository, file, pull.head_sha, with_patch=True))


def commits(call: Call) -> Answer:
    pull = call.pull(call.readable("pull_requests"))
    # Documented: 250 at most.
    return call.page(commits_of(pull)[:250], lambda sha: call.contents.commit(pull.repository, sha))


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
