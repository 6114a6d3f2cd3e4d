"""What `.pre-commit-hooks.yaml` and the README promise to teams."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from fimbot.stubs.table import LANGUAGES
from tests.hook.conftest import ORDINARY, STUB, Project
from tests.hook.runners import ROOT

MANIFEST: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))


@pytest.fixture(params=["pre-commit", "prek"])
def runner(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_a_hook_that_asks_and_one_that_does_not() -> None:
    assert [hook["id"] for hook in MANIFEST] == ["fimbot", "fimbot-check"]


@pytest.mark.parametrize("hook", MANIFEST, ids=lambda hook: str(hook["id"]))
def test_it_is_started_for_the_files_of_known_languages_and_no_others(hook: dict[str, Any]) -> None:
    pattern = hook["files"]
    endings = re.fullmatch(r"\(\?i\)\\\.\(([a-z|]+)\)\$", pattern)
    assert endings, pattern
    known = {ending.removeprefix(".") for _, all_of_it, _ in LANGUAGES.values() for ending in all_of_it}
    assert sorted(endings[1].split("|")) == sorted(known)
    assert re.search(pattern, "a/B.PY") and not re.search(pattern, "a/py") and not re.search(pattern, "a.py.md")


@pytest.mark.parametrize("hook", MANIFEST, ids=lambda hook: str(hook["id"]))
def test_names_of_files_come_after_the_options(hook: dict[str, Any]) -> None:
    """Else a file called `--mode=x.py` could be staged."""
    assert hook["args"][-1] == "--"


def test_a_commit_of_documents_does_not_start_it(project: Project) -> None:
    project.stage("README.md", "def add(a, b):\n    raise NotImplementedError\n")
    attempt = project.passes("commit", "-m", "a change")
    assert re.search(r"fimbot\.+\(no files to check\) *Skipped", attempt.text), attempt.text


def test_the_stubs_alone_without_an_engine(project: Project) -> None:
    project.runners.place_config(project.runner, project.root, project.runners.config("fimbot-check"))
    project.stage("a.py", ORDINARY + STUB)
    attempt = project.blocked("commit", "-m", "a change", shows={"a.py:4 add"}, LANGDOCK_API_KEY="")
    assert "SKIP=fimbot-check git commit" in attempt.text
    assert project.server.requests == []


def test_the_lines_of_the_readme(project: Project) -> None:
    section = (ROOT / "README.md").read_text("utf-8").split("<!-- pre-commit config -->")[1].split("<!-- end -->")[0]
    config = section.split("```yaml\n")[1].split("```")[0]
    assert len(config.splitlines()) <= 5
    config = re.sub(r"(?m)(repo: ).*$", rf"\g<1>{project.runners.url}", config)
    config = re.sub(r"(?m)(rev: ).*$", rf"\g<1>{project.runners.revision}", config)
    project.runners.place_config(project.runner, project.root, config)
    project.passes("commit", "--allow-empty", "-m", "nothing")
    project.stage("a.py", ORDINARY + STUB)
    project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})
