"""A bare repository, as a server keeps one: what is asked of it is asked of the real git."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SHA = re.compile(r"[0-9a-f]{40}\Z")

# As GitHub's servers do: a partial clone, and any commit by its name, one that a force push left behind included.
_SETTINGS = """\
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""


class GitFailed(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Entry:
    mode: str
    kind: str
    sha: str
    size: int | None
    path: str


@dataclass(frozen=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: tuple[str, str, str]
    """Name, address, date."""
    committer: tuple[str, str, str]
    message: str


@dataclass(frozen=True)
class GitStore:
    path: Path

    @classmethod
    def create(cls, path: Path, *, alternate: Path | None = None) -> GitStore:
        """`alternate`: another bare repository whose objects are borrowed, as GitHub's forks do."""
        store = cls(path)
        path.mkdir(parents=True)
        store.git("init", "-q", "--bare", "-b", "main", "--template=")
        with (path / "config").open("a") as config:
            config.write(_SETTINGS)
        if alternate is not None:
            (path / "objects" / "info" / "alternates").write_text(f"{alternate / 'objects'}\n")
        return store

    @cached_property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        committer = {
            f"GIT_{role}_{field}": value
            for role in ("AUTHOR", "COMMITTER")
            for field, value in (("NAME", "GitHub"), ("EMAIL", "noreply@github.com"))
        }
        return kept | committer | {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}

    def git(self, *arguments: str, input: bytes | None = None, environ: Mapping[str, str] | None = None) -> bytes:
        """Raises GitFailed with git's own message."""
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *arguments],
            cwd=self.path,
            env=self._environment | dict(environ or {}),
            input=input if input is not None else b"",
            capture_output=True,
            check=False,
            timeout=60,
        )
        if done.returncode:
            raise GitFailed(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def text(self, *arguments: str, input: bytes | None = None) -> str:
        return self.git(*arguments, input=input).decode("utf-8", "surrogateescape").strip()

    def commit_of(self, revision: str) -> str | None:
        """A branch, a tag or a commit's name -> the commit's full name; None if there is none."""
        for name in (f"refs/heads/{revision}", f"refs/tags/{revision}", revision):
            if name.startswith("-"):
                continue
            try:
                return self.text("rev-parse", "-q", "--verify", "--end-of-options", f"{name}^{{commit}}")
            except GitFailed:
                continue
        return None

    def branch(self, name: str) -> str | None:
        try:
            return self.text("rev-parse", "-q", "--verify", f"refs/heads/{name}^{{commit}}")
        except GitFailed:
            return None

    def branches(self) -> dict[str, str]:
        lines = self.text("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads").splitlines()
        return {name.removeprefix("refs/heads/"): sha for name, sha in (line.rsplit(" ", 1) for line in lines)}

    def merge_base(self, one: str, other: str) -> str | None:
        try:
            return self.text("merge-base", one, other)
        except GitFailed:
            return None

    def commits_between(self, base: str, head: str) -> list[str]:
        """What `head` has and `base` has not, oldest first."""
        return self.text("rev-list", "--topo-order", "--reverse", f"{base}..{head}").split()

    def commit(self, sha: str) -> Commit:
        form = "%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
        tree, parents, an, ae, at, cn, ce, ct, message = self.text("show", "-s", f"--format={form}", sha).split("\0")
        return Commit(sha, tree, tuple(parents.split()), (an, ae, at), (cn, ce, ct), message)

    def blob(self, sha: str) -> bytes | None:
        try:
            return self.git("cat-file", "blob", sha)
        except GitFailed:
            return None

    def entries(self, tree: str, *, recursive: bool = False) -> list[Entry] | None:
        options = ["-r", "-t"] if recursive else []
        try:
            raw = self.git("ls-tree", "-z", "-l", *options, "--end-of-options", tree)
        except GitFailed:
            return None
        found = []
        for line in raw.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, path = line.split("\t", 1)
            mode, kind, sha, size = head.split()
            found.append(Entry(mode, kind, sha, int(size) if size.isdigit() else None, path))
        return found

    def entry(self, commit: str, path: str) -> Entry | None:
        try:
            raw = self.git("--literal-pathspecs", "ls-tree", "-z", "-l", commit, "--", path)
        except GitFailed:
            return None
        for line in raw.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            head, name = line.split("\t", 1)
            mode, kind, sha, size = head.split()
            if name == path:
                return Entry(mode, kind, sha, int(size) if size.isdigit() else None, name)
        return None

    def read(self, commit: str, path: str) -> bytes | None:
        entry = self.entry(commit, path)
        return self.blob(entry.sha) if entry is not None and entry.kind == "blob" else None

    def set_ref(self, name: str, sha: str | None) -> None:
        if sha is None:
            self.git("update-ref", "-d", name)
        else:
            self.git("update-ref", name, sha)

    def write_commit(
        self, branch: str, parent: str | None, files: Mapping[str, bytes | None], message: str, modes: Mapping[str, str]
    ) -> str:
        """A commit on top of the parent with these files, None deletes one; the branch is moved there by force."""
        text = message.encode()
        stream = [
            f"commit refs/heads/{branch}\nmark :1\ncommitter GitHub <noreply@github.com> now\n".encode(),
            b"data %d\n%s\n" % (len(text), text),
            f"from {parent}\n".encode() if parent else b"",
        ]
        for path, content in files.items():
            if content is None:
                stream.append(b"D %s\n" % _quoted(path))
            else:
                mode = modes.get(path, "100644").encode()
                stream.append(b"M %s inline %s\ndata %d\n%s\n" % (mode, _quoted(path), len(content), content))
        # A branch that is there already has to be named as the parent, or be forgotten first.
        reset = b"" if parent else f"reset refs/heads/{branch}\n\n".encode()
        given = b"".join([reset, *stream, b"get-mark :1\n"])
        options = ("--quiet", "--force", "--date-format=now", "--cat-blob-fd=1")
        return self.git("fast-import", *options, input=given).decode().strip()


def _quoted(path: str) -> bytes:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'.encode("utf-8", "surrogateescape")
