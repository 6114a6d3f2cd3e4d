"""The demo's repository: made the same on every machine, with tests that tell right fills from wrong ones."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fimbot.apps.demo.check import TASKS, DemoResult, run_demo_tests
from fimbot.apps.demo.make import make_demo_repository
from fimbot.errors import GitError, UsageError

# What a developer would write for each stub; the stub's lines are replaced by it.
RIGHT = {
    "late_fee": (
        "    # TODO: the desk reckons this by hand\n",
        "    return max(0, (returned - loan.end).days) * loan.cents_per_day // 2\n",
    ),
    "Invoice.total": (
        '`cents_per_day`."""\n        raise NotImplementedError("TODO")\n',
        '`cents_per_day`."""\n        return sum(loan.days * loan.cents_per_day for loan in self.loans)\n',
    ),
    "merge_spans": (
        'become one."""\n    raise NotImplementedError("TODO")\n',
        'become one."""\n'
        "    merged: list[tuple[int, int]] = []\n"
        "    for start, end in sorted(spans):\n"
        "        if merged and start <= merged[-1][1]:\n"
        "            merged[-1] = (merged[-1][0], max(merged[-1][1], end))\n"
        "        else:\n"
        "            merged.append((start, end))\n"
        "    return merged\n",
    ),
    "groupBy": (
        'groupBy(items, keyOf) {\n  throw new Error("Not implemented");\n',
        "groupBy(items, keyOf) {\n"
        "  const groups = new Map();\n"
        "  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);\n"
        "  return groups;\n",
    ),
    "escapeHtml": (
        "  // TODO: titles come from strangers\n",
        '  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")'
        '.replace(/"/g, "&quot;").replace(/\'/g, "&#39;");\n',
    ),
    "slugify": (
        'slugify(title) {\n  throw new Error("Not implemented");\n',
        'slugify(title) {\n  return title.toLowerCase().match(/[a-z0-9]+/g).join("-");\n',
    ),
    "trim": (
        "    # TODO: titles come with blanks around them\n    :\n",
        "    printf '%s' \"$1\" | sed 's/^ *//;s/ *$//'\n",
    ),
    "lower": (
        "    # TODO: titles are sorted without regard to case\n    :\n",
        '    printf "%s" "$1" | tr "[:upper:]" "[:lower:]"\n',
    ),
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return make_demo_repository(tmp_path / "demo", os.environ)


def fill(repository: Path, name: str) -> None:
    path = repository / next(task.path for task in TASKS if task.name == name)
    before, after = RIGHT[name]
    source = path.read_text(encoding="utf-8")
    assert source.count(before) == 1
    path.write_text(source.replace(before, after), encoding="utf-8", newline="\n")


def run_here(repository: Path) -> list[DemoResult]:
    """Without what this machine has no runtime for."""
    return [result for result in run_demo_tests(repository) if result.passed is not None]


def git(repository: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True, encoding="utf-8").stdout


def test_no_test_passes_before_the_stubs_are_filled(repository: Path) -> None:
    results = run_here(repository)
    assert "late_fee" in [result.task.name for result in results]
    assert [result.task.name for result in results if result.passed] == []
    assert all(result.why.startswith("fails: ") for result in results)


def test_every_test_passes_with_the_stubs_filled_rightly(repository: Path) -> None:
    for name in RIGHT:
        fill(repository, name)
    assert [(result.task.name, result.why) for result in run_here(repository) if not result.passed] == []


@pytest.mark.parametrize(
    "names",
    [
        ("late_fee", "groupBy", "trim"),
        ("Invoice.total", "escapeHtml", "lower"),
        ("merge_spans", "slugify"),
    ],
    ids=" ".join,
)
def test_each_stub_has_a_test_of_its_own(repository: Path, names: tuple[str, ...]) -> None:
    for name in names:
        fill(repository, name)
    results = run_here(repository)
    runnable = [result.task.name for result in results if result.task.name in names]
    assert [result.task.name for result in results if result.passed] == runnable


def test_every_stub_has_a_task() -> None:
    assert sorted(task.name for task in TASKS) == sorted(RIGHT)


def test_what_is_wrong_is_told_in_one_line(repository: Path) -> None:
    told = {result.task.name: result.why for result in run_here(repository)}
    assert told["late_fee"] == "fails: AssertionError: None != 0"
    assert told["merge_spans"] == "fails: NotImplementedError: TODO"
    assert told.get("groupBy", "fails: Error: Not implemented") == "fails: Error: Not implemented"
    assert told.get("trim", "fails: trim: expected 'a b', got ''") == "fails: trim: expected 'a b', got ''"


def test_a_fill_that_loops_for_ever_fails(repository: Path) -> None:
    path = repository / "desk/prices.py"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(RIGHT["late_fee"][0], "    while True: pass\n"), encoding="utf-8")
    results = run_demo_tests(repository, which=lambda name: None, seconds=3.0)
    assert results[0].why == "fails: not done after 3 seconds"


def test_a_language_whose_runtime_is_missing_is_reported_as_not_run(repository: Path) -> None:
    results = run_demo_tests(repository, which=lambda name: None)
    assert {result.why for result in results if result.passed is None} == {
        "not run: node not found",
        "not run: sh not found",
    }
    assert [result.task.path for result in results if result.passed is not None] == ["desk/prices.py"] * 3


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs sh to stand in for an old node")
def test_a_runtime_that_is_too_old_is_reported_as_not_run(repository: Path, tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v16.20.0\n")
    node.chmod(0o755)
    results = run_demo_tests(repository, which=lambda name: str(node) if name == "node" else None)
    assert {result.why for result in results if result.task.path.endswith(".mjs")} == {
        "not run: node 16 is too old, 20 is needed"
    }


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a file to stand in for sh.exe")
def test_the_shell_that_comes_with_git_for_windows_is_found(repository: Path, tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell is not None
    (tmp_path / "Git/bin").mkdir(parents=True)
    (tmp_path / "Git/bin/sh.exe").symlink_to(shell)
    git_exe = tmp_path / "Git/cmd/git.exe"
    results = run_demo_tests(repository, which=lambda name: str(git_exe) if name == "git" else None)
    assert [result.passed for result in results if result.task.path.endswith(".sh")] == [False, False]


def test_the_second_commit_adds_the_stubs(repository: Path) -> None:
    changed = git(repository, "diff", "--name-only", "HEAD~1..HEAD").split()
    assert {task.path for task in TASKS} <= set(changed)
    assert git(repository, "status", "--porcelain") == ""


def test_the_commits_are_the_same_on_every_machine(tmp_path: Path) -> None:
    made = [make_demo_repository(tmp_path / name, os.environ) for name in ("a", "b")]
    assert len({git(repository, "rev-parse", "HEAD") for repository in made}) == 1


def test_the_users_git_configuration_and_environment_do_not_matter(tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    hook = hooks / "pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    config = tmp_path / "config"
    config.write_text(
        f"[core]\n hooksPath = {hooks.as_posix()}\n autocrlf = true\n[commit]\n gpgSign = true\n"
        f"[init]\n templateDir = {hooks.as_posix()}\n defaultBranch = other\n"
    )
    hostile = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": str(config),
        "GIT_DIR": str(tmp_path / "elsewhere"),
        "GIT_INDEX_FILE": str(tmp_path / "index"),
        "HOME": str(tmp_path),
    }
    repository = make_demo_repository(tmp_path / "demo", hostile)
    assert git(repository, "branch", "--show-current") == "main\n"
    assert not (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "index").exists()
    assert b"\r" not in (repository / "desk/prices.py").read_bytes()


def test_an_empty_directory_will_do(tmp_path: Path) -> None:
    assert make_demo_repository(tmp_path, os.environ) == tmp_path
    assert (tmp_path / ".git").is_dir()


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(UsageError, match="is not an empty directory"):
        make_demo_repository(tmp_path, os.environ)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_machine_without_git_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="git is not there"):
        make_demo_repository(tmp_path / "demo", {"PATH": str(tmp_path)})
