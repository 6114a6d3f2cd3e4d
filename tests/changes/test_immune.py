"""Nothing that a user, a repository or an environment configures changes what is read."""

from __future__ import annotations

import sys

import pytest

from fimbot.changes import Selection, generated_paths, open_blobs
from fimbot.values import FileChange
from tests.changes.conftest import MAX_BYTES, Sandbox

posix = pytest.mark.skipif(sys.platform == "win32", reason="the command is a shell's")

CONFIGURATION = [
    ("color.ui", "always"),
    ("color.diff", "always"),
    ("core.quotePath", "true"),
    ("core.quotePath", "false"),
    ("core.pager", "false"),
    ("pager.diff-index", "true"),
    ("core.abbrev", "4"),
    ("core.safecrlf", "true"),
    ("core.whitespace", "cr-at-eol"),
    ("core.bigFileThreshold", "1"),
    ("diff.external", "false"),
    ("diff.noprefix", "true"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.srcPrefix", "x/"),
    ("diff.dstPrefix", "y/"),
    ("diff.renames", "false"),
    ("diff.renames", "copies"),
    ("diff.renameLimit", "1"),
    ("diff.context", "9"),
    ("diff.interHunkContext", "9"),
    ("diff.algorithm", "patience"),
    ("diff.indentHeuristic", "false"),
    ("diff.suppressBlankEmpty", "true"),
    ("diff.relative", "true"),
    ("diff.wordRegex", "."),
    ("diff.colorMoved", "zebra"),
    ("diff.orderFile", "order"),
    ("diff.ignoreSubmodules", "all"),
    ("diff.submodule", "log"),
    ("diff.statGraphWidth", "1"),
    ("diff.python.textconv", "false"),
    ("diff.python.command", "false"),
    ("diff.python.binary", "true"),
    ("alias.diff-index", "!false"),
    ("alias.cat-file", "!false"),
    ("log.showSignature", "true"),
    ("status.relativePaths", "true"),
    ("i18n.logOutputEncoding", "latin1"),
]

ENVIRONMENT = [
    ("GIT_EXTERNAL_DIFF", "false"),
    ("GIT_DIFF_OPTS", "--unified=9"),
    ("GIT_PAGER", "false"),
    ("PAGER", "false"),
    ("GIT_PAGER_IN_USE", "1"),
    ("GIT_TRACE", "1"),
    ("LANG", "de_DE.UTF-8"),
    ("LC_ALL", "fr_FR.UTF-8"),
    ("LANGUAGE", "de"),
    ("TERM", "xterm-256color"),
    ("GIT_CONFIG_PARAMETERS", "'diff.noprefix=true'"),
    ("GIT_PYTHON_TRACE", "full"),
    ("GIT_FLUSH", "1"),
]


@pytest.fixture
def changed(repo: Sandbox) -> Sandbox:
    """A rename, a name that needs quotes, and two hunks with an empty line between them."""
    body = "".join(f"def f{n}():\n\n    return {n}\n" for n in range(6))
    repo.write("old.py", body)
    repo.write("ümläut and space.py", body)
    repo.commit()
    repo.git("mv", "old.py", "new.py")
    repo.write("new.py", body + "\nx = 1\n")
    repo.write("ümläut and space.py", body.replace("return 1", "return 10").replace("return 3\n", "return 30\n\n"))
    repo.git("add", "-A")
    return repo


def everything(repo: Sandbox) -> list[object]:
    seen: list[object] = []
    for revision, at in ((None, "."), ("HEAD", ".")):
        selection = Selection(revision)
        with open_blobs(repo.open(at), selection, max_file_bytes=MAX_BYTES) as blobs:
            for change in repo.changes(revision, at=at):
                assert isinstance(change, FileChange)
                seen += [change, blobs.read(change)]
    seen += [change.path for change in repo.changes("HEAD", all_files=True)]
    seen.append(generated_paths(repo.open(), ["new.py"]))
    return seen


@pytest.mark.parametrize(("key", "value"), CONFIGURATION, ids=[f"{k}={v}" for k, v in CONFIGURATION])
def test_no_configuration_changes_the_outcome(changed: Sandbox, key: str, value: str) -> None:
    changed.write(".git/info/attributes", "*.py diff=python\n" if key.startswith("diff.python.text") else "")
    expected = everything(changed)
    assert len(expected) == 11
    changed.git("config", key, value)
    if key.startswith("diff.python.command"):
        changed.write(".git/info/attributes", "*.py diff=python\n")
    changed.write(".git/order", "*.py\n")
    assert everything(changed) == expected


@pytest.mark.parametrize(("name", "value"), ENVIRONMENT, ids=[f"{k}={v}" for k, v in ENVIRONMENT])
def test_no_variable_changes_the_outcome(
    changed: Sandbox, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = everything(changed)
    monkeypatch.setenv(name, value)
    assert everything(changed) == expected


@posix
@pytest.mark.parametrize("key", ["core.fsmonitor", "diff.external", "diff.python.command", "diff.python.textconv"])
def test_no_command_that_a_repository_names_is_run(changed: Sandbox, key: str) -> None:
    changed.git("config", key, "touch executed; true")
    changed.write(".git/info/attributes", "*.py diff=python\n")
    changed.git("-c", "core.fsmonitor=false", "update-index", "--refresh")
    everything(changed)
    assert not list(changed.root.glob("**/executed"))


@posix
def test_more_warnings_than_a_pipe_holds(changed: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """git would wait for ever for somebody to read its standard error."""
    expected = everything(changed)
    for n in range(300):
        changed.git("config", "--add", "include.path", f"/nowhere/{n}")
    monkeypatch.setenv("GIT_TRACE", "2")
    monkeypatch.setenv("GIT_TRACE_SETUP", "2")
    monkeypatch.setenv("GIT_TRACE_PACK_ACCESS", "2")
    assert everything(changed) == expected
