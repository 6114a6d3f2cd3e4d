"""GitHub's JSON of what is in a repository: changed files, commits, content, check runs."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote

from tests.doubles.github.diffs import FileDiff
from tests.doubles.github.git_store import Entry
from tests.doubles.github.limits import HardLimits
from tests.doubles.github.payloads import Payload, Payloads, node_id
from tests.doubles.github.state import CheckRun, Clock, Grant, Repository


@dataclass(frozen=True)
class GitPayloads:
    api: str
    html: str
    limits: HardLimits
    others: Payloads

    def file(self, repository: Repository, file: FileDiff, commit: str, *, with_patch: bool) -> Payload:
        name = quote(file.path)
        added, deleted = file.count(b"+"), file.count(b"-")
        found: Payload = {
            "sha": file.old_sha if file.status == "removed" else file.new_sha,
            "filename": file.path,
            "status": file.status,
            "additions": added,
            "deletions": deleted,
            "changes": added + deleted,
            "blob_url": f"{self.html}/{repository.name}/blob/{commit}/{name}",
            "raw_url": f"{self.html}/{repository.name}/raw/{commit}/{name}",
            "contents_url": f"{self.api}/repos/{repository.name}/contents/{name}?ref={commit}",
        }
        if with_patch and self.limits.shows_patch(file):
            found["patch"] = file.patch.decode("utf-8", "replace")
        if file.status in ("renamed", "copied"):
            found["previous_filename"] = file.old_path
        return found

    def commit(self, repository: Repository, sha: str) -> Payload:
        commit = repository.store.commit(sha)
        url, html = f"{self.api}/repos/{repository.name}/commits/{sha}", f"{self.html}/{repository.name}/commit/{sha}"
        git = f"{self.api}/repos/{repository.name}/git"

        def person(given: tuple[str, str, str]) -> Payload:
            return dict(zip(("name", "email", "date"), given, strict=True))

        return {
            "sha": sha,
            "node_id": node_id("C", int(sha[:12], 16)),
            "commit": {
                "author": person(commit.author),
                "committer": person(commit.committer),
                "message": commit.message,
                "tree": {"sha": commit.tree, "url": f"{git}/trees/{commit.tree}"},
                "url": f"{git}/commits/{sha}",
                "comment_count": 0,
            },
            "url": url,
            "html_url": html,
            "comments_url": f"{url}/comments",
            "author": None,
            "committer": None,
            "parents": [{"sha": parent, "url": url.replace(sha, parent)} for parent in commit.parents],
        }

    def content(self, repository: Repository, entry: Entry, ref: str, content: bytes | None) -> Payload:
        """`content` None: as it is listed in a directory."""
        kind = {"tree": "dir", "commit": "submodule"}.get(entry.kind, "file")
        if entry.mode == "120000":
            kind = "symlink"
        url = f"{self.api}/repos/{repository.name}/contents/{quote(entry.path)}?ref={quote(ref)}"
        git = f"{self.api}/repos/{repository.name}/git/{'trees' if kind == 'dir' else 'blobs'}/{entry.sha}"
        html = f"{self.html}/{repository.name}/blob/{quote(ref)}/{quote(entry.path)}"
        found: Payload = {
            "name": entry.path.rpartition("/")[2],
            "path": entry.path,
            "sha": entry.sha,
            "size": entry.size or 0,
            "url": url,
            "html_url": html,
            "git_url": git,
            "download_url": None if kind == "dir" else html.replace("/blob/", "/raw/"),
            "type": kind,
            "_links": {"self": url, "git": git, "html": html},
        }
        if content is not None:
            large = len(content) > self.limits.contents_bytes
            found["encoding"] = "none" if large else "base64"
            found["content"] = "" if large else base64.encodebytes(content).decode()
        return found

    def check_run(self, repository: Repository, run: CheckRun, grant: Grant) -> Payload:
        given = run.given
        output = given.get("output")
        told: Payload = dict(output) if isinstance(output, dict) else {}
        url = f"{self.api}/repos/{repository.name}/check-runs/{run.id}"
        completed = given.get("conclusion") is not None
        return {
            "id": run.id,
            "node_id": node_id("CR", run.id),
            "name": given["name"],
            "head_sha": given["head_sha"],
            "external_id": given.get("external_id"),
            "url": url,
            "html_url": f"{self.html}/{repository.name}/runs/{run.id}",
            "details_url": given.get("details_url"),
            "status": "completed" if completed else given.get("status", "queued"),
            "conclusion": given.get("conclusion"),
            "started_at": Clock.text(run.created_at),
            "completed_at": Clock.text(run.created_at) if completed else None,
            "output": {
                **{name: told.get(name) for name in ("title", "summary", "text")},
                "annotations_count": len(run.annotations),
                "annotations_url": f"{url}/annotations",
            },
            "check_suite": {"id": run.id},
            "app": self.others.app(grant.user.login.removesuffix("[bot]"), grant.user),
            "pull_requests": [],
        }
