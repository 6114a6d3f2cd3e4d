"""Where the content comes from: always the exact head, in a clone of any depth or in none."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fimbot.apps.review.content import changes_of, content_of_files
from fimbot.apps.review.github.host import object_id
from fimbot.apps.review.github.values import PullFile
from fimbot.values import FileChange, LineRange, SkippedFile
from tests.doubles.langdock import KEY
from tests.review.conftest import ADD, BASE, FILLED, STUBBED, Desk, stubs

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names, nor such commands")


def state(root: Path) -> dict[str, bytes]:
    """Refs, configuration and index; objects may come."""
    git = root / ".git"
    files = [git / "config", git / "HEAD", git / "index", git / "packed-refs", *(git / "refs").rglob("*")]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


@pytest.mark.parametrize("depth", [["--depth=1"], []], ids=["shallow", "whole"])
@pytest.mark.parametrize("ref", ["refs/pull/1/merge", "refs/pull/1/head", "refs/heads/main"])
def test_mistake_3_lines_are_those_of_the_head_whatever_is_checked_out(desk: Desk, depth: list[str], ref: str) -> None:
    """main went on and moved the lines, so that the merge commit has others than the head."""
    desk.shop.commit("main", {"a.py": BASE})
    desk.shop.branch("work", at="main")
    desk.shop.commit("work", {"a.py": STUBBED})
    desk.shop.commit("main", {"a.py": "# one\n# two\n# three\n" + BASE})
    pull = desk.github.open_pull("acme/shop", head="work")
    assert pull.number == 1
    root = desk.clone("clone", *depth, at=ref)
    before = state(root)
    assert desk.review(pull, at=root).status == 0
    (comment,) = pull.comments
    assert desk.github.people.apply_suggestion(comment.id) == FILLED.encode()
    assert state(root) == before
    assert not any("query Contents" in str(request.body) for request in desk.github.requests)


def test_a_whole_clone_is_not_made_shallow(desk: Desk) -> None:
    root = desk.clone()
    pull = desk.open()
    assert desk.review(pull, at=root).status == 0
    assert len(pull.comments) == 1
    assert not (root / ".git/shallow").exists()


def test_a_partial_clone_whose_blobs_cannot_be_had_is_no_clone(desk: Desk) -> None:
    """git would fetch them one by one, without the token, and end."""
    desk.shop.commit("main", {"a.py": BASE})
    pull = desk.open()
    root = desk.clone(at="refs/pull/1/head")
    for setting in (("remote.origin.promisor", "true"), ("remote.origin.partialclonefilter", "blob:none")):
        desk.git("config", *setting, at=root)
    desk.git("remote", "set-url", "origin", str(desk.home / "unreachable"), at=root)
    blob = desk.git("rev-parse", "HEAD:a.py", at=root)
    (root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert desk.review(pull, at=root).status == 0
    assert len(pull.comments) == 1


def test_a_clone_that_another_workflow_has_left_is_not_obeyed(desk: Desk) -> None:
    pull = desk.open()
    root = desk.clone()
    desk.git("config", "core.sshCommand", f"touch '{desk.home}/executed'; false", at=root)
    desk.git("remote", "set-url", "origin", "ssh://nowhere.invalid/shop", at=root)
    owner = {"owner": {"login": "acme"}}
    run = {"event": "pull_request", "head_sha": pull.head_sha, "head_branch": "work", "head_repository": owner}
    assert desk.on({"workflow_run": run}, at=root).status == 0
    assert len(pull.comments) == 1
    assert not (desk.home / "executed").exists()


def test_in_a_clone_the_context_is_the_whole_repository(desk: Desk) -> None:
    desk.shop.commit("main", {"use.py": "from new import add\n\n\ndef total():\n    return add(1, 2)\n"})
    pull = desk.open({"new.py": ADD.lstrip("\n")})
    desk.review(pull, at=desk.clone(at="refs/pull/1/head"))
    assert "add(1, 2)" in str(desk.engine.requests[-1].body)


def test_a_clone_of_something_else_is_no_clone(desk: Desk) -> None:
    desk.github.create_repository("acme/other")
    other = desk.home / "other"
    desk.git("clone", "-q", desk.github.world.repositories["acme/other"].git_url, str(other), at=desk.home)
    pull = desk.open()
    assert desk.review(pull, at=other).status == 0
    assert len(pull.comments) == 1


@pytest.mark.parametrize("depth", [["--depth=1"], []], ids=["shallow", "whole"])
def test_attributes_are_those_of_the_base(desk: Desk, depth: list[str]) -> None:
    """With its own the pull request could hide its stubs, or have them filled where nobody wants it."""
    desk.shop.commit("main", {"gen/deep/.gitattributes": "*.py linguist-generated\n"})
    hostile = {".gitattributes": "*.py linguist-generated\n", "gen/deep/.gitattributes": "*.py -linguist-generated\n"}
    pull = desk.open({"a.py": STUBBED, "gen/deep/b.py": STUBBED, **hostile})
    root = desk.clone("clone", *depth, at="refs/pull/1/merge")
    before = state(root)
    desk.review(pull, at=root)
    assert [comment.thread.original.path for comment in pull.comments] == ["a.py"]
    assert state(root) == before


def test_attributes_of_a_base_that_cannot_be_fetched_are_those_at_the_root(desk: Desk) -> None:
    desk.shop.commit("main", {".gitattributes": "gen/* linguist-generated\n"})
    pull = desk.open({"a.py": STUBBED, "gen/b.py": STUBBED, ".gitattributes": "a.py linguist-generated\n"})
    root = desk.clone("clone", "--depth=1", at="refs/pull/1/head")
    desk.git("remote", "set-url", "origin", str(desk.home / "unreachable"), at=root)
    desk.review(pull, at=root)
    assert [comment.thread.original.path for comment in pull.comments] == ["a.py"]


def test_a_diff_that_github_leaves_out_is_read_in_the_clone(desk: Desk) -> None:
    """A shallow clone, whose merge base is fetched; no button, since GitHub shows no line to hang it on."""
    desk.shop.commit("main", {"big.py": BASE})
    desk.github.hard_limits.patch_lines = 6
    pull = desk.open({"big.py": STUBBED})
    result = desk.review(pull, at=desk.clone("clone", "--depth=1", at="refs/pull/1/merge"))
    assert result.status == 0, result.told
    (review,) = pull.reviews
    assert "GitHub shows no diff of this file" in review.body and "+    return a + b" in review.body


def test_a_pull_request_cannot_hide_its_stubs_by_calling_code_binary(desk: Desk) -> None:
    desk.shop.commit("main", {"big.py": BASE})
    desk.github.hard_limits.patch_lines = 6
    pull = desk.open({"big.py": STUBBED, "real.py": STUBBED + "# \0\n", ".gitattributes": "*.py -diff\n"})
    result = desk.review(pull, at=desk.clone("clone", at="refs/pull/1/merge"))
    assert [review.body.count("+    return a + b") for review in pull.reviews] == [1], result.summary
    assert "real.py" not in pull.reviews[0].body


def test_a_diff_that_github_leaves_out_is_made_through_the_api_without_a_clone(desk: Desk) -> None:
    """Also of a file that was renamed: what stood there before is nobody's change."""
    old = BASE + "# a line\n" * 40 + stubs(1)
    desk.shop.commit("main", {"big.py": old})
    desk.github.hard_limits.patch_lines = 6
    pull = desk.open({"big.py": None, "renamed.py": old + ADD})
    result = desk.review(pull)
    assert result.status == 0, result.told
    (review,) = pull.reviews
    assert review.body.count("+    return a + b") == 1 and "`add` in `renamed.py`" in review.body


def test_a_diff_that_github_leaves_out_is_not_asked_for_where_there_is_no_stub(desk: Desk) -> None:
    desk.github.hard_limits.patch_lines = 6
    pull = desk.open({"big.py": FILLED})
    result = desk.review(pull)
    assert len(desk.github.requests) <= 4
    assert "big.py" not in result.summary


def test_a_diff_that_the_clone_cannot_make_is_told(desk: Desk) -> None:
    desk.shop.commit("main", {"big.py": BASE})
    desk.github.hard_limits.patch_lines = 6
    pull = desk.open({"big.py": STUBBED})
    root = desk.clone("clone", "--depth=1", at="refs/pull/1/head")
    desk.git("remote", "set-url", "origin", str(desk.home / "unreachable"), at=root)
    result = desk.review(pull, at=root)
    assert desk.posts == []
    assert "the clone cannot fetch what it was before" in result.summary


def test_what_is_not_utf8_has_no_button_and_the_patch_has_its_bytes(desk: Desk) -> None:
    source = b"# \xe4\n" + ADD.lstrip("\n").encode()
    pull = desk.open({"latin.py": source})
    patch = desk.home / "out.patch"
    assert desk.review(pull, "--output", str(patch)).status == 0
    assert pull.comments == []
    assert b"+    return a + b" in patch.read_bytes()


@posix
def test_names_are_taken_as_they_are(desk: Desk) -> None:
    names = ["a b.py", 'q"uote.py', "ü.py", "-x.py", "$(x).py", "b/tab\t.py"]
    pull = desk.open(dict.fromkeys(names, STUBBED))
    assert desk.review(pull).status == 0
    assert sorted(comment.thread.original.path for comment in pull.comments) == sorted(names)
    for comment in pull.comments:
        assert desk.github.people.apply_suggestion(comment.id) == FILLED.encode()


@posix
@pytest.mark.parametrize("hook", ["post-index-change", "reference-transaction", "post-checkout", "pre-auto-gc"])
def test_hooks_that_the_change_brings_are_not_run(desk: Desk, hook: str) -> None:
    """husky and others keep them in the working tree: there they are the pull request's, beside the token."""
    pull = desk.open({"a.py": STUBBED, f"hooks/{hook}": f"#!/bin/sh\nenv > '{desk.home}/stolen'\n"})
    root = desk.clone("clone", "--depth=1", at="refs/pull/1/merge")
    (root / "hooks" / hook).chmod(0o755)
    desk.git("config", "core.hooksPath", "hooks", at=root)
    assert desk.review(pull, at=root).status == 0
    assert len(pull.comments) == 1
    assert not (desk.home / "stolen").exists()


@posix
def test_what_git_starts_for_a_fetch_sees_no_key_and_no_token(desk: Desk) -> None:
    pull = desk.open()
    root = desk.clone("clone", "--depth=1")
    seen = desk.home / "seen"
    desk.git("config", "core.sshCommand", f"env > '{seen}'; false", at=root)
    desk.git("remote", "set-url", "origin", "ssh://nowhere.invalid/shop", at=root)
    assert desk.review(pull, at=root, GH_TOKEN="ghp_other", MISTRAL_API_KEY="of-another-engine").status == 0
    environ = seen.read_text()
    assert "GIT_TERMINAL_PROMPT=0" in environ
    for secret in (desk.token, KEY, "ghp_other", "of-another-engine"):
        assert secret not in environ


def test_a_branch_named_like_an_option_is_none(desk: Desk) -> None:
    made = desk.home / "made"
    pull = desk.open(branch=f"--upload-pack=touch${{IFS}}{made}")
    root = desk.clone(at="refs/heads/main")
    assert desk.review(pull, at=root).status == 0
    assert len(pull.comments) == 1
    assert not made.exists()


def test_the_token_is_on_no_command_line_and_in_no_file(desk: Desk) -> None:
    pull = desk.open()
    root = desk.clone("clone", "--depth=1")
    trace = desk.home / "trace"
    assert desk.review(pull, at=root, GIT_TRACE=str(trace), GIT_TRACE_SETUP=str(trace)).status == 0
    assert "fetch" in trace.read_text()
    assert desk.token not in trace.read_text()
    for file in root.rglob("*"):
        assert not file.is_file() or desk.token.encode() not in file.read_bytes()


class GitHost:
    """Takes git's first request, and keeps what it was shown."""

    def __init__(self) -> None:
        self.shown: list[list[str]] = []
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.shown.append(self.headers.get_all("Authorization") or [])
                self.send_error(404)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def git_host() -> Iterator[GitHost]:
    host = GitHost()
    yield host
    host.close()


def test_git_shows_the_token_once_to_githubs_own_host(desk: Desk, git_host: GitHost) -> None:
    """Also where actions/checkout has left another in the configuration: GitHub refuses two."""
    root, pull = desk.clone(), desk.open()
    desk.git("remote", "set-url", "origin", f"{git_host.url}/acme/shop", at=root)
    desk.git("config", f"http.{git_host.url}/.extraheader", "AUTHORIZATION: basic b2xk", at=root)
    assert desk.review(pull, at=root, GITHUB_SERVER_URL=git_host.url).status == 0
    basic = base64.b64encode(f"x-access-token:{desk.token}".encode()).decode()
    assert git_host.shown == [[f"basic {basic}"]]


def test_what_the_environment_configures_stays_configured(desk: Desk, git_host: GitHost) -> None:
    """As a runner or a container does whose workspace another user owns, or that is behind a proxy."""
    root, pull = desk.clone(), desk.open()
    desk.git("remote", "set-url", "origin", "shop:acme/shop", at=root)
    first = {"GIT_CONFIG_KEY_0": f"url.{git_host.url}/.insteadOf", "GIT_CONFIG_VALUE_0": "shop:"}
    second = {"GIT_CONFIG_KEY_1": f"http.{git_host.url}/.extraheader", "GIT_CONFIG_VALUE_1": "X-Proxy: mine"}
    more = {"GIT_CONFIG_COUNT": "2", "GITHUB_SERVER_URL": git_host.url}
    assert desk.review(pull, at=root, **first, **second, **more).status == 0
    basic = base64.b64encode(f"x-access-token:{desk.token}".encode()).decode()
    assert git_host.shown == [[f"basic {basic}"]]


def test_git_shows_the_token_to_no_other_host(desk: Desk, git_host: GitHost) -> None:
    root, pull = desk.clone(), desk.open()
    desk.git("remote", "set-url", "origin", f"{git_host.url}/acme/shop", at=root)
    assert desk.review(pull, at=root).status == 0
    assert git_host.shown == [[]]
    assert len(pull.comments) == 1


def listed(path: str, content: bytes = STUBBED.encode(), **more: str | None) -> PullFile:
    patch = more.get("patch", "@@ -0,0 +1,2 @@\n+a\n+b")
    return PullFile(path, more.get("status") or "added", object_id(content), patch, 2)


def changes(files: list[PullFile], contents: dict[str, bytes | None]) -> list[FileChange | SkippedFile]:
    with content_of_files(contents, None) as content:
        return list(changes_of(files, [], content, None, (":(top,exclude,glob)vendor/**",), 1_000_000))


def test_what_is_no_code_was_removed_or_is_excluded_is_no_change() -> None:
    files = [listed("a.txt"), listed("b.py", status="removed"), listed("vendor/x/c.py")]
    assert changes(files, {"vendor/x/c.py": STUBBED.encode()}) == []


def test_a_file_that_lost_lines_only_is_part_of_the_change() -> None:
    """A body may be what it has lost."""
    (change,) = changes([listed("a.py", patch="@@ -1,2 +0,0 @@\n-a\n-b")], {"a.py": b""})
    assert isinstance(change, FileChange)
    assert (change.added, change.deleted) == ((), (0,))


def test_a_change_is_the_lines_that_github_shows_as_new() -> None:
    (change,) = changes([listed("a.py")], {"a.py": STUBBED.encode()})
    assert isinstance(change, FileChange)
    assert (change.path, change.added, change.blob) == ("a.py", (LineRange(1, 2),), object_id(STUBBED.encode()))


@pytest.mark.parametrize("path", ["../a.py", ".git/hooks/a.py", "/a.py", "x/../../a.py"])
def test_a_path_that_leads_out_of_the_repository_is_never_written(path: str) -> None:
    assert changes([listed(path)], {path: STUBBED.encode()}) == [SkippedFile(path, "no regular file at the head")]


def test_files_beyond_what_github_lists_are_told() -> None:
    many = [listed(f"m{n}.txt") for n in range(3000)]
    assert changes(many, {}) == [SkippedFile("(others)", "GitHub lists 3,000 files at most")]
    assert changes(many[:-1], {}) == []
