"""A user's repository with the hook in it, and what is compared before and after each attempt to commit."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.langdock import KEY, LangdockServer
from tests.hook.attempts import Hook
from tests.hook.forks import Runner
from tests.hook.runners import CONFIG, ROOT, Runners, clone_of_working_tree

# "src/a.py:12  Account.withdraw  0123456789ab"; prek indents what a hook prints.
_SHOWN = re.compile(r"^ *(?P<place>\S.*:\d+)  (?P<name>\S.*?)  (?P<id>[0-9a-f]{12})(?:  .*)?$", re.MULTILINE)
_COMMAND = re.compile(r"^ *(?:apply|or): +(?P<command>.*?)(?: {6}.*)?$", re.MULTILINE)

STUB = 'def add(a: int, b: int) -> int:\n    """The sum."""\n    # TODO: implement\n    raise NotImplementedError\n'
FILLED = STUB.replace("    # TODO: implement\n    raise NotImplementedError\n", "    return a + b\n")
ORDINARY = "def old(x):\n    y = x + 1\n    return y\n"


def stub(name: str) -> str:
    return STUB.replace("add", name)


@dataclass(frozen=True)
class Attempt:
    """What came of a command that runs the hook."""

    status: int
    text: str

    @property
    def shown(self) -> set[str]:
        """`path:line name` of each stub that is shown."""
        return {f"{match['place']} {match['name']}" for match in _SHOWN.finditer(self.text)}

    @property
    def ids(self) -> list[str]:
        return [match["id"] for match in _SHOWN.finditer(self.text)]

    @property
    def commands(self) -> list[str]:
        """What the user is told to type to take the suggestions over."""
        return [match["command"] for match in _COMMAND.finditer(self.text)]

    @property
    def silent(self) -> bool:
        return "fimbot:" not in self.text and not self.shown


@dataclass
class Project:
    runner: str
    runners: Runners
    root: Path
    environ: dict[str, str]
    server: LangdockServer

    def run(self, *command: str, at: Path | None = None, **environ: str) -> Attempt:
        done = subprocess.run(
            command,
            cwd=at or self.root,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        text = done.stdout.decode("utf-8", "surrogateescape")
        assert "Traceback" not in text, text
        assert KEY not in text
        return Attempt(done.returncode, text)

    def attempt(self, *arguments: str, at: Path | None = None, **environ: str) -> Attempt:
        """git, whatever the hook makes of it."""
        return self.run("git", *arguments, at=at, **environ)

    def git(self, *arguments: str, at: Path | None = None, input: bytes | None = None) -> bytes:
        """git, which must do it."""
        command = ["git", *arguments]
        done = subprocess.run(
            command, cwd=at or self.root, env=self.environ, input=input or b"", capture_output=True, check=False
        )
        assert done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout

    def write(self, path: str, content: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def stage(self, path: str, content: str | bytes) -> None:
        self.write(path, content)
        self.git("--literal-pathspecs", "add", "--", path)

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> str:
        """A commit that no hook has seen."""
        for path, content in (files or {}).items():
            self.stage(path, content)
        self.git("commit", "--no-verify", "--allow-empty", "-qm", "change")
        return self.head()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").decode().strip()

    def committed(self, path: str, revision: str = "HEAD") -> str:
        return self.git("cat-file", "blob", f"{revision}:{path}").decode()

    def fimbot(self, *arguments: str, at: Path | None = None, **environ: str) -> Attempt:
        return self.run(sys.executable, "-m", "fimbot", *arguments, at=at, PYTHONPATH=str(ROOT), **environ)

    def snapshot(self) -> dict[str, Any]:
        """Everything of the user's that a hook could spoil.

        The index by its entries with their flags, since git itself refreshes the times in that file and the names of
        trees at its end; the rest of the Git directory, with refs, reflogs, stash and MERGE_HEAD, byte for byte. There
        git writes objects and the message of the commit that is not made.
        """
        common = (self.root / self.git("rev-parse", "--git-common-dir").decode().strip()).resolve()
        left_out = {"objects", "fimbot", "index", "COMMIT_EDITMSG", "ORIG_HEAD"}
        return {
            "working tree": _files(self.root, {".git"}),
            "index": self.git("ls-files", "--stage", "--full-name", "-v", "-z"),
            "tree": b"" if self.git("ls-files", "--unmerged") else self.git("write-tree"),
            "status": self.git("status", "--porcelain=v2", "-z", "--untracked-files=all"),
            "refs": self.git("for-each-ref", "--format=%(refname) %(objectname)"),
            "stash": self.git("stash", "list"),
            "git directory": _files(common, left_out),
        }

    @contextmanager
    def untouched(self) -> Iterator[None]:
        before = self.snapshot()
        yield
        after = self.snapshot()
        for what, content in before.items():
            assert after[what] == content, what

    def blocked(self, *arguments: str, shows: set[str], at: Path | None = None, **environ: str) -> Attempt:
        """The command is refused because of just these stubs (`path:line name`), and nothing has changed."""
        with self.untouched():
            attempt = self.attempt(*arguments, at=at, **environ)
        assert attempt.shown == shows, attempt.text
        assert attempt.status == 1, attempt.text
        assert len(attempt.text.splitlines()) <= 24 + 4, "a screenful, with what the runner puts around it"
        assert "\033" not in attempt.text
        return attempt

    def passes(self, *arguments: str, at: Path | None = None, **environ: str) -> Attempt:
        """The command does its job, and fimbot says nothing. What it leaves in the working tree stays as it is."""
        before = _files(self.root, {".git"})
        attempt = self.attempt(*arguments, at=at, **environ)
        assert attempt.status == 0, attempt.text
        assert attempt.silent, attempt.text
        assert _files(self.root, {".git"}) == before
        return attempt

    def with_hooks(self, root: Path) -> Project:
        """The same user in another repository, or another working tree of this one."""
        other = Project(self.runner, self.runners, root, self.environ, self.server)
        self.runners.place_config(self.runner, root)
        common = root / other.git("rev-parse", "--git-common-dir").decode().strip()
        (common / "info").mkdir(exist_ok=True)
        (common / "info" / "exclude").write_text(f"/{CONFIG}\n/lefthook.yml\n/.husky\n")
        self.runners.write_hooks(self.runner, root, self.environ)
        return other


def _files(top: Path, left_out: set[str]) -> dict[str, tuple[int, bytes]]:
    """Mode and content of every file below, symbolic links as such; none of the names in `left_out`, wherever."""
    found: dict[str, tuple[int, bytes]] = {}
    for directory, directories, files in os.walk(top):
        directories[:] = sorted(set(directories) - left_out)
        for name in [*files, *directories]:
            path = Path(directory, name)
            mode = path.lstat().st_mode
            if name in left_out or stat.S_ISDIR(mode):
                continue
            content = os.fsencode(path.readlink()) if stat.S_ISLNK(mode) else path.read_bytes()
            found[path.relative_to(top).as_posix()] = mode, content
    return found


@pytest.fixture(scope="session")
def runners(tmp_path_factory: pytest.TempPathFactory) -> Runners:
    home = tmp_path_factory.mktemp("runners")
    clone, revision = clone_of_working_tree(home)
    runners = Runners(home, clone, revision)
    for name in ("pre-commit", "prek"):
        runners.install(name)
    return runners


@pytest.fixture(scope="session")
def fork() -> Iterator[Hook]:
    with Runner() as runner:
        yield runner.command


def answer(body: Mapping[str, Any]) -> str:
    return "    return a + b\n" if "def " in body["prompt"] else "  return a + b;\n"


@pytest.fixture
def runner() -> str:
    """What starts the hook; a test module says which ones it is about."""
    return "git"


@pytest.fixture
def unhooked(runner: str, runners: Runners, tmp_path: Path, langdock_server: LangdockServer) -> Project:
    """An empty repository, without hooks, of a user who has nothing configured but the strict server on loopback."""
    root, home = tmp_path / "repository", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    langdock_server.text = answer
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TEMP") if name in os.environ}
    user = {"HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home), "LOCALAPPDATA": str(home)}
    git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(home / "gitconfig")}
    (home / "gitconfig").write_text(
        "[user]\nname = a\nemail = a@example.org\n[init]\ndefaultBranch = main\n"
        '[protocol "file"]\nallow = always\n[core]\neditor = true\n'
    )
    engine = {"LANGDOCK_API_KEY": KEY, "FIMBOT_BASE_URL": langdock_server.url}
    environ = kept | user | git | engine | {"PATH": runners.path(runner)} | runners.environ(runner)
    project = Project(runner, runners, root, environ, langdock_server)
    project.git("init", "-q")
    return project


@pytest.fixture
def new(unhooked: Project) -> Project:
    """The same with hooks."""
    return unhooked.with_hooks(unhooked.root)


@pytest.fixture
def project(new: Project) -> Project:
    """One commit with two ordinary files."""
    new.commit({"a.py": ORDINARY, "b.py": ORDINARY})
    return new
