"""The files of the head, at exactly the commit that is posted to: from the clone at hand, or through the API.

The usual checkout of a pull request is the merge commit, in which lines have other numbers; so nothing is ever read
from the working tree. What a shallow clone lacks is fetched. Without a clone, the files of the change are put into a
repository that is made for them, so that everything behind this reads objects, patterns and attributes in one way.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fimbot.apps.review.anchors import added_ranges, deleted_points, hunks_of, text_before
from fimbot.apps.review.github.values import LISTED_FILES, PullFile
from fimbot.changes import Blobs, Repository, Selection, generated_paths, list_paths, open_repository, read_changes
from fimbot.changes.paths import leaves_repository, on_disk
from fimbot.errors import GitError
from fimbot.settings.keys import Key
from fimbot.stubs.collect import Earlier
from fimbot.stubs.table import language_of, may_hold_stub
from fimbot.values import WHOLE_FILE, FileChange, SkippedFile

_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REGULAR = 0o100644
# In place of the old blob's name, which GitHub does not tell.
_BY_ITS_PATCH = "patch"


@dataclass(frozen=True, slots=True)
class Content:
    repository: Repository
    tree: str
    """Of the head: its commit, or a tree of the files that were read."""

    @property
    def selection(self) -> Selection:
        return Selection(f"{self.tree}..{self.tree}", all_files=True)

    def paths(self, narrowed: tuple[str, ...] = ()) -> frozenset[str]:
        """Regular files only. `narrowed`: pathspecs."""
        selection = Selection(f"{self.tree}..{self.tree}", all_files=True, paths=narrowed)
        return frozenset(list_paths(self.repository, selection))


@dataclass(frozen=True, slots=True)
class Clone:
    """A clone of the repository on GitHub, or what may be one."""

    repository: Repository
    server_url: str
    key: Key
    configured: int = 0
    """GIT_CONFIG_COUNT of the environment: how much is configured there already."""

    def fetch(self, *commits: str) -> bool:
        """Whether these commits are there; those that are not are fetched. No ref, branch or index changes."""
        if not all(_SHA.fullmatch(commit) for commit in commits):
            return False
        missing = [commit for commit in commits if not self._has(commit)]
        if not missing:
            return True
        shallow = self.repository.run("rev-parse", "--is-shallow-repository").strip() == b"true"
        # In a whole clone a depth would cut its history off.
        depth = ("--depth=1",) if shallow else ()
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance")
        self.repository.status_of("fetch", *options, *depth, "origin", *missing, environ=self._credentials())
        return all(self._has(commit) for commit in commits)

    def _has(self, commit: str) -> bool:
        status, _, _ = self.repository.status_of("cat-file", "-e", f"{commit}^{{tree}}")
        return status == 0

    def _credentials(self) -> dict[str, str]:
        """The token for GitHub's own host, in the environment of one git: neither its arguments nor a file hold it.

        The empty value drops what actions/checkout may have left in the configuration: two headers are refused.
        https://git-scm.com/docs/git-config#Documentation/git-config.txt-GITCONFIGCOUNT
        """
        basic = base64.b64encode(f"x-access-token:{self.key.reveal()}".encode()).decode()
        name = f"http.{self.server_url.rstrip('/')}/.extraheader"
        first, second = self.configured, self.configured + 1
        return {
            "GIT_CONFIG_COUNT": str(self.configured + 2),
            f"GIT_CONFIG_KEY_{first}": name,
            f"GIT_CONFIG_VALUE_{first}": "",
            f"GIT_CONFIG_KEY_{second}": name,
            f"GIT_CONFIG_VALUE_{second}": f"AUTHORIZATION: basic {basic}",
        }


def content_of_clone(clone: Clone, head: str) -> Content | None:
    """None where the head is not there and cannot be fetched: another repository, no network, no right. Nor is a
    partial clone of use: git would fetch each file by itself, and without the token."""
    partial, _, _ = clone.repository.status_of("config", "--get-regexp", r"^remote\..*\.promisor$")
    if partial == 0:
        return None
    return Content(clone.repository, head) if clone.fetch(head) else None


def generated_at_base(paths: Iterable[str], clone: Clone | None, base: str, attributes: bytes | None) -> frozenset[str]:
    """Those that the base's .gitattributes call generated: with those of the pull request its author could hide stubs.

    `attributes`: the file at the root, as GitHub has told it, where the clone cannot get the base.
    """
    if clone is not None and clone.fetch(base):
        return generated_paths(clone.repository, paths, base)
    with content_of_files({}, attributes) as content:
        return generated_paths(content.repository, paths)


@contextmanager
def content_of_files(files: Mapping[str, bytes | None], attributes: bytes | None = None) -> Iterator[Content]:
    """A repository of its own, for as long as it is needed. `attributes`: what stands in .gitattributes."""
    with TemporaryDirectory(prefix="fimbot-review-") as directory:
        root = Path(directory)
        _init(root)
        repository = open_repository(root)
        tree = tree_of(repository, files)
        if attributes is not None:
            on_disk(root, ".gitattributes").write_bytes(attributes)
        yield Content(repository, tree)


def tree_of(repository: Repository, files: Mapping[str, bytes | None]) -> str:
    """Of these files alone, in a repository of our own: its index holds nothing else."""
    entries = []
    for path, content in files.items():
        if content is None or leaves_repository(path) or "\0" in path:
            continue
        blob = repository.run("hash-object", "-w", "--stdin", "--no-filters", input=content).strip()
        entries.append(b"%o %s\t%s\0" % (_REGULAR, blob, path.encode("utf-8", "surrogateescape")))
    repository.run("read-tree", "--empty")
    repository.run("update-index", "-z", "--index-info", input=b"".join(entries))
    return repository.run("write-tree").strip().decode("ascii")


def _init(root: Path) -> None:
    from git import Git, GitCommandError, GitCommandNotFound

    try:
        Git(root).init("--quiet", "--template=", "--initial-branch=main")
    except (GitCommandError, GitCommandNotFound) as error:
        raise GitError(f"git cannot make a repository in {root}: {error}") from None


def wanted_paths(files: Sequence[PullFile]) -> list[str]:
    """Those that may hold stubs."""
    return [file.path for file in files if file.status != "removed" and language_of(file.path)]


def hidden_of(files: Sequence[PullFile], blobs: Blobs) -> list[PullFile]:
    """Files of which GitHub shows no diff, since it is too large, and that may hold a stub."""
    found = []
    for file in files:
        language = language_of(file.path)
        if file.patch is None and file.additions and file.status != "removed" and language is not None:
            source = blobs.read_path(file.path)
            whole = [(WHOLE_FILE.start, WHOLE_FILE.end)]
            if isinstance(source, SkippedFile) or may_hold_stub(language, source, whole):
                found.append(file)
    return found


def changes_of(
    files: Sequence[PullFile],
    hidden: Sequence[PullFile],
    content: Content,
    merge_base: str | None,
    excluded: tuple[str, ...],
    max_file_bytes: int,
) -> Iterator[FileChange | SkippedFile]:
    """The lines that the pull request added and deleted, as GitHub's own diff has them; `hidden`: as git has them.

    `merge_base`: a commit or tree of the content's repository, for the files of which GitHub shows no diff.
    A blob that is not the one GitHub listed is never read: the names are those of the content.
    """
    there, kept = content.paths(), content.paths(excluded)
    for file in files:
        if not language_of(file.path) or file.status == "removed" or file.path in there - kept:
            continue
        if file.path not in there or not _SHA.fullmatch(file.blob):
            yield SkippedFile(file.path, "no regular file at the head")
        elif file.patch is not None:
            hunks = hunks_of(file.patch)
            added, deleted = added_ranges(hunks), deleted_points(hunks)
            if added or deleted:
                yield FileChange(file.path, added, file.blob, "commit", _REGULAR, file.previous, deleted, _BY_ITS_PATCH)
    paths = {file.path for file in hidden} & there & kept
    yield from _changes_of_hidden(paths, content, merge_base, max_file_bytes)
    if len(files) >= LISTED_FILES:
        yield SkippedFile("(others)", f"GitHub lists {LISTED_FILES:,} files at most")


def earlier_of(files: Sequence[PullFile], blobs: Blobs) -> Earlier:
    """The files before the pull request: what its patches changed is taken back, without asking anybody."""
    patches = {file.path: file.patch for file in files if file.patch is not None}

    def read(change: FileChange) -> bytes | None:
        if change.old_blob != _BY_ITS_PATCH:
            return blobs.read_old(change)
        source = blobs.read(change)
        return None if isinstance(source, SkippedFile) else text_before(source, patches[change.path])

    def lines() -> Iterator[bytes]:
        for patch in patches.values():
            for line in patch.split("\n"):
                if line.startswith(("-", "+")):
                    yield line.encode("utf-8", "surrogateescape")

    return Earlier(read, lines)


def _changes_of_hidden(
    paths: set[str], content: Content, merge_base: str | None, max_file_bytes: int
) -> Iterator[FileChange | SkippedFile]:
    if merge_base is None:
        for path in sorted(paths):
            yield SkippedFile(path, "GitHub shows no diff of it, and the clone cannot fetch what it was before")
    elif paths:
        selection = Selection(f"{merge_base}..{content.tree}")
        with _without_attributes(content.repository) as repository:
            for change in read_changes(repository, selection, max_file_bytes=max_file_bytes):
                if change.path in paths:
                    yield change


@contextmanager
def _without_attributes(repository: Repository) -> Iterator[Repository]:
    """Another with the same objects: in a clone git obeys the .gitattributes that are checked out, which are the pull
    request's, and `*.py -diff` in them would make each file a binary one. (`--attr-source` came with git 2.41.)"""
    objects = os.fsencode(repository.shared_git_path("objects"))
    with content_of_files({}) as content:
        alternates = content.repository.git_path("objects/info/alternates")
        alternates.parent.mkdir(exist_ok=True)
        alternates.write_bytes(objects + b"\n")
        yield content.repository
