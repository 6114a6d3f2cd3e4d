"""The stand-in GitHub and its repositories: what a push does, what the files of a pull request look like."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.github.strict_asking import AFTER, BEFORE, LINES, Desk, on, open_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "github") as opened:
        yield opened


def git(at: Path, *arguments: str) -> str:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_CONFIG_GLOBAL": os.devnull}
    who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(["git", *arguments], cwd=at, env=environ | who, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().strip()


def head(desk: Desk) -> str:
    return str(desk.of_pull("GET").json()["head"]["sha"])


def comment_on(desk: Desk, line: int, **more: object) -> int:
    desk.review(on(line, **more))  # type: ignore[arg-type]
    return desk.pull.comments[-1].id


def place(desk: Desk, comment: int) -> tuple[str, int | None, int | None, int]:
    """Path, first line, line, original line."""
    found = desk.ask("GET", f"/repos/acme/shop/pulls/comments/{comment}").json()
    return found["path"], found["start_line"], found["line"], found["original_line"]


def test_nothing_moves_without_a_push(desk: Desk) -> None:
    before = desk.of_pull("GET").json()
    assert before == desk.of_pull("GET").json()
    assert (before["commits"], before["changed_files"], before["mergeable"]) == (2, 5, True)


def test_a_push_with_real_git_moves_the_head(desk: Desk, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "-b", "work", desk.shop.git_url, "clone")
    clone = tmp_path / "clone"
    (clone / "b.py").write_text("b\n")
    git(clone, "add", "b.py")
    git(clone, "commit", "-qm", "b")
    git(clone, "push", "-q")
    assert head(desk) == git(clone, "rev-parse", "HEAD")
    git(clone, "fetch", "-q", "origin", "refs/pull/1/head:h", "refs/pull/1/merge:m")
    assert git(clone, "rev-parse", "h", "m^1", "m^2").split() == [head(desk), desk.pull.base_sha, head(desk)]


def test_a_shallow_clone_fetches_what_it_lacks(desk: Desk, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", "-b", "work", desk.shop.git_url, "clone")
    git(tmp_path / "clone", "fetch", "-q", "--depth=1", "origin", desk.pull.base_sha)
    assert git(tmp_path / "clone", "cat-file", "-t", desk.pull.base_sha) == "commit"


def test_a_conflict_leaves_no_test_merge(desk: Desk) -> None:
    desk.shop.commit("main", {"a.py": BEFORE.replace("line 10\n", "other 10\n")})
    answer = desk.of_pull("GET").json()
    assert (answer["mergeable"], answer["merge_commit_sha"]) == (False, None)
    assert "refs/pull/1/merge" not in desk.shop.store.text("for-each-ref")


def test_the_base_is_the_one_of_the_last_push(desk: Desk) -> None:
    old, new = desk.pull.base_sha, desk.shop.commit("main", {"other.py": "1\n"})
    assert desk.of_pull("GET").json()["base"]["sha"] == old
    desk.shop.commit("work", {"more.py": "1\n"})
    assert desk.of_pull("GET").json()["base"]["sha"] == new


def test_a_comment_moves_with_its_lines(desk: Desk) -> None:
    one, more = comment_on(desk, 51), comment_on(desk, 52, start_line=51, start_side="RIGHT")
    desk.shop.commit("work", {"a.py": "first\n" + AFTER})
    assert place(desk, one) == ("a.py", None, 52, 51)
    assert place(desk, more) == ("a.py", 52, 53, 52)


@pytest.mark.parametrize(
    "after",
    [
        AFTER.replace("new 51\n", "newer 51\n"),
        AFTER.replace("new 51\n", ""),
        AFTER.replace("new 51\n", "new 51\nbetween\n"),
        BEFORE,
        None,
    ],
    ids=["a line of it changed", "a line of it gone", "a line put into it", "the change taken back", "the file gone"],
)
def test_a_comment_is_outdated(desk: Desk, after: str | None) -> None:
    comment = comment_on(desk, 52, start_line=51, start_side="RIGHT")
    commit = desk.pull.head_sha
    desk.shop.commit("work", {"a.py": after})
    assert place(desk, comment) == ("a.py", None, None, 52)
    found = desk.ask("GET", f"/repos/acme/shop/pulls/comments/{comment}").json()
    assert found["commit_id"] == found["original_commit_id"] == commit
    assert (found["position"], found["original_start_line"]) == (None, 51)


def test_a_comment_is_outdated_once_its_hunk_is_gone(desk: Desk) -> None:
    beside, between = comment_on(desk, 50), comment_on(desk, 51, start_line=10, start_side="LEFT")
    assert between == beside, "two hunks"
    across = comment_on(desk, 11, start_line=10, start_side="LEFT")
    desk.shop.commit("work", {"a.py": BEFORE.replace("line 10\n", "changed 10\n")})
    assert place(desk, beside) == ("a.py", None, None, 50)
    assert place(desk, across) == ("a.py", None, None, 11)


def test_a_comment_beside_a_change_is_not_outdated(desk: Desk) -> None:
    above, below = comment_on(desk, 9), comment_on(desk, 11)
    desk.shop.commit("work", {"a.py": AFTER.replace("changed 10\n", "changed\nagain\n")})
    assert place(desk, above) == ("a.py", None, 9, 9)
    assert place(desk, below) == ("a.py", None, 12, 11)


def test_a_missing_line_feed_is_no_line(desk: Desk) -> None:
    desk.shop.commit("work", {"new.py": "1\n2"})
    desk.github.refresh()
    answers = [desk.review(on(line, "new.py")).status_code for line in (1, 2, 3)]
    assert answers == [200, 200, 422]


def test_a_comment_that_is_not_outdated_names_the_new_head(desk: Desk) -> None:
    comment, old = comment_on(desk, 51), desk.pull.head_sha
    desk.shop.commit("work", {"more.py": "1\n"})
    found = desk.ask("GET", f"/repos/acme/shop/pulls/comments/{comment}").json()
    assert (found["commit_id"], found["original_commit_id"]) == (head(desk), old)


def test_a_comment_follows_a_renamed_file(desk: Desk) -> None:
    comment = comment_on(desk, 51)
    desk.shop.commit("work", {"a.py": None, "b.py": AFTER})
    assert place(desk, comment) == ("b.py", None, 51, 51)


def test_a_comment_survives_a_rebase_and_a_force_push(desk: Desk) -> None:
    comment, old = comment_on(desk, 51), desk.pull.head_sha
    base = desk.shop.commit("main", {"a.py": "first\n" + BEFORE})
    desk.shop.commit("work", {"a.py": "first\n" + AFTER}, force_onto=base)
    assert place(desk, comment) == ("a.py", None, 52, 51)
    answer = desk.review(on(52), commit_id=old)
    assert answer.json()["errors"] == ["commit_id is not part of the pull request"]


def test_a_comment_on_an_older_commit_is_placed_on_the_head(desk: Desk) -> None:
    old = desk.pull.head_sha
    desk.shop.commit("work", {"a.py": "first\n" + AFTER.replace("new 52", "newer 52")})
    assert desk.review(on(51), on(52), commit_id=old).status_code == 200
    assert [(c["line"], c["original_line"]) for c in desk.of_pull("GET", "/comments").json()] == [(52, 51), (None, 52)]


def test_a_comment_on_an_old_line(desk: Desk) -> None:
    comment = comment_on(desk, 10, side="LEFT")
    desk.shop.commit("work", {"a.py": "first\n" + AFTER})
    assert place(desk, comment) == ("a.py", None, 10, 10)


def test_a_closed_pull_request_stays_as_it_was(desk: Desk) -> None:
    desk.github.people.close(desk.pull)
    old = head(desk)
    desk.shop.commit("work", {"more.py": "1\n"})
    assert head(desk) == old
    desk.github.people.reopen(desk.pull)
    assert head(desk) != old


def test_a_deleted_branch_leaves_the_head_where_it_was(desk: Desk) -> None:
    old = head(desk)
    desk.shop.store.set_ref("refs/heads/work", None)
    assert head(desk) == old and desk.review(on(10)).status_code == 200


def test_a_commit_and_its_files(desk: Desk) -> None:
    found = desk.ask("GET", f"/repos/acme/shop/commits/{head(desk)}").json()
    assert ([file["filename"] for file in found["files"]], found["stats"]["total"]) == (["moved.py"], 0)
    root = desk.ask("GET", f"/repos/acme/shop/commits/{desk.shop.store.text('rev-list', '--max-parents=0', 'main')}")
    assert [file["status"] for file in root.json()["files"]] == ["added"]
    assert desk.ask("GET", "/repos/acme/shop/commits/none").status_code == 422


def test_the_files(desk: Desk) -> None:
    files = {file["filename"]: file for file in desk.of_pull("GET", "/files").json()}
    told = {name: (file["status"], "patch" in file, file["changes"]) for name, file in files.items()}
    assert told == {
        "a.py": ("modified", True, 4),
        "gone.py": ("removed", True, 2),
        "image": ("modified", False, 0),
        "moved.py": ("renamed", False, 0),
        "new.py": ("added", True, 3),
    }
    assert files["moved.py"]["previous_filename"] == "old.py"
    assert files["new.py"]["patch"] == "@@ -0,0 +1,3 @@\n+1\n+2\n+3"
    assert files["a.py"]["patch"].count("@@ -") == 2
    content = desk.ask("GET", f"/repos/acme/shop/git/blobs/{files['a.py']['sha']}").json()
    assert base64.b64decode(content["content"]) == AFTER.encode()


def test_what_is_no_text_and_what_is_no_file(desk: Desk) -> None:
    changed: dict[str, bytes | str | None] = {"latin.py": b"caf\xe9\n", "a\tb ü.py": "x\n", "new.py": "a.py"}
    desk.shop.commit("work", changed, modes={"new.py": "120000"})
    files = {file["filename"]: file for file in desk.of_pull("GET", "/files").json()}
    assert files["latin.py"]["patch"] == "@@ -0,0 +1 @@\n+caf\ufffd"
    assert "a\tb ü.py" in files
    assert files["new.py"]["patch"].endswith("+a.py\n\\ No newline at end of file")


def test_a_file_that_became_a_link_takes_no_comment(desk: Desk) -> None:
    desk.shop.commit("work", {"a.py": "new.py"}, modes={"a.py": "120000"})
    (file,) = [file for file in desk.of_pull("GET", "/files").json() if file["filename"] == "a.py"]
    assert file["status"] == "changed" and "patch" not in file
    assert desk.review(on(1)).status_code == 422


def test_a_large_diff_of_a_file_is_left_out_and_takes_no_comment(desk: Desk) -> None:
    desk.github.hard_limits.patch_lines = 10
    files = {file["filename"]: "patch" in file for file in desk.of_pull("GET", "/files").json()}
    assert (files["a.py"], files["new.py"]) == (False, True)
    assert desk.review(on(10)).status_code == 422
    assert desk.review(on(1, "new.py")).status_code == 200


def test_no_more_than_so_many_files_are_listed(desk: Desk) -> None:
    desk.github.hard_limits.files = 3
    assert len(desk.of_pull("GET", "/files?per_page=2").json()) == 2
    second = desk.of_pull("GET", "/files?per_page=2&page=2")
    assert len(second.json()) == 1 and "next" not in second.links


def test_the_diff_as_text(desk: Desk) -> None:
    accept: dict[str, Any] = {"headers": {"Accept": "application/vnd.github.diff"}}
    text = desk.of_pull("GET", **accept).text
    expected = desk.shop.store.text("diff-tree", "-r", "-M", "--full-index", "-p", desk.pull.base_sha, head(desk))
    assert text.strip() == expected
    desk.github.hard_limits.diff_files = 4
    answer = desk.of_pull("GET", **accept)
    assert answer.status_code == 406 and answer.json()["errors"][0]["code"] == "too_large"
    assert "number of files" in answer.json()["message"]
    desk.github.hard_limits.diff_files, desk.github.hard_limits.diff_lines = 5, 20
    answer = desk.of_pull("GET", **accept)
    assert answer.status_code == 406 and answer.json()["errors"][0]["code"] == "too_large"
    assert "number of lines" in answer.json()["message"]


def test_commits_oldest_first(desk: Desk) -> None:
    listed = desk.of_pull("GET", "/commits?per_page=1")
    assert [commit["parents"][0]["sha"] for commit in listed.json()] == [desk.pull.base_sha]
    assert [commit["sha"] for commit in desk.ask("GET", listed.links["next"]["url"]).json()] == [head(desk)]


def test_two_commits_are_compared_from_their_merge_base(desk: Desk) -> None:
    base, new = desk.pull.base_sha, desk.shop.commit("main", {"other.py": "1\n"})
    answer = desk.ask("GET", f"/repos/acme/shop/compare/{new}...{head(desk)}").json()
    assert answer["merge_base_commit"]["sha"] == base
    assert (answer["status"], answer["ahead_by"], answer["behind_by"]) == ("diverged", 2, 1)
    assert [file["filename"] for file in answer["files"]] == ["a.py", "gone.py", "image", "moved.py", "new.py"]
    paged = desk.ask("GET", f"/repos/acme/shop/compare/{new}...{head(desk)}?per_page=1&page=2").json()
    assert (len(paged["commits"]), paged["files"]) == (1, [])
    for path in ("main...none", "main..work", "main"):
        assert desk.ask("GET", f"/repos/acme/shop/compare/{path}").status_code == 404


def test_content_at_a_commit(desk: Desk) -> None:
    desk.shop.commit("work", {"some dir/ü.py": b"\xff\r\n"})
    path = f"/repos/acme/shop/contents/some%20dir/%C3%BC.py?ref={head(desk)}"
    found = desk.ask("GET", path).json()
    assert (found["encoding"], base64.b64decode(found["content"])) == ("base64", b"\xff\r\n")
    raw = desk.ask("GET", path, headers={"Accept": "application/vnd.github.raw+json"})
    assert raw.content == b"\xff\r\n"
    listed = desk.ask("GET", "/repos/acme/shop/contents/some%20dir?ref=work").json()
    assert [(entry["path"], entry["type"]) for entry in listed] == [("some dir/ü.py", "file")]
    assert len(desk.ask("GET", "/repos/acme/shop/contents/?ref=work").json()) == 6
    for missing in ("none.py", "a.py?ref=none", "a.py/b"):
        assert desk.ask("GET", f"/repos/acme/shop/contents/{missing}").status_code == 404


def test_a_large_file_has_no_content_unless_it_is_asked_for_raw(desk: Desk) -> None:
    desk.github.hard_limits.contents_bytes = 100
    found = desk.ask("GET", "/repos/acme/shop/contents/a.py").json()
    assert (found["encoding"], found["content"], found["size"]) == ("none", "", len(BEFORE))
    raw = desk.ask("GET", "/repos/acme/shop/contents/a.py", headers={"Accept": "application/vnd.github.raw+json"})
    assert raw.text == BEFORE


def test_a_tree(desk: Desk) -> None:
    desk.shop.commit("work", {"d/e.py": "1\n"})
    flat = desk.ask("GET", f"/repos/acme/shop/git/trees/{head(desk)}").json()
    deep = desk.ask("GET", f"/repos/acme/shop/git/trees/{flat['sha']}?recursive=1").json()
    assert [entry["path"] for entry in flat["tree"]] == ["README.md", "a.py", "d", "image", "moved.py", "new.py"]
    assert {"path": "d/e.py", "type": "blob", "size": 2}.items() <= deep["tree"][3].items()
    desk.github.hard_limits.tree_entries = 2
    assert desk.ask("GET", "/repos/acme/shop/git/trees/work").json()["truncated"] is True
    assert desk.ask("GET", f"/repos/acme/shop/git/trees/{'0' * 40}").status_code == 404


@pytest.fixture
def forked(desk: Desk) -> Desk:
    """A second pull request, from mallory's fork."""
    fork = desk.github.fork("acme/shop", "mallory/shop")
    fork.branch("patch", at="main")
    fork.commit("patch", {"a.py": AFTER})
    desk.pull = desk.github.open_pull("acme/shop", head="patch", head_repository=fork, author="mallory")
    return desk


def test_a_fork_has_its_own_commits_and_the_base_has_them_too(forked: Desk) -> None:
    found = forked.of_pull("GET").json()
    assert (found["number"], found["head"]["repo"]["full_name"]) == (2, "mallory/shop")
    assert (found["head"]["label"], found["head"]["repo"]["fork"]) == ("mallory:patch", True)
    for repository in ("acme/shop", "mallory/shop"):
        path = f"/repos/{repository}/contents/a.py?ref={found['head']['sha']}"
        assert base64.b64decode(forked.ask("GET", path).json()["content"]).decode() == AFTER
    assert forked.ask("GET", "/repos/acme/shop/compare/main...mallory:patch").json()["ahead_by"] == 1


def test_a_push_to_a_fork_moves_the_head(forked: Desk) -> None:
    fork = forked.pull.head_repository
    assert fork is not None
    pushed = fork.commit("patch", {"a.py": "first\n" + AFTER})
    assert head(forked) == pushed
    assert forked.shop.store.text("rev-parse", "refs/pull/2/head") == pushed


def test_a_deleted_fork_is_none(forked: Desk) -> None:
    forked.github.people.delete_fork(forked.pull)
    found = forked.of_pull("GET").json()
    assert found["head"]["repo"] is None and found["head"]["label"] == "mallory:patch"
    assert forked.of_pull("GET", "/files").json()[0]["filename"] == "a.py"
    assert forked.review(on(10)).status_code == 200


def test_the_pull_request_of_a_branch_or_a_commit(forked: Desk) -> None:
    def numbers(path: str) -> list[int]:
        return [found["number"] for found in forked.ask("GET", path).json()]

    sha = head(forked)
    assert numbers("/repos/acme/shop/pulls") == [2, 1]
    assert numbers("/repos/acme/shop/pulls?head=mallory:patch") == [2]
    assert numbers("/repos/acme/shop/pulls?head=acme:work&base=main") == [1]
    assert numbers("/repos/acme/shop/pulls?head=acme:patch") == numbers("/repos/acme/shop/pulls?base=x") == []
    assert numbers(f"/repos/mallory/shop/commits/{sha}/pulls") == [2]
    assert numbers(f"/repos/acme/shop/commits/{sha}/pulls") == []
    forked.github.people.close(forked.pull)
    assert numbers("/repos/acme/shop/pulls") == [1] and numbers("/repos/acme/shop/pulls?state=closed") == [2]


def test_drafts_labels_and_who_somebody_is(desk: Desk) -> None:
    desk.shop.branch("other", at="work")
    pull = desk.github.open_pull(
        "acme/shop", head="other", author="renovate[bot]", draft=True, labels=["deps"], association="NONE"
    )
    found = desk.ask("GET", f"/repos/acme/shop/pulls/{pull.number}").json()
    assert (found["draft"], found["user"]["type"], found["author_association"]) == (True, "Bot", "NONE")
    assert [label["name"] for label in found["labels"]] == ["deps"]
    desk.github.people.convert_to_draft(desk.pull)
    desk.github.people.label(desk.pull, "fimbot")
    assert desk.of_pull("GET").json()["draft"] is True
    assert [label["name"] for label in desk.ask("GET", "/repos/acme/shop/issues/1/labels").json()] == ["fimbot"]


def test_a_hunk_reaches_three_lines_around(desk: Desk) -> None:
    desk.shop.commit("work", {"a.py": "".join([*LINES[:20], "x\n", *LINES[20:27], "y\n", *LINES[27:]])})
    answers = {line: desk.review(on(line)).status_code for line in (17, 18, 24, 25, 26, 32, 33)}
    assert answers == {17: 422, 18: 200, 24: 200, 25: 422, 26: 200, 32: 200, 33: 422}
