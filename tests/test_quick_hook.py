"""The quick way of `fimbot hook`: silent where nothing that is staged holds a stub, no answer in every other case."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fimbot import quick
from tests.changes.conftest import Sandbox, clean_environment, repo
from tests.test_quick import HEAVY, ORDINARY, STUB, here

__all__ = ["clean_environment", "here", "repo"]

pytestmark = pytest.mark.skipif(not hasattr(os, "posix_spawnp"), reason="the quick way needs posix_spawn")

# A hint for the eye that reads text only; the parser sees that the body does something.
HINTED = 'def described(value):\n    """What it is:\n\nnot indented.\n    """\n    return [value]\n'


def stage(here: Sandbox, path: str, content: str) -> None:
    here.write(path, content)
    here.git("add", "-A")


def test_nothing_staged(here: Sandbox) -> None:
    assert quick.run(["hook"]) == 0
    here.write("a.py", STUB)
    assert quick.run(["hook"]) == 0, "the working tree is no part of a commit"


def test_ordinary_changes(here: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    stage(here, "a.py", ORDINARY.replace("x + 1", "x + 2"))
    stage(here, "ümläut and space.py", "x = 1\n")
    assert quick.run(["hook", "a.py", "ümläut and space.py"]) == 0
    assert capfd.readouterr() == ("", "")


def test_a_staged_stub_is_left_to_the_whole_command(here: Sandbox) -> None:
    stage(here, "a.py", ORDINARY + STUB)
    here.write("a.py", ORDINARY)
    assert quick.run(["hook"]) is None
    assert quick.run(["hook", "--check"]) is None


def test_a_hint_without_a_stub_is_told_from_one_by_the_parser(here: Sandbox) -> None:
    stage(here, "new.py", HINTED.replace("return [value]", "pass"))
    assert quick.run(["hook"]) is None
    stage(here, "new.py", ORDINARY + HINTED)
    assert quick.run(["hook"]) == 0


def test_a_change_that_takes_long_to_parse_is_left_to_whoever_has_a_deadline(here: Sandbox) -> None:
    stage(here, "new.py", HINTED * 3_000)
    assert quick.run(["hook"]) is None
    assert quick.run(["hook", "--check"]) is None


def test_the_parser_sees_the_whole_file(here: Sandbox) -> None:
    protocol = "class P(Protocol):\n" + "".join(f"    a{n}: int\n" for n in range(200)) + "    def f(self): ...\n"
    here.commit(a_py=protocol)
    stage(here, "a.py", protocol + "    def g(self): ...\n")
    assert quick.run(["hook"]) == 0, "a member of a protocol, whose head is far above the change"
    stage(here, "a.py", protocol.replace("(Protocol)", "") + "    def g(self): ...\n")
    assert quick.run(["hook"]) is None


TODO = "def f(x):\n    y = 1\n    # TODO: the rest of it\n    return y\n"


def test_a_todo_in_the_middle_of_code_is_not_filled_unless_asked_for(
    here: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(here, "a.py", TODO)
    assert quick.run(["hook"]) == 0
    monkeypatch.setenv("FIMBOT_KINDS", "todo")
    assert quick.run(["hook"]) is None


@pytest.mark.parametrize("setting", ["kinds = ['todo']", "tiers = ['report']"])
@pytest.mark.parametrize("name", ["fimbot.toml", "pyproject.toml"])
def test_settings_that_ask_for_more_are_those_of_the_index(here: Sandbox, name: str, setting: str) -> None:
    stage(here, name, "[tool.fimbot]\n" * (name != "fimbot.toml") + setting)
    (here.root / name).unlink()
    here.write("a.py", TODO)
    here.git("add", "a.py")
    assert quick.run(["hook"]) is None


def test_the_users_own_settings_may_ask_for_more(here: Sandbox) -> None:
    (here.root.parent / "home/fimbot").mkdir()
    (here.root.parent / "home/fimbot/fimbot.toml").write_text("kinds = ['todo']")
    stage(here, "a.py", TODO)
    assert quick.run(["hook"]) is None


def test_names_of_files_narrow_the_change(here: Sandbox) -> None:
    stage(here, "a.py", STUB)
    assert quick.run(["hook", "a.py"]) is None
    assert quick.run(["hook", "b.py", "nosuch.py"]) == 0
    assert quick.run(["hook", "--mode=warn", "b.py"]) == 0


def test_names_from_a_directory_below_are_left_to_the_whole_command(
    here: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(here, "below/a.py", STUB)
    monkeypatch.chdir(here.root / "below")
    assert quick.run(["hook", "a.py"]) is None


@pytest.mark.parametrize("name", ["GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS"])
def test_no_variable_of_gits_hides_a_stub(here: Sandbox, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "1")
    stage(here, "[a].py", ORDINARY + STUB)
    assert quick.run(["hook"]) is None


def test_settings_make_no_difference(here: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIMBOT_MODE", "warn")
    here.write("fimbot.toml", "kinds = ['todo']\n")
    assert quick.run(["hook"]) == 0


@pytest.mark.parametrize("arguments", [["--all"], ["--pre-push"], ["--help"], ["--nosuch"], ["-x"]])
def test_other_options_are_left_to_the_whole_command(here: Sandbox, arguments: list[str]) -> None:
    assert quick.run(["hook", *arguments]) is None


def test_a_push_is_left_to_the_whole_command(here: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "HEAD")
    assert quick.run(["hook"]) is None


def test_in_a_linked_worktree_as_git_runs_it(here: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    here.git("worktree", "add", "-q", str(here.root.parent / "linked"))
    linked = Sandbox.__new__(Sandbox)
    linked.root = here.root.parent / "linked"
    linked.write("a.py", ORDINARY + STUB)
    linked.git("add", "-A")
    monkeypatch.chdir(linked.root)
    monkeypatch.setenv("GIT_DIR", str(here.root / ".git/worktrees/linked"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(here.root / ".git/worktrees/linked/index"))
    assert quick.run(["hook"]) is None
    assert quick.run(["hook", "b.py"]) == 0


def test_nothing_heavy_is_imported(here: Sandbox) -> None:
    program = (
        "import sys; before = set(sys.modules); from fimbot.__main__ import main; "
        "sys.argv = ['fimbot', 'hook']; status = main(); print(status, *sorted(set(sys.modules) - before))"
    )
    for staged in ("", ORDINARY + "x = 1\n"):
        if staged:
            stage(here, "a.py", staged)
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        status, *names = done.stdout.split()
        assert status == "0"
        assert [name for name in names if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)] == []
        assert ("fimbot.stubs.near" in names) == bool(staged), "the patterns wait for something to look at"


@pytest.mark.parametrize(
    ("new", "status"),
    [
        pytest.param("def f(x):\n    pass\n", None, id="it returned a value"),
        pytest.param('def f(x):\n    """Doc."""\n', None, id="nothing but its documentation is left"),
        pytest.param('def f(x):\n    """Doc."""\n    return x\n\n\ndef g(x):\n    pass\n', 0, id="it returned nothing"),
    ],
)
def test_an_emptied_function_is_left_to_the_whole_command(here: Sandbox, new: str, status: int | None) -> None:
    """Unless it returned nothing: that stops no commit."""
    here.commit(a_py='def f(x):\n    """Doc."""\n    return x\n\n\ndef g(x):\n    f(x)\n')
    stage(here, "a.py", new)
    assert quick.run(["hook"]) == status
    assert quick.run(["hook", "--check"]) == status


def test_an_emptied_function_stops_no_commit_unless_settings_ask_for_more(here: Sandbox) -> None:
    here.commit(a_py="def f(x):\n    g(x)\n", fimbot_toml='tiers = ["fill", "suggest", "report"]\n')
    stage(here, "a.py", "def f(x):\n    pass\n")
    assert quick.run(["hook"]) is None
