"""The action's own steps, run with real bash on events of the stand-in GitHub."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.action.runner import Done, Job
from tests.action.workplace import BASE, FILLED, STUBBED, Workplace
from tests.doubles.github import READ_ONLY, GitHubServer
from tests.doubles.github.state import PullRequest
from tests.doubles.langdock import KEY, LangdockServer
from tests.quota.servers import PROGRAM, redis_server

BOT = "github-actions[bot]"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """What the action installs, by its own step; on an event for which there is nothing to review."""
    pytest.importorskip("uv")
    root = tmp_path_factory.mktemp("installed")
    with GitHubServer(root / "github") as github, LangdockServer() as engine:
        github.create_repository("acme/shop")
        workplace = Workplace(root, github, engine)
        event = {"action": "checks_requested", "merge_group": {}, "repository": {"full_name": "acme/shop"}}
        result, job = workplace.run("merge_group", event, {"github-token": github.add_token(BOT)})
    assert result.conclusion == "success", job.log
    assert result.outputs["stubs"] in ("", "0")
    return result.steps["environment"]


@pytest.fixture
def workplace(tmp_path: Path, installed: Done, langdock_server: LangdockServer) -> Iterator[Workplace]:
    langdock_server.text = "    return a + b\n"
    with GitHubServer(tmp_path / "github") as github:
        repository = github.create_repository("acme/shop")
        repository.commit("main", BASE)
        yield Workplace(tmp_path, github, langdock_server, installed)


def opened(workplace: Workplace, branch: str = "work", title: str = "A change") -> PullRequest:
    repository = workplace.github.world.repository("acme/shop")
    assert repository is not None
    repository.branch(branch, at="main")
    repository.commit(branch, {"a.py": STUBBED})
    return workplace.github.open_pull("acme/shop", head=branch, title=title)


def inputs(workplace: Workplace, **more: str) -> dict[str, str]:
    token = workplace.github.add_token(BOT)
    given = {"github-token": token, "api-key": KEY, "base-url": workplace.engine.url}
    return given | {name.replace("_", "-"): value for name, value in more.items()}


def assert_discreet(job: Job, given: dict[str, str]) -> None:
    for secret in (given["github-token"], given.get("api-key")):
        assert not secret or secret not in job.log + job.summary


def test_a_pull_request_gets_one_review_and_the_outputs_say_so(workplace: Workplace) -> None:
    pull, given = opened(workplace), inputs(workplace)
    result, job = workplace.run("pull_request", workplace.event_of(pull), given, checkout=pull)
    assert result.conclusion == "success", job.log
    (review,) = pull.reviews
    (comment,) = pull.comments
    assert workplace.github.people.apply_suggestion(comment.id) == FILLED.encode()
    assert result.outputs["stubs"] == result.outputs["suggestions"] == "1"
    assert result.outputs["review-url"].endswith(f"/acme/shop/pull/{pull.number}#pullrequestreview-{review.id}")
    assert "| " in job.summary and "add" in job.summary
    assert_discreet(job, given)


def test_the_patch_that_it_names_applies_to_the_head(workplace: Workplace) -> None:
    pull = opened(workplace)
    result, job = workplace.run("pull_request", workplace.event_of(pull), inputs(workplace), checkout=pull)
    subprocess.run(["git", "apply", result.outputs["patch"]], cwd=job.workspace, check=True)
    assert (job.workspace / "a.py").read_text() == FILLED


def test_run_again_it_posts_nothing_and_asks_no_engine(workplace: Workplace) -> None:
    pull, given = opened(workplace), inputs(workplace)
    workplace.run("pull_request", workplace.event_of(pull), given, checkout=pull)
    asked = len(workplace.engine.requests)
    result, job = workplace.run("pull_request", workplace.event_of(pull), given, checkout=pull)
    assert result.conclusion == "success", job.log
    assert len(pull.reviews) == 1 and len(workplace.engine.requests) == asked == 1
    assert result.outputs["suggestions"] == "0" and result.outputs["review-url"] == ""


def test_what_was_paid_for_is_kept_though_github_refused_the_review(workplace: Workplace) -> None:
    pull, given = opened(workplace), inputs(workplace)
    read_only = given | {"github-token": workplace.github.add_token(BOT, permissions=READ_ONLY)}
    result, job = workplace.run("pull_request", workplace.event_of(pull), read_only, checkout=pull)
    assert result.conclusion == "success", job.log
    assert not pull.reviews and result.outputs["suggestions"] == "0"
    assert Path(result.outputs["patch"]).read_bytes().startswith(b"diff --git a/a.py b/a.py\n")
    assert "return a + b" in job.summary
    workplace.run("pull_request", workplace.event_of(pull), given, checkout=pull)
    assert len(pull.reviews) == 1 and len(workplace.engine.requests) == 1


@pytest.mark.skipif(PROGRAM is None, reason="no redis-server on PATH")
def test_its_requests_count_in_the_quota_of_the_team(workplace: Workplace) -> None:
    pull, given = opened(workplace), inputs(workplace)
    with redis_server() as store:
        workplace.environ["FIMBOT_QUOTA_STORE"] = store.url
        result, job = workplace.run("pull_request", workplace.event_of(pull), given, checkout=pull)
        assert result.conclusion == "success" and "quota" not in job.log, job.log
        with redis.Redis.from_url(store.url) as client:
            assert len(client.keys("fimbot:quota:*")) == 1
    assert_discreet(job, given)
    assert store.url not in job.log + job.summary


def test_without_a_key_the_stubs_are_listed_and_nothing_fails(workplace: Workplace) -> None:
    pull, given = opened(workplace), inputs(workplace, api_key="")
    result, job = workplace.run("pull_request", workplace.event_of(pull), given, checkout=pull)
    assert result.conclusion == "success", job.log
    assert result.outputs == {"stubs": "1", "suggestions": "0", "review-url": "", "patch": ""}
    assert "add" in job.summary and not pull.reviews and not workplace.engine.requests


def test_a_change_without_stubs_is_left_alone(workplace: Workplace) -> None:
    repository = workplace.github.world.repository("acme/shop")
    assert repository is not None
    repository.branch("work", at="main")
    repository.commit("work", {"a.py": FILLED})
    pull = workplace.github.open_pull("acme/shop", head="work")
    result, job = workplace.run("pull_request", workplace.event_of(pull), inputs(workplace), checkout=pull)
    assert result.conclusion == "success", job.log
    assert result.outputs == {"stubs": "0", "suggestions": "0", "review-url": "", "patch": ""}
    assert not workplace.github.writes and not workplace.caches.keys


def test_the_number_of_a_pull_request_may_be_given(workplace: Workplace) -> None:
    pull = opened(workplace)
    event = {"inputs": {}, "repository": {"full_name": "acme/shop"}}
    result, job = workplace.run("workflow_dispatch", event, inputs(workplace, pull_request=str(pull.number)))
    assert result.conclusion == "success", job.log
    assert len(pull.reviews) == 1


def test_the_second_of_two_workflows_reviews_a_fork_from_an_empty_directory(workplace: Workplace) -> None:
    github = workplace.github
    fork = github.fork("acme/shop", "mallory/shop")
    fork.branch("work", at="main")
    fork.commit("work", {"a.py": STUBBED, "fimbot.toml": 'model = "mallory"\n'})
    pull = github.open_pull("acme/shop", head="work", author="mallory", head_repository=fork, labels=["fimbot"])
    run = {
        "event": "pull_request",
        "head_branch": "work",
        "head_sha": pull.head_sha,
        "head_repository": {"full_name": "mallory/shop", "owner": {"login": "mallory"}},
        "pull_requests": [],
    }
    event = {"action": "completed", "workflow_run": run, "repository": {"full_name": "acme/shop"}}
    given = inputs(workplace, require_label="fimbot", max_suggestions="5")
    result, job = workplace.run("workflow_run", event, given)
    assert result.conclusion == "success", job.log
    assert len(pull.reviews) == 1
    assert workplace.engine.requests[0].body["model"] == "codestral-2501"


def test_what_went_wrong_is_one_line(workplace: Workplace) -> None:
    pull, given = opened(workplace), inputs(workplace, mode="loud")
    result, job = workplace.run("pull_request", workplace.event_of(pull), given, checkout=pull)
    assert result.conclusion == "failure"
    assert "FIMBOT_REVIEW_MODE" in job.log and "Traceback" not in job.log
    assert not workplace.github.writes and not workplace.engine.requests


SHADOWS = ["fimbot/__main__.py", "fimbot/__init__.py", "click.py", "json.py", "github.py", "sitecustomize.py"]


def test_nothing_in_the_workspace_is_run_or_obeyed(workplace: Workplace, tmp_path: Path) -> None:
    pull = opened(workplace)
    was_run = tmp_path / "was run"
    code = f"open({str(was_run)!r}, 'w').close()\nraise SystemExit(9)\n"
    files = dict.fromkeys(SHADOWS, code)
    files["uv.toml"] = files[".python-version"] = "nonsense ["
    files["fimbot.toml"] = 'model = "mallory"\n'
    result, job = workplace.run("pull_request", workplace.event_of(pull), inputs(workplace), checkout=pull, files=files)
    assert result.conclusion == "success", job.log
    assert not was_run.exists()
    assert workplace.engine.requests[0].body["model"] == "codestral-2501"


def test_a_hostile_workspace_does_not_change_what_is_installed(workplace: Workplace) -> None:
    """`uv` reads settings from where it stands."""
    workplace.installed = None
    evil = '[tool.uv]\nindex-url = "http://127.0.0.1:9/"\nno-index = true\n'
    event = {"action": "checks_requested", "merge_group": {}, "repository": {"full_name": "acme/shop"}}
    files = {"pyproject.toml": evil, "uv.toml": "no-index = true\n", "requirements.lock": "evil==1\n"}
    result, job = workplace.run("merge_group", event, inputs(workplace), files=files)
    assert result.conclusion == "success", job.log


INJECTIONS = [
    '"; touch "{}"; "',
    "$(touch '{}')",
    "`touch '{}'`",
    "'; touch '{}'; '",
    "x\ntouch '{}'\n",
    "--output={}",
    "${{{{ github.token }}}} && touch '{}'",
]
INPUTS = ["engine", "model", "api-key", "base-url", "max-suggestions", "mode", "kinds", "require-label", "pull-request"]


@pytest.mark.parametrize("injection", INJECTIONS)
def test_an_input_is_a_value_whatever_is_in_it(workplace: Workplace, tmp_path: Path, injection: str) -> None:
    pull = opened(workplace)
    written = tmp_path / "written"
    given = inputs(workplace) | dict.fromkeys(INPUTS, injection.format(written))
    _, job = workplace.run("pull_request", workplace.event_of(pull), given, checkout=pull)
    assert not written.exists()
    assert "Traceback" not in job.log and given["github-token"] not in job.log + job.summary
    assert not workplace.github.writes and not workplace.engine.requests


def test_names_of_branches_and_titles_are_text(workplace: Workplace, tmp_path: Path) -> None:
    written = tmp_path / "written"
    branch = "a$(touch${IFS}written)`touch${IFS}written`;touch${IFS}written;#"
    pull = opened(workplace, branch, f'"; touch {written} ::error::x\n::set-output name=stubs::9')
    result, job = workplace.run("pull_request", workplace.event_of(pull), inputs(workplace), checkout=pull)
    assert result.conclusion == "success", job.log
    assert not written.exists() and not list(job.workspace.rglob("written"))
    assert result.outputs["stubs"] == "1" and "::set-output" not in job.log
