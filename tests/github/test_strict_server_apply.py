"""The Apply button of the stand-in GitHub: where it is offered, and what it makes of a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doubles.github import SuggestionRefused, apply_suggestion
from tests.doubles.github.people import CLOSED, DELETED, ONE_A_LINE, OUTDATED, PENDING, RESOLVED
from tests.doubles.github.suggestion import NO_CHANGE, suggestions
from tests.github.strict_asking import AFTER, Desk, on, open_desk


def fence(code: str, mark: str = "```") -> str:
    return f"{mark}suggestion\n{code}{mark}"


@pytest.mark.parametrize(
    ("before", "lines", "body", "after"),
    [
        (b"a\nb\nc\n", (2, 2), fence("x\n"), b"a\nx\nc\n"),
        (b"a\nb\nc\n", (1, 2), fence("x\n"), b"x\nc\n"),
        (b"a\nb\nc\n", (2, 2), fence("x\ny\n"), b"a\nx\ny\nc\n"),
        (b"a\nb\nc\n", (2, 2), fence(""), b"a\nc\n"),
        (b"a\nb\nc\n", (2, 2), fence("\n"), b"a\n\nc\n"),
        (b"a\nb\nc\n", (1, 3), fence(""), b""),
        (b"a\nb", (2, 2), fence("x\n"), b"a\nx"),
        (b"a\nb", (1, 1), fence("x\n"), b"x\nb"),
        (b"a\nb", (2, 2), fence(""), b"a"),
        (b"a\r\nb\r\n", (2, 2), fence("x\ny\n"), b"a\r\nx\r\ny\r\n"),
        (b"a\r\nb", (2, 2), fence("x\n"), b"a\r\nx"),
        (b"a\r\nb\nc\n", (2, 2), fence("x\n"), b"a\r\nx\r\nc\r\n"),
        (b"a\rb\nc\n", (2, 2), fence("x\n"), b"a\rb\nx\n"),
        (b"a\n\n", (2, 2), fence("x\n"), b"a\nx\n"),
        ("é\x0c\u2028\n".encode(), (1, 1), fence("ü\x0c\u2028\n"), "ü\x0c\u2028\n".encode()),
        (b"a\n", (1, 1), fence("\tx  \n"), b"\tx  \n"),
    ],
    ids=[
        "one line",
        "two lines become one",
        "one line becomes two",
        "nothing: the line goes",
        "an empty line",
        "all lines go",
        "the last line, which has no line feed",
        "another line of such a file",
        "such a last line goes",
        "CRLF",
        "CRLF and no line feed at the end",
        "CRLF on one line makes it CRLF on all",
        "a CR alone ends no line of a file",
        "an empty last line",
        "what other tools take for the end of a line",
        "tabs and trailing blanks",
    ],
)
def test_lines_are_replaced(before: bytes, lines: tuple[int, int], body: str, after: bytes) -> None:
    assert apply_suggestion(before, *lines, body) == after


@pytest.mark.parametrize(
    ("before", "lines", "body", "told"),
    [
        (b"a\n", (1, 1), fence("a\n"), NO_CHANGE),
        (b"a", (1, 1), fence("a\n"), NO_CHANGE),
        (b"a\n", (2, 2), fence("b\n"), "no lines 2 to 2"),
        (b"", (1, 1), fence("b\n"), "no lines 1 to 1"),
        (b"a\nb\n", (2, 1), fence("b\n"), "no lines 2 to 1"),
        (b"a\nb\n", (0, 1), fence("b\n"), "no lines 0 to 1"),
        (b"a\xe9\n", (1, 1), fence("b\n"), "not UTF-8"),
        (b"a\n", (1, 1), "no fence", "0 suggestions"),
        (b"a\n", (1, 1), fence("b\n") + "\n\n" + fence("c\n"), "2 suggestions"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_it_is_refused(before: bytes, lines: tuple[int, int], body: str, told: str) -> None:
    with pytest.raises(SuggestionRefused, match=told):
        apply_suggestion(before, *lines, body)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("```suggestion\na\n```", ["a\n"]),
        ("```suggestion\na\n```   ", ["a\n"]),
        ("~~~suggestion\na\n~~~", ["a\n"]),
        ("``` suggestion\na\n```", ["a\n"]),
        ("```suggestion x\na\n```", ["a\n"]),
        ("Words.\n```suggestion\na\n```\nMore.", ["a\n"]),
        ("<details>\n\n```suggestion\na\n```\n\n</details>", ["a\n"]),
        ("````suggestion\n```\na\n```\n````", ["```\na\n```\n"]),
        ("````suggestion\na\n`````", ["a\n"]),
        ("```suggestion\n~~~\n```", ["~~~\n"]),
        ("```suggestion\n``` x\n```", ["``` x\n"]),
        ("   ```suggestion\n    a\n   b\n   ```", [" a\nb\n"]),
        ("```suggestion\na\n   ```", ["a\n"]),
        ("```suggestion\r\na\r\n```\r\n", ["a\n"]),
        # What goes wrong.
        ("```suggestion\na\n```\nb\n```", ["a\n"]),
        ("```suggestion\na\n``", ["a\n``\n"]),
        ("```suggestion\na\n    ```", ["a\n    ```\n"]),
        ("```suggestion\na\rb\n```", ["a\nb\n"]),
        ("```suggestion\na\0\n```", ["a\ufffd\n"]),
        ("    ```suggestion\n    a\n    ```", []),
        ("<details>\n```suggestion\na\n```\n</details>", []),
        ("```suggest\na\n```", []),
        ("```Suggestion\na\n```", []),
        ("```suggestions\na\n```", []),
        ("``suggestion\na\n``", []),
        ("```suggestion`\na\n```", []),
        ("````\n```suggestion\na\n```\n````", []),
    ],
    ids=str,
)
def test_a_fence_is_commonmarks(body: str, found: list[str]) -> None:
    assert suggestions(body) == found


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=9), min_size=1), st.data())
def test_what_is_around_the_lines_stays(lines: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(lines)))
    end = data.draw(st.integers(start, len(lines)))
    before = "".join(f"{line}\n" for line in lines)
    after = apply_suggestion(before.encode(), start, end, fence("a line that none is\n")).decode().split("\n")
    assert after == [*lines[: start - 1], "a line that none is", *lines[end:], ""]


# The button on a pull request.


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as opened:
        yield opened


def suggest(desk: Desk, line: int, code: str = "suggested\n", **more: object) -> int:
    answer = desk.review(on(line, body=fence(code), **more))  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return max(comment.id for thread in desk.pull.threads for comment in thread.comments)


def refused(desk: Desk, *comments: int) -> str:
    before = desk.shop.store.branch("work")
    with pytest.raises(SuggestionRefused) as caught:
        desk.github.people.apply_suggestions(comments)
    assert desk.shop.store.branch("work") == before
    return str(caught.value)


def test_a_suggestion_becomes_a_commit_of_the_head_branch(desk: Desk) -> None:
    comment = suggest(desk, 52, start_line=51, start_side="RIGHT")
    old = desk.pull.head_sha
    expected = AFTER.replace("new 51\nnew 52\n", "suggested\n")
    assert desk.github.people.apply_suggestion(comment) == expected.encode()
    head = desk.of_pull("GET").json()["head"]["sha"]
    assert desk.shop.store.commit(head).parents == (old,)
    assert desk.shop.store.read(head, "a.py") == expected.encode()
    changed = desk.shop.store.text("diff-tree", "-r", "--name-only", old, head)
    assert changed == "a.py"
    assert desk.pull.threads[0].resolved and desk.pull.threads[0].current is None


def test_the_mode_of_the_file_stays(desk: Desk) -> None:
    desk.shop.commit("work", {"run.py": "1\n2\n"}, modes={"run.py": "100755"})
    desk.github.refresh()
    desk.github.people.apply_suggestion(suggest(desk, 1, path="run.py"))
    entry = desk.shop.store.entry("work", "run.py")
    assert entry is not None and entry.mode == "100755"


def test_a_suggestion_that_has_moved_goes_where_its_lines_are(desk: Desk) -> None:
    comment = suggest(desk, 51)
    desk.shop.commit("work", {"a.py": "first\n" + AFTER})
    applied = desk.github.people.apply_suggestion(comment)
    assert applied == b"first\n" + AFTER.replace("new 51", "suggested").encode()


def test_a_suggestion_is_committed_to_the_fork(desk: Desk) -> None:
    fork = desk.github.fork("acme/shop", "mallory/shop")
    fork.commit("patch", {"x.py": "1\n"}, force_onto="main")
    desk.pull = desk.github.open_pull("acme/shop", head="patch", head_repository=fork, author="mallory")
    desk.github.people.apply_suggestion(suggest(desk, 1, path="x.py"))
    assert fork.store.read("patch", "x.py") == b"suggested\n"
    assert desk.of_pull("GET").json()["head"]["sha"] == fork.store.branch("patch")


def test_no_button_for_what_changes_nothing(desk: Desk) -> None:
    assert refused(desk, suggest(desk, 10, "changed 10\n")) == NO_CHANGE


def test_no_button_while_the_pull_request_is_closed(desk: Desk) -> None:
    comment = suggest(desk, 10)
    desk.github.people.close(desk.pull)
    assert refused(desk, comment) == CLOSED
    desk.github.people.reopen(desk.pull)
    desk.github.people.apply_suggestion(comment)


def test_no_button_once_it_is_outdated(desk: Desk) -> None:
    comment = suggest(desk, 10)
    desk.shop.commit("work", {"a.py": AFTER.replace("changed 10", "changed again")})
    assert refused(desk, comment) == OUTDATED


def test_no_button_once_it_is_resolved_or_applied(desk: Desk) -> None:
    first, second = suggest(desk, 10), suggest(desk, 51)
    desk.github.people.resolve(first)
    assert refused(desk, first) == RESOLVED
    desk.github.people.apply_suggestion(second)
    assert refused(desk, second) == RESOLVED


def test_no_button_in_a_pending_review(desk: Desk) -> None:
    desk.review(on(10, body=fence("x\n")), event=None)
    assert refused(desk, desk.pull.threads[0].comments[0].id) == PENDING


@pytest.mark.parametrize(
    "anchor",
    [
        {"line": 10, "side": "LEFT"},
        {"line": 10, "start_line": 10, "start_side": "LEFT"},
        {"line": 10, "start_line": 9, "start_side": "RIGHT"},
    ],
    ids=["on one", "from one on", "one in between"],
)
def test_no_button_on_deleted_lines(desk: Desk, anchor: dict[str, object]) -> None:
    answer = desk.review({"path": "a.py", "side": "RIGHT", "body": fence("x\n"), **anchor})
    assert answer.status_code == 200
    assert refused(desk, desk.pull.comments[0].id) == DELETED


def test_no_button_where_there_is_no_suggestion_or_no_line(desk: Desk) -> None:
    comment = suggest(desk, 10)
    desk.github.people.edit(comment, "Never mind.")
    assert "0 suggestions" in refused(desk, comment)
    body = {"body": fence("x\n"), "path": "a.py", "commit_id": desk.pull.head_sha, "subject_type": "file"}
    assert "on no line" in refused(desk, desk.of_pull("POST", "/comments", body).json()["id"])


def test_no_button_when_the_fork_is_gone(desk: Desk) -> None:
    comment = suggest(desk, 10)
    desk.github.people.delete_fork(desk.pull)
    assert refused(desk, comment) == "The head repository is gone."


def test_a_batch_is_one_commit(desk: Desk) -> None:
    comments = [suggest(desk, 10, "x\ny\n"), suggest(desk, 52, "z\n"), suggest(desk, 2, "", path="new.py")]
    old = desk.pull.head_sha
    files = desk.github.people.apply_suggestions(comments)
    assert files["new.py"] == b"1\n3\n"
    assert files["a.py"].decode() == AFTER.replace("changed 10", "x\ny").replace("new 52", "z")
    assert desk.shop.store.commit(desk.pull.head_sha).parents == (old,)


def test_two_suggestions_for_one_line_are_no_batch(desk: Desk) -> None:
    one, other = suggest(desk, 51), suggest(desk, 52, start_line=51, start_side="RIGHT")
    assert refused(desk, one, other) == refused(desk, other, one) == ONE_A_LINE
