"""A job on a pull request of the stand-in GitHub, as the runner sets it up: event, checkout, variables, caches."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.action.runner import Done, Job, Result, Uses, run_action
from tests.doubles.github import GitHubServer
from tests.doubles.github.state import PullRequest
from tests.doubles.langdock import LangdockServer

ROOT = Path(__file__).parents[2]
BASE = {"a.py": "import re\n\n\ndef old():\n    return 1\n"}
STUBBED = BASE["a.py"] + '\n\ndef add(a: int, b: int) -> int:\n    """The sum."""\n    raise NotImplementedError\n'
FILLED = STUBBED.replace("    raise NotImplementedError\n", "    return a + b\n")

# What setup-uv knows; a wrong name would be passed over with a warning that nobody reads.
SETUP_UV = {"version", "working-directory", "enable-cache", "add-problem-matchers"}


def setup_uv(given: Mapping[str, str], job: Job) -> Mapping[str, str]:
    """uv from the package of the same name in place of a download."""
    from uv import find_uv_bin

    assert set(given) <= SETUP_UV
    assert Path(given["working-directory"], "requirements.lock").is_file(), "uv is to obey no file of the workspace"
    job.path.append(str(Path(find_uv_bin()).parent))
    return {}


@dataclass
class Caches:
    """What actions/cache keeps from run to run."""

    directory: Path
    keys: list[str] = field(default_factory=list)

    def restore(self, given: Mapping[str, str], job: Job) -> Mapping[str, str]:
        wanted = [given["key"], *given["restore-keys"].split()]
        found = next((key for want in wanted for key in reversed(self.keys) if key.startswith(want)), None)
        for number, path in enumerate(self._paths(given, job)):
            if found and (self.directory / found / str(number)).exists():
                shutil.copytree(self.directory / found / str(number), path, dirs_exist_ok=True)
        return {"cache-hit": "true" if found == given["key"] else "false"}

    def save(self, given: Mapping[str, str], job: Job) -> Mapping[str, str]:
        kept = [(number, path) for number, path in enumerate(self._paths(given, job)) if path.exists()]
        if kept and given["key"] not in self.keys:
            self.keys.append(given["key"])
            for number, path in kept:
                shutil.copytree(path, self.directory / given["key"] / str(number))
        return {}

    @staticmethod
    def _paths(given: Mapping[str, str], job: Job) -> list[Path]:
        return [Path(path.replace("~", job.environ["HOME"])) for path in given["path"].split()]


@dataclass
class Workplace:
    """One repository and one engine; each `run` is a job on a fresh machine."""

    root: Path
    github: GitHubServer
    engine: LangdockServer
    installed: Done | None = None
    runs: int = 0
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.caches = Caches(self.root / "caches")

    def run(
        self,
        event_name: str,
        event: Mapping[str, Any],
        inputs: Mapping[str, str],
        *,
        checkout: PullRequest | None = None,
        files: Mapping[str, str] | None = None,
    ) -> tuple[Result, Job]:
        """`checkout`: the merge commit that actions/checkout takes. `files`: lie in the workspace beside it."""
        self.runs += 1
        here = self.root / f"run-{self.runs}"
        job = self._job(here, event_name, event)
        if checkout is not None:
            check_out(checkout, job.workspace)
        for name, text in (files or {}).items():
            (job.workspace / name).parent.mkdir(parents=True, exist_ok=True)
            (job.workspace / name).write_text(text, encoding="utf-8")
        uses: dict[str, Uses] = {
            "astral-sh/setup-uv": setup_uv,
            "actions/cache/restore": self.caches.restore,
            "actions/cache/save": self.caches.save,
        }
        done = {"environment": self.installed} if self.installed else {}
        return run_action(ROOT, inputs, job, uses, done), job

    def _job(self, here: Path, event_name: str, event: Mapping[str, Any]) -> Job:
        workspace, temp, home = here / "workspace", here / "temp", here / "home"
        for directory in (workspace, temp, home):
            directory.mkdir(parents=True)
        (temp / "event.json").write_text(json.dumps(event), encoding="utf-8")
        github = {
            "event": event,
            "event_name": event_name,
            "token": "",
            "repository": event["repository"]["full_name"],
            "run_id": str(self.runs),
            "run_attempt": "1",
        }
        environ = {
            "HOME": str(home),
            # The interpreter that runs the tests is one that the action may take.
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "GIT_CONFIG_NOSYSTEM": "1",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_GRAPHQL_URL": self.github.graphql_url,
            "GITHUB_SERVER_URL": self.github.url,
            "GITHUB_REPOSITORY": event["repository"]["full_name"],
            "GITHUB_EVENT_NAME": event_name,
            "GITHUB_EVENT_PATH": str(temp / "event.json"),
            "GITHUB_RUN_ID": str(self.runs),
            "GITHUB_WORKSPACE": str(workspace),
            "UV_PYTHON_DOWNLOADS": "never",
        }
        passed = {name: value for name, value in os.environ.items() if name.startswith(("UV_", "SSL_", "HTTPS_"))}
        uv_cache = passed.get("UV_CACHE_DIR") or str(Path.home() / ".cache" / "uv")
        environ = passed | {"UV_CACHE_DIR": uv_cache} | environ | self.environ
        return Job(workspace, temp, environ, github)

    def event_of(self, pull: PullRequest, **more: Any) -> dict[str, Any]:
        """A `pull_request` event with what GitHub itself says of the pull request."""
        token = self.github.add_token("github", installation=False, permissions={"pull_requests": "read"})
        url = f"{self.github.api_url}/repos/{pull.repository.name}/pulls/{pull.number}"
        request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}", "User-Agent": "t"})  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            payload = json.load(answer)
        self.github.requests.clear()
        repository = {"full_name": pull.repository.name, "name": pull.repository.name.split("/")[1]}
        return {"action": "opened", "number": pull.number, "pull_request": payload, "repository": repository, **more}


def check_out(pull: PullRequest, workspace: Path) -> None:
    """As actions/checkout: depth 1, the merge commit, no credentials left behind."""
    ref = f"refs/remotes/pull/{pull.number}/merge"
    for arguments in (
        ["init", "-q", "."],
        ["remote", "add", "origin", pull.repository.git_url],
        ["fetch", "-q", "--no-tags", "--depth=1", "origin", f"+refs/pull/{pull.number}/merge:{ref}"],
        ["checkout", "-q", "--detach", ref],
    ):
        subprocess.run(["git", *arguments], cwd=workspace, check=True, capture_output=True)
