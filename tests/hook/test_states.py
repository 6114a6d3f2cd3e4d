"""Each state that a repository can be in at a commit: what is shown is what the commit holds, and nothing is touched.

Under pre-commit and prek, which put unstaged work aside before a hook runs, and under git itself, which does not: there
nothing but the index says what is committed.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.hook.conftest import FILLED, ORDINARY, STUB, Project, stub


@pytest.fixture(params=["pre-commit", "prek", "git"])
def runner(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_nothing_to_say(project: Project) -> None:
    """The working tree is full of stubs, and none of them is committed."""
    project.stage("a.py", ORDINARY + "x = 1\n")
    project.write("a.py", ORDINARY + "x = 1\n" + STUB)
    project.write("b.py", ORDINARY + STUB)
    project.write("new.py", STUB)
    project.passes("commit", "-m", "a change")
    assert project.committed("a.py") == ORDINARY + "x = 1\n"


def test_the_first_commit(new: Project) -> None:
    new.stage("a.py", STUB)
    new.blocked("commit", "-m", "the first", shows={"a.py:1 add"})
    new.stage("a.py", FILLED)
    new.passes("commit", "-m", "the first")


def test_a_commit(project: Project) -> None:
    """The lines are those of the index: the working tree has one more, and another stub."""
    project.stage("a.py", ORDINARY + STUB)
    project.write("a.py", f"import re\n{ORDINARY}{STUB}\n{stub('unstaged')}")
    project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})


def test_after_applying_and_staging_the_same_commit_passes(project: Project) -> None:
    project.stage("a.py", ORDINARY + STUB)
    project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})
    assert project.fimbot("apply", "--all").status == 0
    project.git("add", "a.py")
    project.passes("commit", "-m", "a change")
    assert project.committed("a.py") == ORDINARY + FILLED


def test_commit_all(project: Project) -> None:
    """`git commit -a` has an index of its own until it is done."""
    project.write("a.py", ORDINARY + STUB)
    project.blocked("commit", "-a", "-m", "a change", shows={"a.py:4 add"})
    project.write("a.py", ORDINARY + FILLED)
    project.passes("commit", "-a", "-m", "a change")


def test_commit_of_named_files(project: Project) -> None:
    """`git commit FILE` leaves what else is staged for later."""
    project.stage("b.py", ORDINARY + stub("later"))
    project.write("a.py", ORDINARY + STUB)
    project.blocked("commit", "-m", "a change", "a.py", shows={"a.py:4 add"})
    project.write("a.py", ORDINARY + FILLED)
    project.passes("commit", "-m", "a change", "a.py")
    project.blocked("commit", "-m", "the rest", shows={"b.py:4 later"})


def test_amending(project: Project) -> None:
    project.commit({"a.py": ORDINARY + stub("before")})
    project.stage("b.py", ORDINARY + STUB)
    project.blocked("commit", "--amend", "-m", "both", shows={"b.py:4 add"})
    project.stage("b.py", ORDINARY + FILLED)
    project.passes("commit", "--amend", "-m", "both")
    project.passes("commit", "--amend", "-m", "the message only")


def test_a_clean_merge(project: Project) -> None:
    """What either side brought was committed there; a merge without conflicts adds nothing of its own."""
    project.git("switch", "-qc", "topic")
    project.commit({"a.py": STUB + ORDINARY, "theirs.py": STUB})
    project.git("switch", "-q", "main")
    project.commit({"b.py": STUB + ORDINARY})
    attempt = project.attempt("merge", "--no-edit", "topic")
    assert (attempt.status, attempt.silent) == (0, True), attempt.text
    assert len(project.git("rev-list", "--parents", "-1", "HEAD").split()) == 3


def test_a_merge_that_stopped(project: Project) -> None:
    project.git("switch", "-qc", "topic")
    project.commit({"a.py": "x = 1\n" + ORDINARY, "theirs.py": STUB})
    project.git("switch", "-q", "main")
    project.commit({"a.py": "x = 2\n" + ORDINARY, "ours.py": STUB})
    assert project.attempt("merge", "topic").status == 1
    project.stage("a.py", "x = 3\n" + ORDINARY + stub("resolved"))
    project.blocked("commit", "--no-edit", shows={"a.py:5 resolved"})
    project.stage("a.py", "x = 3\n" + ORDINARY)
    project.passes("commit", "--no-edit")


def test_a_linked_worktree(project: Project, tmp_path: Path) -> None:
    project.git("worktree", "add", "-q", str(tmp_path / "linked"))
    linked = project.with_hooks(tmp_path / "linked")
    project.write("a.py", STUB)
    linked.stage("a.py", ORDINARY + STUB)
    attempt = linked.blocked("commit", "-m", "a change", shows={"a.py:4 add"})
    apply_with_git(linked, attempt.commands)
    linked.git("add", "a.py")
    linked.passes("commit", "-m", "a change")
    assert linked.committed("a.py") == ORDINARY + FILLED


def test_a_sha_256_repository(unhooked: Project, tmp_path: Path) -> None:
    root = tmp_path / "sha256"
    unhooked.git("init", "-q", "--object-format=sha256", str(root))
    project = unhooked.with_hooks(root)
    project.commit({"a.py": ORDINARY})
    project.stage("a.py", ORDINARY + STUB)
    project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})


def test_a_submodule(project: Project, tmp_path: Path) -> None:
    """In it, whose Git directory is elsewhere; and around it, where it is an entry that is no file."""
    subprocess.run(["git", "clone", "-q", "--bare", str(project.root), str(tmp_path / "origin")], check=True)
    project.git("submodule", "--quiet", "add", (tmp_path / "origin").as_uri(), "lib.py")
    project.commit()
    inner = project.with_hooks(project.root / "lib.py")
    inner.stage("a.py", ORDINARY + STUB)
    inner.blocked("commit", "-m", "inside", shows={"a.py:4 add"})
    inner.commit()
    project.git("add", "lib.py")
    project.passes("commit", "-m", "it moved")


def test_a_partially_staged_file(project: Project) -> None:
    """The patch is made from the index, and applies although there is unstaged work elsewhere in the file."""
    lines = "".join(f"line_{n} = {n}\n" for n in range(20))
    project.commit({"a.py": lines})
    project.stage("a.py", lines + STUB)
    project.write("a.py", "unstaged = 1\n" + lines + STUB)
    attempt = project.blocked("commit", "-m", "a change", shows={"a.py:21 add"})
    apply_with_git(project, attempt.commands)
    assert (project.root / "a.py").read_text() == "unstaged = 1\n" + lines + FILLED
    project.stage("a.py", lines + FILLED)
    project.write("a.py", "unstaged = 1\n" + lines + FILLED)
    project.passes("commit", "-m", "a change")
    assert project.committed("a.py") == lines + FILLED


def test_a_stub_that_is_filled_in_the_working_tree_only(project: Project) -> None:
    project.stage("a.py", ORDINARY + STUB)
    project.write("a.py", ORDINARY + FILLED)
    project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})


def test_a_renamed_file(project: Project) -> None:
    project.commit({"a.py": ORDINARY + stub("before") + ORDINARY})
    project.git("mv", "a.py", "c.py")
    project.passes("commit", "-m", "a rename")
    project.git("mv", "c.py", "d.py")
    project.stage("d.py", ORDINARY + stub("before") + ORDINARY + STUB)
    project.blocked("commit", "-m", "a rename and a stub", shows={"d.py:11 add"})


TSX = "export function add(a: number, b: number): number {\n  // TODO: implement\n  throw new Error('TODO')\n}\n"


def test_odd_names(project: Project) -> None:
    names = ["app/[id]/page.tsx", "a b/c  d.py", "quo'te\".py", "ünïcödé/日本.py", "-dash.py", "$HOME.py", "*.py"]
    for name in names:
        project.stage(name, TSX if name.endswith("x") else STUB)
    shows = {f"{name}:1 add" for name in names}
    attempt = project.blocked("commit", "-m", "a change", shows=shows)
    apply_with_git(project, attempt.commands)
    assert {(project.root / name).read_text() for name in names[1:]} == {FILLED}
    project.git("add", "--all")
    project.passes("commit", "-m", "a change")


def test_crlf(project: Project) -> None:
    project.stage("a.py", (ORDINARY + STUB).replace("\n", "\r\n"))
    attempt = project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})
    apply_with_git(project, attempt.commands)
    assert (project.root / "a.py").read_bytes() == (ORDINARY + FILLED).replace("\n", "\r\n").encode()


def test_a_staged_file_that_is_gone_from_the_working_tree(project: Project) -> None:
    project.stage("new.py", STUB)
    (project.root / "new.py").unlink()
    project.blocked("commit", "-m", "a change", shows={"new.py:1 add"})


def test_a_file_that_was_only_announced(project: Project) -> None:
    project.stage("a.py", ORDINARY + "x = 1\n")
    project.write("new.py", STUB)
    project.git("add", "--intent-to-add", "new.py")
    attempt = project.attempt("commit", "-m", "a change")
    assert attempt.silent, attempt.text


def test_from_a_subdirectory(project: Project) -> None:
    """What is to be typed works where the user stands, not only where the hook ran."""
    project.stage("deep/down/a.py", STUB)
    below = project.root / "deep" / "down"
    attempt = project.blocked("commit", "-m", "a change", at=below, shows={"deep/down/a.py:1 add"})
    apply_with_git(project, attempt.commands, at=below)
    assert (below / "a.py").read_text() == FILLED
    project.git("add", "a.py", at=below)
    project.passes("commit", "-m", "a change", at=below)


def apply_with_git(project: Project, commands: list[str], at: Path | None = None) -> None:
    """Types the one of the commands that needs no fimbot."""
    (command,) = (each for each in commands if each.startswith("git "))
    attempt = project.run("sh", "-c", command, at=at)
    assert attempt.status == 0, (command, attempt.text)
