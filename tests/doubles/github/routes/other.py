"""Check runs, and what belongs to no repository."""

from __future__ import annotations

from typing import Any

from tests.doubles.github.answers import Answer, Refused, not_found
from tests.doubles.github.routes.call import Call
from tests.doubles.github.state import CheckRun


def user(call: Call) -> Answer:
    """An installation is nobody: the token of a workflow cannot ask who it is."""
    if call.grant is None:
        raise Refused(401, "Requires authentication")
    if call.grant.installation:
        raise Refused(403, "Resource not accessible by integration")
    return Answer(200, call.payloads.authenticated_user(call.grant.user))


def rate_limit(call: Call) -> Answer:
    told = call.rates.headers(call.grant)
    names = ("limit", "remaining", "used", "reset")
    core = {name: int(told[f"X-RateLimit-{name.capitalize()}"]) for name in names}
    return Answer(200, {"resources": {"core": core, "search": core, "graphql": core}, "rate": core})


def create_check_run(call: Call) -> Answer:
    repository = call.writable("checks")
    if not call.writer.installation:
        raise Refused(403, "You must authenticate via a GitHub App.")
    if repository.store.commit_of(call.body["head_sha"]) is None:
        raise Refused(422, f"No commit found for SHA: {call.body['head_sha']}")
    run = CheckRun(call.world.next_id(), dict(call.body), [], call.world.clock.now())
    _keep_annotations(run, call.body)
    repository.check_runs[run.id] = run
    return Answer(201, call.contents.check_run(repository, run, call.writer))


def update_check_run(call: Call) -> Answer:
    """Annotations are added to those that are there, 50 a request."""
    repository = call.writable("checks")
    run = repository.check_runs.get(call.number("check_run_id"))
    if run is None:
        raise not_found()
    run.given |= call.body
    _keep_annotations(run, call.body)
    return Answer(200, call.contents.check_run(repository, run, call.writer))


def _keep_annotations(run: CheckRun, given: Any) -> None:
    run.annotations += given.get("output", {}).get("annotations", [])
