"""The quick way of `fimbot scan`: the same answer as the whole scan, or none."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fimbot import quick
from fimbot.quick import git_diff
from fimbot.settings.values import Settings
from fimbot.stubs.emptied import Before
from fimbot.stubs.find import find_stubs, stubs_in, stubs_of
from fimbot.stubs.language import load
from fimbot.stubs.near import may_touch_stub
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import LineRange, stub_of
from tests.changes.conftest import Sandbox, clean_environment, repo

__all__ = ["clean_environment", "repo"]

pytestmark = pytest.mark.skipif(not hasattr(os, "posix_spawnp"), reason="the quick way needs posix_spawn")

HEAVY = (
    *("httpx", "git", "github", "tree_sitter", "unidiff", "click", "argparse", "subprocess", "dataclasses"),
    *("typing", "pathlib", "tomllib", "asyncio", "ssl", "fimbot.cli", "fimbot.changes", "fimbot.values"),
)
ORDINARY = "def f(x):\n    y = x + 1\n    return y\n\n\ndef g(x):\n    return f(x) * 2\n"
STUB = "def h(x):\n    pass\n"


@pytest.fixture
def here(repo: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    for name in list(os.environ):
        if name.startswith("FIMBOT_"):
            monkeypatch.delenv(name)
    repo.commit(a_py=ORDINARY, b_py=ORDINARY, c_go="package c\n")
    monkeypatch.chdir(repo.root)
    return repo


def answer(capfd: pytest.CaptureFixture[str]) -> str | None:
    """What the quick way says; None where it leaves the answer to the whole scan."""
    status = quick.run(["scan"])
    out, err = capfd.readouterr()
    assert err == ""
    assert (status, bool(out)) in ((0, True), (None, False))
    return out or None


def whole_scan() -> str:
    """The same by the whole command line: `--color` is not among what the quick way knows."""
    command = [sys.executable, "-m", "fimbot", "scan", "--color", "never"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def test_nothing_changed(here: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    assert answer(capfd) == "0 stubs in 0 files\n" == whole_scan()


@pytest.mark.parametrize("staged", [False, True], ids=["working tree", "staged"])
def test_ordinary_changes(here: Sandbox, staged: bool, capfd: pytest.CaptureFixture[str]) -> None:
    here.write("a.py", ORDINARY.replace("y = x + 1", "y = x + 2"))
    here.git(*(["add", "-A"] if staged else ["status"]))
    assert answer(capfd) == "0 stubs in 1 file\n" == whole_scan()
    here.write("ümläut and space.py", "x = 1\ny = 2\n")
    (here.root / "b.py").unlink()
    here.git("add", "-A")
    assert answer(capfd) == "0 stubs in 2 files\n" == whole_scan()


@pytest.mark.parametrize("staged", [False, True], ids=["working tree", "staged"])
def test_a_stub_is_left_to_the_whole_scan(here: Sandbox, staged: bool, capfd: pytest.CaptureFixture[str]) -> None:
    here.write("a.py", ORDINARY + STUB)
    here.git(*(["add", "-A"] if staged else ["status"]))
    assert answer(capfd) is None
    assert "a.py:8" in whole_scan()


def test_a_stub_that_was_there_before(here: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    here.commit(a_py=STUB + ORDINARY)
    here.write("a.py", STUB + ORDINARY + "\nx = 1\n")
    assert answer(capfd) == "0 stubs in 1 file\n" == whole_scan()


def test_the_staged_change_hides_the_working_tree(here: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    here.write("a.py", ORDINARY + "x = 1\n")
    here.git("add", "a.py")
    here.write("b.py", STUB)
    assert answer(capfd) == "0 stubs in 1 file\n" == whole_scan()


def test_a_staged_deletion_is_a_staged_change(here: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    here.git("rm", "-q", "a.py")
    here.write("b.py", STUB)
    assert answer(capfd) == "0 stubs in 0 files\n" == whole_scan()


def test_a_file_that_was_staged_and_then_deleted(here: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    here.write("new.py", STUB)
    here.git("add", "new.py")
    (here.root / "new.py").unlink()
    assert answer(capfd) is None


def test_a_file_that_was_only_announced(here: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    here.write("new.py", STUB)
    here.git("add", "-N", "new.py")
    assert answer(capfd) is None


def test_a_touched_file_with_the_same_content(here: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    os.utime(here.root / "a.py", (1, 1))
    assert answer(capfd) == "0 stubs in 0 files\n"


def test_from_a_directory_below(
    here: Sandbox, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write("d/x.txt", "x")
    monkeypatch.chdir(here.root / "d")
    assert answer(capfd) == "0 stubs in 0 files\n"
    here.write("a.py", STUB)
    assert answer(capfd) is None


def unusual_binary(here: Sandbox) -> None:
    here.write("a.py", b"\0")


def unusual_large(here: Sandbox) -> None:
    here.write("a.py", "x = 1\n" * 200_000)


def unusual_enormous(here: Sandbox) -> None:
    here.write("c.txt", "x = 1\n" * 2_000_000)
    here.git("add", "-A")


def unusual_link(here: Sandbox) -> None:
    (here.root / "a.py").unlink()
    (here.root / "a.py").symlink_to("b.py")


def unusual_name(here: Sandbox) -> None:
    here.write('q"\n.py', ORDINARY)
    here.git("add", "-A")


def unusual_settings(here: Sandbox) -> None:
    here.write("fimbot.toml", "nosuch = 1\n")


def unusual_pyproject(here: Sandbox) -> None:
    here.write("pyproject.toml", "[tool.fimbot]\nnosuch = 1\n")


def unusual_conflict(here: Sandbox) -> None:
    here.git("switch", "-q", "-c", "topic")
    here.commit(a_py="theirs\n")
    here.git("switch", "-q", "main")
    here.commit(a_py="ours\n")
    subprocess.run(["git", "merge", "-q", "topic"], cwd=here.root, capture_output=True)


def unusual_damage(here: Sandbox) -> None:
    here.write(".git/index", b"damaged")


@pytest.mark.parametrize(
    "make",
    [
        *(unusual_binary, unusual_large, unusual_enormous, unusual_link, unusual_name, unusual_settings),
        *(unusual_pyproject, unusual_conflict, unusual_damage),
    ],
)
def test_whatever_is_unusual_is_left_to_the_whole_scan(
    here: Sandbox, make: object, capfd: pytest.CaptureFixture[str]
) -> None:
    assert callable(make)
    make(here)
    assert answer(capfd) is None


@pytest.mark.parametrize("name", ["FIMBOT_MODEL", "GIT_DIR", "GIT_WORK_TREE"])
def test_variables_that_matter(
    here: Sandbox, name: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, ".git")
    assert answer(capfd) is None


@pytest.mark.parametrize(
    "arguments", [[], ["scan", "HEAD"], ["scan", "-v"], ["scan", "--format", "json"], ["suggest"], ["scan", "--staged"]]
)
def test_other_arguments(here: Sandbox, arguments: list[str]) -> None:
    assert quick.run(arguments) is None


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert quick.run(["scan"]) is None


def test_before_the_first_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Sandbox(tmp_path / "new").root)
    assert quick.run(["scan"]) is None


def test_git_is_missing(here: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(here.root))
    assert quick.run(["scan"]) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("color.ui", "always"), ("diff.external", "false"), ("diff.noprefix", "true"), ("core.quotePath", "true")),
        *(("diff.suppressBlankEmpty", "true"), ("diff.context", "0"), ("diff.mnemonicPrefix", "true")),
        *(("core.fsmonitor", "touch executed; true"), ("diff.renames", "false")),
    ],
)
def test_no_configuration_changes_the_answer(
    here: Sandbox, key: str, value: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    monkeypatch.setenv("GIT_DIFF_OPTS", "--unified=0")
    here.git("config", key, value)
    here.write("a.py", ORDINARY.replace("y = x + 1", "y = x + 2"))
    assert answer(capfd) == "0 stubs in 1 file\n"
    # Far below its header, so that only the whole file as context shows that it is one.
    here.write("b.py", 'def f(\n    a,\n\n    b,\n):\n    """Doc."""\n')
    here.git("-c", "core.fsmonitor=false", "commit", "-qam", "x")
    here.write("b.py", 'def f(\n    a,\n\n    b=1,\n):\n    """Doc."""\n')
    assert answer(capfd) is None
    assert not (here.root / "executed").exists()


def test_nothing_heavy_is_imported(here: Sandbox) -> None:
    for n in range(20):
        here.write(f"{n}.py", ORDINARY)
    here.commit()
    for n in range(20):
        here.write(f"{n}.py", ORDINARY + f"x = {n}\n")
    program = (
        "import sys; before = set(sys.modules); from fimbot.__main__ import main; "
        "sys.argv = ['fimbot', 'scan']; status = main(); print(status, *sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    told, modules = done.stdout.splitlines()
    status, *names = modules.split()
    assert (told, status) == ("0 stubs in 20 files", "0")
    assert [name for name in names if any(name == heavy or name.startswith(f"{heavy}.") for heavy in HEAVY)] == []


def test_the_size_limit_is_the_settings_default() -> None:
    assert Settings().max_file_bytes == git_diff.MAX_FILE


LINES = (
    *("def f(self, x):", "async def g(", "    a: int = 3,", ") -> dict[str, int]:", "@decorator", "class A:"),
    *("    pass", "        pass", "    ...", '    """Doc: def of it."""', "    # TODO: implement", "    # why", ""),
    *(
        "    x = 1",
        "    return None",
        "        return 0",
        "    raise NotImplementedError",
        "        raise ValueError(x)",
    ),
    *(
        "    raise NotImplementedError(",
        '        "later")',
        "    def inner(self):",
        "    if x:",
        "x = {1: 2}",
        "    _ = x",
    ),
    *(
        '    msg = "not implemented"',
        '    raise RuntimeError("not implemented")',
        "    '''",
        "    def",
        "def h(x): pass",
    ),
)


def badly_indented(source: bytes) -> bool:
    """As Python sees it; the parser lets much of it pass."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return error.msg.startswith(("unexpected indent", "unindent"))
    return False


@settings(max_examples=500, deadline=None)
@given(lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=12), data=st.data())
def test_no_stub_is_overlooked(lines: list[str], data: st.DataObject) -> None:
    """Where the parser finds something that the added lines touch, the text alone had said that it may."""
    start = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    source = "".join(f"{line}\n" for line in lines).encode()
    if load("python").parse(source).root_node.has_error or badly_indented(source):
        return  # what a body is there is a guess
    found = stubs_in("a.py", source, load("python"), (LineRange(start, end),))
    assert not found or may_touch_stub("python", source, [(start, end)]), source.decode()


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(b"# why\n# TODO: implement\ndef f(x):\n    pass\n", id="the comment above goes on to say TODO"),
        pytest.param(b"\xef\xbb\xbfdef f(x):\n    pass\n", id="a byte order mark"),
    ],
)
def test_the_first_line_alone_touches_the_stub(source: bytes) -> None:
    assert stubs_in("a.py", source, load("python"), (LineRange(1, 1),))
    assert may_touch_stub("python", source, [(1, 1)])


EMPTIED = ORDINARY.replace("    y = x + 1\n    return y\n", "")


@pytest.mark.parametrize("staged", [False, True], ids=["working tree", "staged"])
def test_an_emptied_function_is_left_to_the_whole_scan(
    here: Sandbox, staged: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    here.write("a.py", EMPTIED)
    here.git(*(["add", "-A"] if staged else ["status"]))
    assert answer(capfd) is None
    assert "a.py:1: f" in whole_scan()


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(ORDINARY.replace("    y = x + 1\n", ""), id="a statement"),
        pytest.param(ORDINARY.partition("def g")[0], id="a function at the end"),
        pytest.param(ORDINARY.partition("\n\n\n")[2], id="a function at the beginning"),
    ],
)
def test_lines_that_were_only_deleted(here: Sandbox, new: str, capfd: pytest.CaptureFixture[str]) -> None:
    here.write("a.py", new)
    assert answer(capfd) == "0 stubs in 1 file\n" == whole_scan()


@settings(max_examples=500, deadline=None)
@given(lines=st.lists(st.sampled_from(LINES), min_size=1, max_size=12), data=st.data())
def test_no_emptied_function_is_overlooked(lines: list[str], data: st.DataObject) -> None:
    """Where the parser finds one from which lines were only deleted, the text alone had said that it may."""
    gone = data.draw(st.sets(st.integers(0, len(lines) - 1), min_size=1))
    old = "".join(f"{line}\n" for line in lines)
    new = "".join(f"{line}\n" for at, line in enumerate(lines) if at not in gone)
    source = new.encode()
    if load("python").parse(source).root_node.has_error or badly_indented(source):
        return  # what a body is there is a guess
    points = tuple(sorted({sum(at not in gone for at in range(each)) for each in gone}))
    found = find_stubs("a.py", source, (), Before(old.encode, points))
    file = ParsedFile("a.py", source, load("python"))
    exact = stubs_of(file, (), Before(old.encode, points))
    assert [stub_of(each).id for each in exact] == [stub_of(each).id for each in found]
    assert not exact or may_touch_stub("python", source, list(zip(points, points, strict=True))), new
