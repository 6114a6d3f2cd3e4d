"""`fimbot install`: git's own hooks, for a repository without a hook manager."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.hook.conftest import FILLED, ORDINARY, STUB, Attempt, Project
from tests.hook.runners import HOOK_TYPES, outside


@pytest.fixture
def bare(unhooked: Project) -> Project:
    """A repository in a directory with blanks in its name, and without hooks."""
    root = unhooked.root.parent / "my repository's  copy"
    unhooked.root.rename(root)
    project = Project(unhooked.runner, unhooked.runners, root, unhooked.environ, unhooked.server)
    project.commit({"a.py": ORDINARY})
    return project


def fimbot(project: Project, *arguments: str, at: Path | None = None) -> Attempt:
    return project.run("fimbot", *arguments, at=at)


def hook(project: Project, name: str = "pre-commit") -> Path:
    return project.root / ".git" / "hooks" / name


def test_uninstall_where_nothing_is_installed(bare: Project) -> None:
    with bare.untouched():
        attempt = fimbot(bare, "uninstall")
    assert (attempt.status, "no hook of fimbot's" in attempt.text) == (0, True)


def test_it_runs_at_the_commit_and_is_gone_after_uninstall(bare: Project) -> None:
    attempt = fimbot(bare, "install")
    assert (attempt.status, ".git/hooks/pre-commit" in attempt.text) == (0, True)
    bare.stage("a.py", ORDINARY + STUB)
    attempt = bare.blocked("commit", "-m", "a change", shows={"a.py:4 add"})
    for command in attempt.commands:
        assert bare.run("sh", "-c", command).status == 0, command
        assert (bare.root / "a.py").read_text() == ORDINARY + FILLED
        bare.git("restore", "a.py")
    assert fimbot(bare, "uninstall").status == 0
    assert not hook(bare).exists()
    bare.passes("commit", "-m", "a change")


def test_from_a_subdirectory_and_a_linked_worktree(bare: Project, tmp_path: Path) -> None:
    """Git has one directory of hooks for all of them."""
    (bare.root / "deep").mkdir()
    bare.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert fimbot(bare, "install", at=bare.root / "deep").status == 0
    assert "already" in fimbot(bare, "install", at=tmp_path / "linked").text
    assert fimbot(bare, "uninstall", at=tmp_path / "linked").status == 0
    assert not hook(bare).exists()


def test_every_type_of_hook(bare: Project) -> None:
    options = [word for name in HOOK_TYPES for word in ("--hook-type", name)]
    assert fimbot(bare, "install", *options).status == 0
    assert all(hook(bare, name).stat().st_mode & 0o111 for name in HOOK_TYPES)
    assert fimbot(bare, "uninstall", "--hook-type", "pre-push").status == 0
    assert [name for name in HOOK_TYPES if hook(bare, name).exists()] == ["pre-commit", "pre-merge-commit"]
    assert fimbot(bare, "uninstall").status == 0
    assert not any(hook(bare, name).exists() for name in HOOK_TYPES)


def test_twice_is_once(bare: Project) -> None:
    assert fimbot(bare, "install").status == 0
    with bare.untouched():
        attempt = fimbot(bare, "install")
    assert (attempt.status, "already" in attempt.text) == (0, True)


def test_one_of_its_own_that_is_out_of_date_is_replaced(bare: Project) -> None:
    assert fimbot(bare, "install").status == 0
    now = hook(bare).read_text()
    hook(bare).write_text(now.replace("bin/fimbot", "bin/earlier"))
    assert fimbot(bare, "install").status == 0
    assert hook(bare).read_text() == now


@pytest.mark.parametrize("link", [False, True], ids=["file", "link"])
def test_a_foreign_hook_is_left_alone(bare: Project, link: bool) -> None:
    theirs = bare.root / "theirs.sh" if link else hook(bare)
    theirs.write_text("#!/bin/sh\nexit 0\n")
    if link:
        hook(bare).symlink_to("../../theirs.sh")
    with bare.untouched():
        attempt = fimbot(bare, "install")
        removal = fimbot(bare, "uninstall")
    assert (attempt.status, "fimbot hook" in attempt.text, str(hook(bare)) in attempt.text) == (2, True, True)
    assert (removal.status, "no hook of fimbot's" in removal.text) == (0, True)


def test_hooks_that_lie_elsewhere_are_left_alone(bare: Project) -> None:
    """husky, or a directory that is shared by all repositories of a company."""
    bare.git("config", "core.hooksPath", ".husky/_")
    with bare.untouched():
        attempt = fimbot(bare, "install")
    assert (attempt.status, "core.hooksPath" in attempt.text, ".husky/_" in attempt.text) == (2, True, True)


def test_outside_of_a_repository(bare: Project, tmp_path: Path) -> None:
    attempt = fimbot(bare, "install", at=tmp_path)
    assert (attempt.status, "not a Git repository" in attempt.text) == (3, True)


@pytest.mark.parametrize("gone", ["program", "interpreter"])
def test_what_it_was_installed_with_is_gone(bare: Project, tmp_path: Path, gone: str) -> None:
    """A removed environment, or an upgraded Python: the commit is made, and a line says so."""
    environment = tmp_path / "an environment"
    _environment(environment, bare.runners.fimbot / "fimbot")
    command = str(environment / "bin" / "fimbot")
    assert bare.run(command, "install").status == 0
    assert "an environment" in hook(bare).read_text()
    (environment / "bin" / {"program": "fimbot", "interpreter": "python"}[gone]).unlink()
    bare.stage("a.py", ORDINARY + STUB)
    without = bare.runners.path("nothing that brings fimbot")
    attempt = bare.attempt("commit", "-qm", "a change", PATH=without)
    assert attempt.status == 0, attempt.text
    assert attempt.text.startswith("fimbot: it is gone"), attempt.text
    # Another one, on PATH, takes its place.
    bare.stage("b.py", ORDINARY + STUB)
    bare.blocked("commit", "-m", "a change", shows={"b.py:4 add"})


def _environment(place: Path, program: Path) -> None:
    """Another environment around the installed fimbot, whose console script begins with its interpreter."""
    (place / "bin").mkdir(parents=True)
    first, _, rest = program.read_text().partition("\n")
    python = Path(first.removeprefix("#!"))
    assert python.exists() and shutil.which("git", path=outside()["PATH"])
    (place / "bin" / "python").symlink_to(python.resolve())
    (place / "pyvenv.cfg").write_text((python.parent.parent / "pyvenv.cfg").read_text())
    (place / "lib").symlink_to(python.parent.parent / "lib")
    quoted = str(place / "bin" / "python")
    # As pip writes it where the path has a blank.
    (place / "bin" / "fimbot").write_text(f"#!/bin/sh\n'''exec' \"{quoted}\" \"$0\" \"$@\"\n' '''\n{rest}")
    (place / "bin" / "fimbot").chmod(0o755)
