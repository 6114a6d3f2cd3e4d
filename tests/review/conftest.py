"""A pull request on the strict stand-in, a clone or none, and `fimbot review` on it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fimbot.cli.main import run
from tests.doubles.github import GitHubServer
from tests.doubles.github.state import Comment, PullRequest, Repository
from tests.doubles.github.wire import Request
from tests.doubles.langdock import KEY, LangdockServer

ROOT = Path(__file__).parents[2]
BOT = "github-actions[bot]"
BASE = "import re\n\n\ndef old():\n    return 1\n"
ADD = '\n\ndef add(a: int, b: int) -> int:\n    """The sum."""\n    raise NotImplementedError\n'
STUBBED = BASE + ADD
FILLED = STUBBED.replace("    raise NotImplementedError\n", "    return a + b\n")

# A body that stands far below its signature: a change of the one shows nothing of the other.
_LINES = "".join(f"    line {n}\n" for n in range(20))
FAR = f'def add(a):\n    """The sum.\n\n{_LINES}    """\n    raise NotImplementedError\n'


def stubs(count: int, first: int = 0) -> str:
    return "".join(f"\n\ndef f{n}(a, b):\n    raise NotImplementedError\n" for n in range(first, first + count))


@dataclass
class Result:
    status: int
    out: str
    err: str
    outputs: dict[str, str]
    summary: str

    @property
    def told(self) -> str:
        return self.out + self.err


@dataclass
class Desk:
    """acme/shop on GitHub, and somebody who runs `fimbot review` on its pull requests."""

    home: Path
    github: GitHubServer
    engine: LangdockServer
    shop: Repository
    token: str
    patch: pytest.MonkeyPatch
    streams: pytest.CaptureFixture[str]
    environ: dict[str, str] = field(default_factory=dict)

    def open(
        self, files: Mapping[str, str | bytes | None] | None = None, *, branch: str = "work", author: str = "ann"
    ) -> PullRequest:
        self.shop.branch(branch, at="main")
        self.shop.commit(branch, files or {"a.py": STUBBED})
        return self.github.open_pull("acme/shop", head=branch, author=author)

    def push(self, files: Mapping[str, str | bytes | None], *, branch: str = "work", onto: str | None = None) -> str:
        sha = self.shop.commit(branch, files, force_onto=onto)
        self.github.refresh()
        return sha

    def clone(self, name: str = "clone", *options: str, at: str = "") -> Path:
        """As a checkout leaves it: a detached head. `at`: what is fetched and checked out."""
        root = self.home / name
        self.git("init", "-q", str(root), at=self.home)
        self.git("remote", "add", "origin", self.shop.git_url, at=root)
        self.git("fetch", "-q", *options, "origin", at or "refs/heads/main", at=root)
        self.git("checkout", "-q", "--detach", "FETCH_HEAD", at=root)
        return root

    def review(self, pull: PullRequest, *options: str, at: Path | None = None, **environ: str) -> Result:
        return self.fimbot("review", "--repo", "acme/shop", "--pr", str(pull.number), *options, at=at, **environ)

    def fimbot(self, *arguments: str, at: Path | None = None, **environ: str) -> Result:
        directory = at or self.home / "nowhere"
        directory.mkdir(exist_ok=True)
        output, summary = self.home / "output", self.home / "summary"
        for file in (output, summary):
            file.write_bytes(b"")
        files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        # In this process, since there are many of them and imports take half of the time of each.
        with self.patch.context() as patch:
            for name in set(os.environ) - set(self.environ):
                patch.delenv(name)
            for name, value in (self.environ | files | environ).items():
                patch.setenv(name, value)
            patch.chdir(directory)
            self.streams.readouterr()
            status = run(arguments)
        out, err = self.streams.readouterr()
        assert "Traceback" not in err and "should not have happened" not in err, err
        told = dict(line.split("=", 1) for line in output.read_text().splitlines())
        result = Result(status, out, err, told, summary.read_text())
        for secret in (KEY, self.token):
            assert secret not in result.told + result.summary + str(told)
        return result

    def on(self, payload: Mapping[str, object], *options: str, at: Path | None = None, **environ: str) -> Result:
        """As in a workflow that an event started."""
        path = self.home / "event.json"
        path.write_text(json.dumps(payload))
        event = {"GITHUB_EVENT_PATH": str(path), "GITHUB_REPOSITORY": "acme/shop", "GITHUB_ACTIONS": "true"}
        return self.fimbot("review", *options, at=at, **(event | environ))

    def since(self, count: int) -> list[Request]:
        return self.github.requests[count:]

    @property
    def posts(self) -> list[Request]:
        return [request for request in self.github.requests if request.method != "GET" and request.path != "/graphql"]

    def git(self, *arguments: str, at: Path) -> str:
        done = subprocess.run(["git", *arguments], cwd=at, env=self.environ, capture_output=True, check=False)
        assert done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout.decode().strip()


@pytest.fixture
def desk(
    tmp_path: Path, langdock_server: LangdockServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Desk]:
    home = tmp_path / "home"
    home.mkdir()
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "TEMP", "COVERAGE_PROCESS_START")
        if name in os.environ
    }
    user = {"HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home), "LOCALAPPDATA": str(home)}
    git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(home / "gitconfig")}
    (home / "gitconfig").write_text("[user]\nname = a\nemail = a@example.org\n[init]\ndefaultBranch = main\n")
    langdock_server.text = "    return a + b\n"
    with GitHubServer(tmp_path / "github") as github:
        shop = github.create_repository("acme/shop")
        shop.commit("main", {"a.py": BASE})
        token = github.add_token(BOT)
        engine = {"LANGDOCK_API_KEY": KEY, "FIMBOT_BASE_URL": langdock_server.url}
        service = {"GITHUB_API_URL": github.api_url, "GITHUB_SERVER_URL": github.url, "GITHUB_TOKEN": token}
        environ = kept | user | git | engine | service | {"PYTHONPATH": str(ROOT)}
        yield Desk(home, github, langdock_server, shop, token, monkeypatch, capfd, environ)


def suggestion_lines(comment: Comment) -> tuple[int | None, int | None]:
    anchor = comment.thread.original
    return anchor.start_line, anchor.line
