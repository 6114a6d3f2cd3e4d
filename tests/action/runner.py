"""Runs the steps of a composite action as GitHub's runner does: real bash, real files for what they hand on.

`uses:` steps are stood in for by functions: what they would fetch is not there. Everything else is as documented:
https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.action.expressions import evaluate, expand, to_text

HOST = "/home/runner/work-of-the-host"
SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-eo", "pipefail"]}


@dataclass
class Job:
    """A job on its way: what the steps before have left for those behind."""

    workspace: Path
    temp: Path
    environ: dict[str, str]
    github: dict[str, Any]
    path: list[str] = field(default_factory=list)
    summary: str = ""
    log: str = ""


@dataclass(frozen=True)
class Done:
    outcome: str
    outputs: Mapping[str, str]


@dataclass(frozen=True)
class Result:
    conclusion: str
    outputs: Mapping[str, str]
    steps: Mapping[str, Done]


Uses = Callable[[Mapping[str, str], Job], Mapping[str, str]]
"""(what `with` says, the job) -> outputs."""


def load(path: Path) -> Any:
    return YAML(typ="safe").load(path)


def run_action(
    directory: Path,
    inputs: Mapping[str, str],
    job: Job,
    uses: Mapping[str, Uses],
    done: Mapping[str, Done] | None = None,
) -> Result:
    """`done`: steps, by id, that need not be run again."""
    action = load(directory / "action.yml")
    assert action["runs"]["using"] == "composite"
    # As in a job with a container, where these name directories of the host: https://github.com/actions/runner/issues/2185
    github = job.github | {"action_path": f"{HOST}/_actions/acme/fimbot/v1", "workspace": f"{HOST}/shop/shop"}
    contexts: dict[str, Any] = {"github": github, "runner": {"os": "Linux", "temp": f"{HOST}/_temp"}}
    contexts["inputs"] = _inputs(action["inputs"], inputs, contexts)
    steps: dict[str, Done] = {}
    failed = False
    for number, step in enumerate(action["runs"]["steps"]):
        name = step.get("id", f"step-{number}")
        contexts["steps"] = {key: {"outputs": _Outputs(each.outputs)} for key, each in steps.items()}
        if done and name in done:
            steps[name] = done[name]
        elif not _wanted(step.get("if", "success()"), contexts, failed):
            steps[name] = Done("skipped", {})
        elif "uses" in step:
            given = {key: expand(to_text(value), contexts) for key, value in step.get("with", {}).items()}
            source, _, pin = step["uses"].partition("@")
            assert len(pin) == 40, f"{source} is not pinned"
            steps[name] = Done("success", uses[source](given, job))
        else:
            steps[name] = _run(step, contexts, job, directory)
        failed = failed or steps[name].outcome == "failure"
    contexts["steps"] = {key: {"outputs": _Outputs(each.outputs)} for key, each in steps.items()}
    outputs = {key: expand(each["value"], contexts) for key, each in action["outputs"].items()}
    return Result("failure" if failed else "success", outputs, steps)


class _Outputs(dict[str, str]):
    """A step's: one that was not set is empty."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return ""


def _inputs(declared: Mapping[str, Any], given: Mapping[str, str], contexts: Mapping[str, Any]) -> dict[str, str]:
    unknown = set(given) - set(declared)
    assert not unknown, f"no such inputs: {unknown}"
    return {
        name: given[name] if name in given else expand(to_text(about.get("default")), contexts)
        for name, about in declared.items()
    }


def _wanted(condition: str, contexts: Mapping[str, Any], failed: bool) -> bool:
    functions = {"always": lambda: True, "success": lambda: not failed, "failure": lambda: failed}
    # Without one of these functions in it, a condition holds only as long as nothing has failed.
    asks = any(f"{name}()" in condition for name in functions)
    return bool(evaluate(condition, contexts, functions)) and (asks or not failed)


def _run(step: Mapping[str, Any], contexts: Mapping[str, Any], job: Job, directory: Path) -> Done:
    files = {name: job.temp / f"_{name.lower()}" for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH")}
    files["GITHUB_STEP_SUMMARY"] = job.temp / "_summary"
    for file in files.values():
        file.write_bytes(b"")
    script = job.temp / "_script.sh"
    script.write_text(expand(step["run"], contexts), encoding="utf-8")
    own = {key: expand(to_text(value), contexts) for key, value in step.get("env", {}).items()}
    environ = job.environ | own | {name: str(file) for name, file in files.items()}
    environ |= {"GITHUB_ACTION_PATH": str(directory), "RUNNER_TEMP": str(job.temp), "RUNNER_OS": "Linux"}
    environ["PATH"] = ":".join([*reversed(job.path), environ["PATH"]])
    finished = subprocess.run(
        [*SHELLS[step["shell"]], str(script)],
        cwd=expand(step.get("working-directory", str(job.workspace)), contexts),
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
    )
    job.log += finished.stdout.decode("utf-8", "replace")
    job.environ |= _pairs(files["GITHUB_ENV"])
    job.path += files["GITHUB_PATH"].read_text(encoding="utf-8").splitlines()
    job.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
    outcome = "success" if finished.returncode == 0 else "failure"
    return Done(outcome, _pairs(files["GITHUB_OUTPUT"]))


def _pairs(file: Path) -> dict[str, str]:
    """`name=value` on a line, or `name<<mark`, lines, and the mark alone."""
    pairs: dict[str, str] = {}
    lines = iter(file.read_text(encoding="utf-8").split("\n"))
    for line in lines:
        name, heredoc, mark = line.partition("<<")
        if heredoc and "=" not in name:
            value = []
            while (each := next(lines)) != mark:
                value.append(each)
            pairs[name] = "\n".join(value)
        elif line:
            name, equals, text = line.partition("=")
            assert equals, f"no output: {line!r}"
            pairs[name] = text
    return pairs
