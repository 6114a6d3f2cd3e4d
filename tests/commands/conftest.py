from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.doubles.langdock import KEY, LangdockServer

ROOT = Path(__file__).parents[2]


@dataclass
class Result:
    status: int
    out: str
    err: str


@dataclass
class Workshop:
    """A repository, and a user who has nothing configured but the strict server on loopback."""

    root: Path
    home: Path
    server: LangdockServer
    environ: dict[str, str] = field(default_factory=dict)

    def git(self, *arguments: str, input: bytes | None = None) -> bytes:
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.environ, input=input, capture_output=True, check=False
        )
        assert done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout

    def write(self, path: str, content: str | bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def commit(self, files: Mapping[str, str | bytes] | None = None) -> None:
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "--allow-empty", "-qm", "change")

    def fimbot(self, *arguments: str, at: Path | None = None, **environ: str) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "fimbot", *arguments],
            cwd=at or self.root,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
        out, err = done.stdout.decode("utf-8", "surrogateescape"), done.stderr.decode("utf-8", "surrogateescape")
        assert "Traceback" not in err, err
        assert KEY not in out + err
        return Result(done.returncode, out, err)


@pytest.fixture
def workshop(tmp_path: Path, langdock_server: LangdockServer) -> Iterator[Workshop]:
    root, home = tmp_path / "repository", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "TEMP", "COVERAGE_PROCESS_START")
        if name in os.environ
    }
    user = {"HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home), "LOCALAPPDATA": str(home)}
    git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(home / "gitconfig")}
    (home / "gitconfig").write_text("[user]\nname = a\nemail = a@example.org\n[init]\ndefaultBranch = main\n")
    engine = {"LANGDOCK_API_KEY": KEY, "FIMBOT_BASE_URL": langdock_server.url}
    workshop = Workshop(root, home, langdock_server, kept | user | git | engine | {"PYTHONPATH": str(ROOT)})
    workshop.git("init", "-q")
    yield workshop


@pytest.fixture
def stubbed(workshop: Workshop) -> Workshop:
    """One commit before, and one that brought a stub."""
    workshop.commit({"a.py": "import re\n\n\ndef old():\n    return 1\n"})
    workshop.commit({"a.py": STUBBED})
    workshop.server.text = "    return a + b\n"
    return workshop


STUBBED = '''\
import re


def old():
    return 1


def add(a: int, b: int) -> int:
    """The sum."""
    # TODO: implement
    raise NotImplementedError
'''

FILLED = STUBBED.replace("    # TODO: implement\n    raise NotImplementedError\n", "    return a + b\n")
