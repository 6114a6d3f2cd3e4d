from __future__ import annotations

import pytest

from fimbot.apps.review.identity import Mark, comment_line, mark_in, mark_of, marks_in, review_line
from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, Stub

MARK = Mark("0123456789ab", "ba9876543210")
LINE = comment_line(MARK)


def stub_in(source: str, path: str = "a.py") -> tuple[Stub, bytes]:
    (stub,) = find_stubs(path, source.encode(), [WHOLE_FILE])
    assert isinstance(stub, Stub)
    return stub, source.encode()


def test_a_comment_without_a_mark_is_nobodys() -> None:
    assert mark_in("") is None
    assert mark_in("looks good") is None
    assert marks_in("looks good") is None


def test_a_mark_is_read_back() -> None:
    assert mark_in(f"text\n\n{LINE}") == MARK
    assert marks_in(f"text\n{review_line([MARK, MARK])}") == (MARK, MARK)
    assert marks_in(review_line([])) == ()


def test_the_web_editor_ends_lines_with_crlf() -> None:
    assert mark_in(f"text\r\n\r\n{LINE}") == MARK


@pytest.mark.parametrize(
    "body",
    [
        f"{LINE}\nand more",
        f"{LINE}\n",
        f"> {LINE}",
        f" {LINE}",
        f"{LINE} {LINE}",
        f"```\n{LINE}",
        f"````suggestion\n```\n{LINE}",
        f"~~~\n```\n{LINE}",
        f"```\n``` not the end\n{LINE}",
        LINE.replace("0123456789ab", "0123456789AB"),
        LINE.replace("0123456789ab", "0123"),
    ],
    ids=["not-last", "empty-last", "quoted", "indented", "twice", "in-a-fence", "longer-fence", "tildes", "no-end",
         "capitals", "short"],
)  # fmt: skip
def test_mistake_15_a_mark_elsewhere_is_not_believed(body: str) -> None:
    assert mark_in(body) is None


def test_a_mark_behind_a_fence_that_is_closed_is_believed() -> None:
    assert mark_in(f"````suggestion\n```\n````\n{LINE}") == MARK
    assert mark_in(f"a `b` ```c``` d\n{LINE}") == MARK


def test_mistake_4_lines_above_do_not_matter() -> None:
    before = mark_of(*stub_in("def f():\n    raise NotImplementedError\n"))
    after = mark_of(*stub_in("import os\n\n\n\ndef f():\n    raise NotImplementedError\n"))
    assert before == after


def test_layout_does_not_matter_and_text_does() -> None:
    before = mark_of(*stub_in('def f():\n    """x"""\n    raise NotImplementedError\n'))
    wider = mark_of(*stub_in('def f():\n        """x"""\n        raise NotImplementedError\n'))
    other = mark_of(*stub_in('def f():\n    """y"""\n    raise NotImplementedError\n'))
    assert before == wider
    assert before != other


def test_a_renamed_file_changes_the_id_and_not_the_key() -> None:
    text = "def f():\n    raise NotImplementedError\n"
    one, other = mark_of(*stub_in(text)), mark_of(*stub_in(text, "b.py"))
    assert one.id != other.id
    assert one.key == other.key
