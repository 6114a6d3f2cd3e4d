"""Content at a commit: files, blobs, trees, and two commits compared."""

from __future__ import annotations

import base64
from dataclasses import replace
from urllib.parse import quote

from tests.doubles.github.answers import Answer, Refused, not_found
from tests.doubles.github.diffs import diff
from tests.doubles.github.git_store import SHA
from tests.doubles.github.routes.call import Call
from tests.doubles.github.state import Repository

PERMISSION = "contents"
RAW = ("application/vnd.github.raw", "application/vnd.github.v3.raw")


def contents(call: Call) -> Answer:
    repository, path = call.readable(PERMISSION), call.arguments["path"].strip("/")
    ref = call.query.get("ref", "main")
    commit = repository.store.commit_of(ref)
    if commit is None:
        raise Refused(404, f"No commit found for the ref {ref}")
    if not path:
        return _directory(call, repository, commit, ref, "")
    entry = repository.store.entry(commit, path)
    if entry is None:
        raise not_found()
    if entry.kind == "tree":
        return _directory(call, repository, commit, ref, path)
    content = repository.store.blob(entry.sha) if entry.kind == "blob" else None
    if content is not None and len(content) > call.hard.blob_bytes:
        raise Refused(403, "This API returns blobs up to 100 MB in size.")
    if content is not None and any(kind in call.accept for kind in RAW):
        return Answer(200, content, content_type="application/vnd.github.raw; charset=utf-8")
    payload = call.contents.content(repository, entry, ref, content)
    if payload["type"] == "symlink":
        payload = {key: value for key, value in payload.items() if key not in ("content", "encoding")}
        payload["target"] = (content or b"").decode("utf-8", "replace")
    elif payload["type"] == "submodule":
        payload["submodule_git_url"] = ""
    return Answer(200, payload)


def _directory(call: Call, repository: Repository, commit: str, ref: str, path: str) -> Answer:
    entries = repository.store.entries(f"{commit}:{path}") or []
    prefix = f"{path}/" if path else ""
    named = [replace(entry, path=f"{prefix}{entry.path}") for entry in entries]
    return Answer(200, [call.contents.content(repository, entry, ref, None) for entry in named])


def blob(call: Call) -> Answer:
    repository, sha = call.readable(PERMISSION), call.arguments["file_sha"]
    content = repository.store.blob(sha) if SHA.match(sha) else None
    if content is None:
        raise not_found()
    if len(content) > call.hard.blob_bytes:
        raise Refused(403, "This API returns blobs up to 100 MB in size.")
    if any(kind in call.accept for kind in RAW):
        return Answer(200, content, content_type="application/vnd.github.raw; charset=utf-8")
    url = f"{call.payloads.api}/repos/{repository.name}/git/blobs/{sha}"
    text = base64.encodebytes(content).decode()
    return Answer(
        200,
        {"sha": sha, "node_id": sha, "size": len(content), "url": url, "content": text, "encoding": "base64"},
    )


def tree(call: Call) -> Answer:
    """`recursive` with any value, "0" and "false" too, as documented."""
    repository, name = call.readable(PERMISSION), call.arguments["tree_sha"]
    known = repository.store.commit_of(name) or (name if SHA.match(name) else None)
    entries = repository.store.entries(known, recursive="recursive" in call.query) if known else None
    if known is None or entries is None:
        raise not_found()
    sha = repository.store.text("rev-parse", f"{known}^{{tree}}")
    git = f"{call.payloads.api}/repos/{repository.name}/git"
    shown = [
        {
            "path": entry.path,
            "mode": entry.mode,
            "type": entry.kind,
            "sha": entry.sha,
            "url": f"{git}/{'trees' if entry.kind == 'tree' else 'blobs'}/{entry.sha}",
            **({} if entry.size is None else {"size": entry.size}),
        }
        for entry in entries[: call.hard.tree_entries]
    ]
    return Answer(
        200,
        {"sha": sha, "url": f"{git}/trees/{sha}", "tree": shown, "truncated": len(entries) > call.hard.tree_entries},
    )


def compare(call: Call) -> Answer:
    """The files are those between the merge base and the head, all on the first page."""
    repository = call.readable(PERMISSION)
    base_name, dots, head_name = call.arguments["basehead"].partition("...")
    base, head = _commit(call, repository, base_name), _commit(call, repository, head_name)
    if not dots or base is None or head is None:
        raise not_found()
    store = repository.store
    merge_base = store.merge_base(base, head)
    if merge_base is None:
        raise Refused(404, f"No common ancestor between {base_name} and {head_name}.")
    ahead, behind = store.commits_between(base, head), store.commits_between(head, base)
    if "application/vnd.github.diff" in call.accept:
        text = b"".join(file.text for file in diff(store, merge_base, head))
        return Answer(200, text, content_type="application/vnd.github.diff; charset=utf-8")
    html = f"{call.payloads.html}/{repository.name}/compare/{quote(call.arguments['basehead'])}"
    page = call.page(ahead, lambda sha: call.contents.commit(repository, sha))
    files = diff(store, merge_base, head)[: call.hard.compare_files] if call.query.get("page", "1") == "1" else []
    payload = {
        "url": call.url,
        "html_url": html,
        "permalink_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "base_commit": call.contents.commit(repository, base),
        "merge_base_commit": call.contents.commit(repository, merge_base),
        "status": _STATUS[bool(ahead), bool(behind)],
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": page.payload,
        "files": [call.contents.file(repository, file, head, with_patch=True) for file in files],
    }
    return Answer(200, payload, page.headers)


def commit(call: Call) -> Answer:
    """With the files of the first page: GitHub shows 300 a page here."""
    repository = call.readable(PERMISSION)
    sha = _commit(call, repository, call.arguments["ref"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.arguments['ref']}")
    parents = repository.store.commit(sha).parents
    old = parents[0] if parents else repository.store.text("hash-object", "-t", "tree", "--stdin")
    files = diff(repository.store, old, sha)
    added, deleted = (sum(file.count(mark) for file in files) for mark in (b"+", b"-"))
    shown = [call.contents.file(repository, file, sha, with_patch=True) for file in files[: call.hard.compare_files]]
    stats = {"total": added + deleted, "additions": added, "deletions": deleted}
    return Answer(200, {**call.contents.commit(repository, sha), "stats": stats, "files": shown})


_STATUS = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind", (False, False): "identical"}


def _commit(call: Call, repository: Repository, name: str) -> str | None:
    """`user:branch` is a branch of that user's fork; its commits are in the network, so they are fetched."""
    owner, colon, branch = name.partition(":")
    if not colon:
        return repository.store.commit_of(name)
    for fork in call.world.repositories.values():
        if fork.owner.lower() == owner.lower() and (fork is repository or fork.parent is repository):
            sha = fork.store.branch(branch)
            if sha is not None and fork is not repository:
                repository.store.git("fetch", "-q", "--no-tags", str(fork.git_dir), sha)
            return sha
    return None
