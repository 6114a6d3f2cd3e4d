"""The stages beside a commit: started by hand, over a range, and before a push."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hook.conftest import FILLED, ORDINARY, STUB, Project, stub


@pytest.fixture(params=["pre-commit", "prek"])
def runner(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def manager(project: Project) -> list[str]:
    return [*project.runners.command(project.runner), "run"]


class TestByHand:
    def test_without_files_it_is_the_staged_change(self, project: Project, manager: list[str]) -> None:
        project.stage("a.py", ORDINARY + STUB)
        project.write("new.py", STUB)
        with project.untouched():
            index = (project.root / ".git" / "index").read_bytes()
            attempt = project.run(*manager)
            assert (project.root / ".git" / "index").read_bytes() == index
        assert (attempt.status, attempt.shown) == (1, {"a.py:4 add"}), attempt.text

    def test_named_files_narrow_it(self, project: Project, manager: list[str]) -> None:
        project.stage("a.py", ORDINARY + STUB)
        project.stage("b.py", ORDINARY + STUB)
        project.write("unstaged.py", STUB)
        with project.untouched():
            attempt = project.run(*manager, "--files", "b.py", "unstaged.py")
        assert (attempt.status, attempt.shown) == (1, {"b.py:4 add"}), attempt.text

    def test_named_files_add_nothing_to_it(self, project: Project, manager: list[str]) -> None:
        project.commit({"old.py": STUB})
        project.write("b.py", STUB)
        with project.untouched():
            attempt = project.run(*manager, "--files", "b.py", "old.py")
        assert (attempt.status, attempt.silent) == (0, True), attempt.text

    def test_all_files_of_nothing_staged(self, project: Project, manager: list[str]) -> None:
        """As in CI: what is tracked was committed on purpose; `args: [--all, --]` looks at it nevertheless."""
        project.commit({"old.py": STUB})
        with project.untouched():
            attempt = project.run(*manager, "--all-files")
        assert (attempt.status, attempt.silent) == (0, True), attempt.text

    def test_all_files_with_the_option_all(self, project: Project, manager: list[str]) -> None:
        project.commit({"old.py": STUB})
        config = project.runners.config("fimbot-check") + "        args: [--all, --]\n"
        project.runners.place_config(project.runner, project.root, config)
        with project.untouched():
            attempt = project.run(*manager, "--all-files")
        assert (attempt.status, attempt.shown) == (1, {"old.py:1 add"}), attempt.text

    def test_a_range_of_commits(self, project: Project, manager: list[str]) -> None:
        """The content is that of its end, with neither the index nor what came later."""
        start = project.head()
        project.commit({"a.py": "x = 1\n" + ORDINARY + STUB})
        end = project.commit({"b.py": ORDINARY + FILLED})
        project.commit({"a.py": ORDINARY})
        project.stage("b.py", STUB)
        project.git("restore", "--staged", "b.py")
        with project.untouched():
            attempt = project.run(*manager, "--from-ref", start, "--to-ref", end)
        assert (attempt.status, attempt.shown) == (1, {"a.py:5 add"}), attempt.text

    def test_the_manual_stage(self, project: Project, manager: list[str]) -> None:
        project.stage("a.py", ORDINARY + STUB)
        with project.untouched():
            attempt = project.run(*manager, "--hook-stage", "manual", "fimbot")
        assert (attempt.status, attempt.shown) == (1, {"a.py:4 add"}), attempt.text


class TestPush:
    @pytest.fixture(params=["pre-commit", "prek", "git"])
    def runner(self, request: pytest.FixtureRequest) -> str:
        name: str = request.param
        return name

    @pytest.fixture
    def origin(self, project: Project, tmp_path: Path) -> Path:
        """What was pushed so far is the first commit."""
        origin = tmp_path / "origin.git"
        project.git("init", "-q", "--bare", str(origin))
        project.git("remote", "add", "origin", str(origin))
        project.git("push", "-q", "--no-verify", "origin", "main")
        return origin

    def test_a_new_branch(self, project: Project, origin: Path) -> None:
        """Only what no remote has; neither what is staged nor what is in the working tree."""
        project.git("switch", "-qc", "topic")
        project.commit({"a.py": "x = 1\n" + ORDINARY + STUB})
        project.commit({"b.py": "x = 1\n" + ORDINARY})
        project.stage("staged.py", STUB)
        refs = project.git("for-each-ref", at=origin)
        project.blocked("push", "origin", "topic", shows={"a.py:5 add"})
        assert project.git("for-each-ref", at=origin) == refs

    def test_a_known_branch(self, project: Project, origin: Path) -> None:
        project.commit({"a.py": ORDINARY + STUB})
        attempt = project.blocked("push", "origin", "main", shows={"a.py:4 add"})
        assert project.fimbot("dismiss", *attempt.ids).status == 0
        project.passes("push", "origin", "main")
        assert project.git("rev-parse", "main", at=origin).decode().strip() == project.head()

    def test_nothing_to_say(self, project: Project, origin: Path) -> None:
        project.commit({"a.py": ORDINARY + FILLED})
        project.stage("staged.py", STUB)
        project.passes("push", "origin", "main")

    def test_a_branch_is_deleted(self, project: Project, origin: Path) -> None:
        project.git("push", "-q", "--no-verify", "origin", "main:topic")
        project.stage("staged.py", STUB)
        project.passes("push", "origin", "--delete", "topic")

    def test_the_first_push_of_all(self, project: Project, tmp_path: Path) -> None:
        """From the root commit on, which has nothing before it."""
        project.commit({"a.py": ORDINARY + STUB})
        project.stage("staged.py", stub("staged"))
        project.git("init", "-q", "--bare", str(tmp_path / "empty.git"))
        project.git("remote", "add", "origin", str(tmp_path / "empty.git"))
        project.blocked("push", "origin", "main", shows={"a.py:4 add"})

    def test_what_was_kept_at_the_commit_is_not_shown_again(self, project: Project, origin: Path) -> None:
        project.stage("a.py", ORDINARY + STUB)
        project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})
        anyway = ["--no-verify"] if project.runner == "git" else []
        project.passes("commit", "-m", "a change", *anyway, SKIP="fimbot")
        project.passes("push", "origin", "main")
        project.stage("b.py", stub("other"))
        project.blocked("commit", "-m", "another", shows={"b.py:1 other"})
