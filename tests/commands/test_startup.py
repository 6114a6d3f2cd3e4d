"""What a command starts and imports before its work: each question to git once, and no package that it does not use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import Workshop

in_gits_place = pytest.mark.skipif(os.name == "nt", reason="a script in git's place")

# It notes what it is asked, a line a question, and is git.
COUNTING = """#!/bin/sh
for word; do printf '%s\\037' "$word"; done >> '{log}'
echo >> '{log}'
exec '{git}' "$@"
"""


def questions(workshop: Workshop, tmp_path: Path, *arguments: str) -> list[str]:
    directory, log = tmp_path / "counting", tmp_path / "log"
    directory.mkdir()
    script = directory / "git"
    script.write_text(COUNTING.format(log=log, git=shutil.which("git")))
    script.chmod(0o755)
    path = f"{directory}{os.pathsep}{workshop.environ['PATH']}"
    assert workshop.fimbot(*arguments, PATH=path).status == 0
    return log.read_text().splitlines()


@in_gits_place
@pytest.mark.parametrize("revision", [[], ["HEAD~1"], ["HEAD~1..HEAD"], ["HEAD~1...HEAD"], ["HEAD^!"], ["--staged"]])
@pytest.mark.parametrize("command", ["scan", "suggest"])
def test_git_is_asked_nothing_twice(stubbed: Workshop, tmp_path: Path, command: str, revision: list[str]) -> None:
    asked = questions(stubbed, tmp_path, command, "-v", *revision)
    assert len(asked) == len(set(asked))


@in_gits_place
def test_a_suggestion_takes_six_processes_of_git(stubbed: Workshop, tmp_path: Path) -> None:
    assert len(questions(stubbed, tmp_path, "suggest", "HEAD~1")) <= 6


def imported(workshop: Workshop, *arguments: str) -> set[str]:
    """The packages that are there in the end."""
    program = workshop.write(
        "../program.py",
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r}); from fimbot.__main__ import main\n"
        f"sys.argv = {['fimbot', *arguments]!r}\nmain()\nprint('modules', *sys.modules)\n",
    )
    done = subprocess.run(
        [sys.executable, program], cwd=workshop.root, env=workshop.environ, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_a_scan_imports_nothing_of_an_engine(stubbed: Workshop) -> None:
    modules = imported(stubbed, "scan", "HEAD~1")
    assert modules.isdisjoint({"git", "httpx", "sqlite3", "filelock", "unidiff", "fimbot.engines", "fimbot.quota"})


def test_nor_does_a_suggest_that_finds_nothing(stubbed: Workshop) -> None:
    modules = imported(stubbed, "suggest", "HEAD..HEAD")
    assert modules.isdisjoint({"git", "httpx", "sqlite3", "filelock", "unidiff", "fimbot.engines.open", "fimbot.quota"})


def test_a_suggest_imports_its_own_engine_alone(stubbed: Workshop) -> None:
    modules = imported(stubbed, "suggest", "HEAD~1")
    assert "fimbot.engines.langdock" in modules
    others = {
        "fimbot.engines.anthropic",
        "fimbot.engines.chat",
        "fimbot.engines.local",
        "fimbot.engines.ollama",
        "redis",
    }
    assert modules.isdisjoint({"git", "unidiff", *others})
