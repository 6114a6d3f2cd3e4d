"""What starts fimbot at a commit: the hook managers, and git itself. Each is the real one, installed once a session."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = Path(sysconfig.get_path("scripts"))
HOOK_TYPES = ("pre-commit", "pre-merge-commit", "pre-push")
CONFIG = ".pre-commit-config.yaml"


@dataclass(frozen=True)
class Runners:
    """Where everything was installed, in a directory of the session."""

    home: Path
    clone: Path
    """A repository with the files of the working tree, which the hook managers install fimbot from."""
    revision: str

    @property
    def url(self) -> str:
        return self.clone.as_uri()

    @property
    def fimbot(self) -> Path:
        """A directory with nothing but the program that pre-commit has installed: what `pip install fimbot` gives."""
        return self.home / "bin"

    def place_config(self, name: str, root: Path, text: str | None = None) -> None:
        """What a team commits, out of git's sight here, so that it is in no test's change."""
        match name:
            case "pre-commit" | "prek":
                # prek 0.5 calls it an error when SKIP leaves no hook at all; a team has more than one.
                other = "      - id: fimbot-check\n        stages: [manual]\n"
                (root / CONFIG).write_text(text or self.config("fimbot") + other)
            case "lefthook":
                (root / "lefthook.yml").write_text(_LEFTHOOK)
            case "husky":
                (root / ".husky").mkdir()
                for hook in HOOK_TYPES:
                    (root / ".husky" / hook).write_text(_husky(hook))

    def config(self, *hooks: str) -> str:
        listed = "".join(f"      - id: {hook}\n" for hook in hooks)
        return f"repos:\n  - repo: {self.url}\n    rev: {self.revision}\n    hooks:\n{listed}"

    def environ(self, name: str) -> dict[str, str]:
        """What the user's environment holds for it, beside PATH."""
        match name:
            case "pre-commit":
                return {"PRE_COMMIT_HOME": str(self.home / "pre-commit")}
            case "prek":
                return {"PREK_HOME": str(self.home / "prek")}
            case "lefthook":
                return {"LEFTHOOK_BIN": str(_program("lefthook"))}
        return {}

    def path(self, name: str) -> str:
        """Where a program called fimbot is to be found by those that bring none along, and by no one else."""
        known = os.environ.get("PATH", os.defpath).split(os.pathsep)
        path = [each for each in known if shutil.which("fimbot", path=each) is None]
        return os.pathsep.join([str(self.fimbot), *path] if name in ("lefthook", "husky", "git") else path)

    def write_hooks(self, name: str, root: Path, environ: Mapping[str, str]) -> None:
        """Lets the runner write its hooks into the repository, as whoever cloned it does."""
        if name == "husky":
            # Its command only sets core.hooksPath and writes these; node is not asked again afterwards.
            _run([_node(), str(self._husky() / "bin.js")], root, environ)
        elif name in ("prek", "lefthook"):
            _run([*self.command(name), "install", *_types(name)], root, environ)
        else:
            # The same ones for every repository; to start Python anew for each would take a minute.
            written = self.home / f"{name}-once"
            if not written.exists():
                _run(["git", "init", "-q", str(written)], self.home, environ)
                _run([*self.command(name), "install", *_types(name)], written, environ)
            hooks = root / _run(["git", "rev-parse", "--git-path", "hooks"], root, environ).strip()
            shutil.copytree(written / ".git" / "hooks", hooks, dirs_exist_ok=True)

    def command(self, name: str) -> list[str]:
        match name:
            case "pre-commit":
                return [sys.executable, "-m", "pre_commit"]
            case "git":
                return [str(self.fimbot / "fimbot")]
        return [str(_program(name))]

    def _husky(self) -> Path:
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("husky: npm is missing")
        package = self.home / "husky" / "node_modules" / "husky"
        if not package.exists():
            place = self.home / "husky"
            place.mkdir(exist_ok=True)
            _run([npm, "install", "--silent", "--no-fund", "--no-audit", "husky@9"], place, outside())
        return package

    def install(self, name: str) -> None:
        """pre-commit and prek make their environments, from the clone and the package index."""
        project = self.home / f"{name}-project"
        project.mkdir()
        environ = outside() | self.environ(name) | {"PATH": f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', '')}"}
        _run(["git", "init", "-q"], project, environ)
        self.place_config(name, project)
        _run(["git", "add", CONFIG], project, environ)
        _run([*self.command(name), "install-hooks"], project, environ)
        if name == "pre-commit":
            (installed,) = (self.home / "pre-commit").glob("repo*/py_env-*/*/fimbot*")
            self.fimbot.mkdir()
            (self.fimbot / "fimbot").symlink_to(installed)


def clone_of_working_tree(home: Path) -> tuple[Path, str]:
    """One commit with what git would take from the working tree, and its name."""
    place = home / "fimbot.git"
    place.mkdir()
    listed = _run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT, outside())
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    author = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    _run(["git", "init", "-q"], place, outside())
    _run(["git", "add", "--all"], place, outside())
    _run(["git", "commit", "-q", "--no-verify", "-m", "The working tree"], place, outside() | author)
    return place, _run(["git", "rev-parse", "HEAD"], place, outside()).strip()


def outside() -> dict[str, str]:
    """Of the environment of the tests, what an installation may need; none of a commit's that they run in."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PREK_"))}


def _program(name: str) -> Path:
    found = shutil.which(name, path=str(SCRIPTS))
    assert found, f"{name} is among the development dependencies"
    return Path(found)


def _node() -> str:
    node = shutil.which("node")
    if node is None:
        pytest.skip("husky: node is missing")
    return node


def _types(name: str) -> Iterable[str]:
    if name == "lefthook":
        return HOOK_TYPES
    option = "--hook-type"
    return [word for hook in HOOK_TYPES for word in (option, hook)]


def _run(command: list[str], at: Path, environ: Mapping[str, str]) -> str:
    done = subprocess.run(command, cwd=at, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode == 0, (command, done.stdout.decode(), done.stderr.decode())
    return done.stdout.decode()


_LEFTHOOK = """\
colors: false  # of its own, as its frame is: fimbot's are looked for
output: [execution, execution_out, failure]
pre-commit:
  jobs:
    - run: fimbot hook
pre-merge-commit:
  jobs:
    - run: fimbot hook
pre-push:
  jobs:
    - run: fimbot hook --pre-push
      use_stdin: true
"""


def _husky(hook: str) -> str:
    return f"fimbot hook{' --pre-push' if hook == 'pre-push' else ''}\n"
