"""The same result from whatever starts the hook, and in whatever environment it is started."""

from __future__ import annotations

import re

import pytest

from tests.hook.conftest import FILLED, ORDINARY, STUB, Project, stub


class TestOtherManagers:
    """Two that bring no Python environment along, and put no unstaged work aside; the rest is in test_states.py."""

    @pytest.fixture(params=["lefthook", "husky"])
    def runner(self, request: pytest.FixtureRequest) -> str:
        name: str = request.param
        return name

    def test_nothing_to_say(self, project: Project) -> None:
        project.stage("a.py", ORDINARY + "x = 1\n")
        project.write("a.py", ORDINARY + STUB)
        project.passes("commit", "-m", "a change")

    def test_a_commit(self, project: Project) -> None:
        project.stage("a b.py", ORDINARY + STUB)
        project.write("a b.py", "unstaged = 1\n" + ORDINARY + STUB)
        project.blocked("commit", "-m", "a change", shows={"a b.py:4 add"})
        assert project.run("fimbot", "apply", "--all").status == 0
        assert (project.root / "a b.py").read_text() == "unstaged = 1\n" + ORDINARY + FILLED
        project.stage("a b.py", ORDINARY + FILLED)
        project.passes("commit", "-m", "a change")

    def test_a_commit_with_an_index_of_its_own(self, project: Project) -> None:
        project.stage("b.py", ORDINARY + stub("later"))
        project.write("a.py", ORDINARY + STUB)
        project.blocked("commit", "-m", "a change", "a.py", shows={"a.py:4 add"})

    def test_a_push(self, project: Project) -> None:
        project.git("init", "-q", "--bare", str(project.root.parent / "origin.git"))
        project.git("remote", "add", "origin", str(project.root.parent / "origin.git"))
        project.commit({"a.py": ORDINARY + STUB})
        project.stage("staged.py", stub("staged"))
        project.blocked("push", "origin", "main", shows={"a.py:4 add"})


class TestTheCommandItself:
    """As git's own hook runs it."""

    def test_the_index_stays_byte_for_byte(self, project: Project) -> None:
        """Where git itself has no reason to write to it, nothing does: not even the times in it."""
        project.stage("a.py", ORDINARY + STUB)
        project.write("a.py", ORDINARY)
        project.write("b.py", STUB)
        index = project.root / ".git" / "index"
        with project.untouched():
            before = index.read_bytes(), index.stat().st_mtime_ns
            attempt = project.run("fimbot", "hook", GIT_INDEX_FILE=".git/index")
            assert (index.read_bytes(), index.stat().st_mtime_ns) == before
        assert (attempt.status, attempt.shown) == (1, {"a.py:4 add"}), attempt.text

    def test_names_narrow_the_staged_change_however_they_are_given(self, project: Project) -> None:
        """lint-staged gives absolute ones, husky those from where it stands."""
        below = project.root / "deep"
        below.mkdir()
        project.stage("a.py", ORDINARY + STUB)
        project.stage("b.py", ORDINARY + STUB)
        for names in (["./a.py"], ["deep/../a.py", "gone.py"], ["--", "a.py"], [str(project.root / "a.py")]):
            assert project.run("fimbot", "hook", "--check", *names).shown == {"a.py:4 add"}, names
        assert project.run("fimbot", "hook", "--check", "../a.py", at=below).shown == {"a.py:4 add"}

    @pytest.mark.parametrize("option", [["--mode", "warn"], ["--mode=warn"]])
    def test_the_value_of_an_option_is_no_name(self, project: Project, option: list[str]) -> None:
        project.stage("a.py", ORDINARY + STUB)
        attempt = project.run("fimbot", "hook", "--check", *option)
        assert (attempt.status, attempt.shown) == (0, {"a.py:4 add"}), attempt.text

    def test_from_a_directory_of_a_monorepo(self, project: Project) -> None:
        """`cd front && fimbot hook`: git's name of the index is relative to the root all the same."""
        project.stage("front/a.ts", "export function add(a: number): number {\n  throw new Error('TODO')\n}\n")
        project.stage("b.py", ORDINARY + STUB)
        attempt = project.run("fimbot", "hook", "--check", at=project.root / "front", GIT_INDEX_FILE=".git/index")
        assert attempt.shown == {"front/a.ts:1 add", "b.py:4 add"}, attempt.text


_CONFIGURATION = ("color.ui=always", "diff.noprefix=true", "diff.external=false", "diff.renames=false")
DISTURBING = {
    "literal pathspecs": {"GIT_LITERAL_PATHSPECS": "1"},
    "glob pathspecs": {"GIT_GLOB_PATHSPECS": "1"},
    "pathspecs without case": {"GIT_ICASE_PATHSPECS": "1"},
    "both directories": {"GIT_DIR": "ROOT/.git", "GIT_WORK_TREE": "ROOT"},
    "diffs that look otherwise": {
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_DIFF_OPTS": "--unified=9",
        "GIT_CONFIG_COUNT": str(len(_CONFIGURATION)),
        **{f"GIT_CONFIG_KEY_{n}": setting.split("=")[0] for n, setting in enumerate(_CONFIGURATION)},
        **{f"GIT_CONFIG_VALUE_{n}": setting.split("=")[1] for n, setting in enumerate(_CONFIGURATION)},
        "GIT_CONFIG_PARAMETERS": "'core.quotePath=true' 'diff.mnemonicPrefix=true'",
    },
    "another language": {"LC_ALL": "de_DE.UTF-8", "LANGUAGE": "de"},
    "a terminal with colours": {"TERM": "xterm-256color", "FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "PAGER": "false"},
}


@pytest.mark.parametrize("variables", DISTURBING.values(), ids=DISTURBING)
def test_an_environment_that_changes_gits_ways(project: Project, variables: dict[str, str]) -> None:
    name = "app/[id]/ünï codé.py"
    project.stage(name, ORDINARY + STUB)
    project.write(name, ORDINARY)
    given = {key: value.replace("ROOT", str(project.root)) for key, value in variables.items()}
    project.blocked("commit", "-m", "a change", shows={f"{name}:4 add"}, at=None, **given)


class TestTheScreen:
    def test_forty_stubs_with_long_names_and_bodies(self, project: Project) -> None:
        long = "".join(f"    value_{n} = {'a + ' * 40}b\n" for n in range(8))
        project.server.text = lambda body: long + "    return a + b\n"
        for number in range(40):
            path = f"{'a_long_name_of_a_directory/' * 4}module_{number:02}.py"
            project.stage(path, stub(f"{'a_long_name_of_a_function_' * 4}{number}"))
        with project.untouched():
            attempt = project.attempt("commit", "-m", "a change")
            check = project.run("fimbot", "hook", "--check")
        assert (attempt.status, check.status) == (1, 1)
        assert 1 <= len(attempt.shown) < 40
        for text in (attempt.text, check.text):
            assert len(text.splitlines()) <= 24, text
            assert max(map(len, text.splitlines())) < 400, text
            assert not re.search(r"[^\n\x20-\x7e…]", text)

    def test_nothing_is_asked_of_whoever_commits(self, project: Project) -> None:
        """No key, no settings, no terminal: a line, and the commit is made."""
        project.stage("a.py", ORDINARY + STUB)
        attempt = project.attempt("commit", "-qm", "a change", LANGDOCK_API_KEY="", FIMBOT_ENGINE="langdock")
        assert attempt.status == 0, attempt.text
        assert len(attempt.text.splitlines()) == 1
        assert "LANGDOCK_API_KEY" in attempt.text


class TestWhatIsSaidIsTrue:
    @pytest.fixture(params=["pre-commit", "prek", "git"])
    def runner(self, request: pytest.FixtureRequest) -> str:
        name: str = request.param
        return name

    def test_each_command_applies_what_was_shown_and_nothing_else(self, project: Project) -> None:
        """A stub of an earlier commit that was kept is not filled along with a new one."""
        project.stage("b.py", ORDINARY + stub("kept"))
        project.blocked("commit", "-m", "a change", shows={"b.py:4 kept"})
        project.commit()
        project.stage("a.py", ORDINARY + STUB)
        attempt = project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})
        assert len(attempt.commands) == 2
        for command in attempt.commands:
            done = project.run("sh", "-c", command)
            assert done.status == 0, (command, done.text)
            assert (project.root / "a.py").read_text() == ORDINARY + FILLED
            assert (project.root / "b.py").read_text() == ORDINARY + stub("kept")
            project.git("restore", "a.py")

    def test_how_to_commit_anyway(self, project: Project) -> None:
        project.stage("a.py", ORDINARY + STUB)
        attempt = project.blocked("commit", "-m", "a change", shows={"a.py:4 add"})
        (line,) = re.findall("commit anyway: +(.*)", attempt.text)
        command = line.split("      or ")[0].strip()
        assert project.run("sh", "-c", f"{command} -qm anyway").status == 0
        assert project.committed("a.py") == ORDINARY + STUB
