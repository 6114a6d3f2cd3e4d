from __future__ import annotations

from dataclasses import replace

from markdown_it import MarkdownIt

from fimbot.apps.review.comments import Unplaced
from fimbot.apps.review.identity import mark_of
from fimbot.apps.review.result import Result, Row
from fimbot.apps.review.summary import ANNOTATIONS, LARGEST, summary, warnings_for
from fimbot.values import SkippedFile
from tests.reporters.fixed import suggested

STUB = b"def f(a):\n    raise NotImplementedError\n"
SUGGESTION = suggested(STUB, "    return a")
FOUND = SUGGESTION.fill.stub
ROW = Row(FOUND, "the answer is junk", told=False)


def result(*rows: Row, notes: tuple[str, ...] = (), unposted: tuple[Unplaced, ...] = ()) -> Result:
    return Result("1 stub", rows, (), notes, unposted)


def test_nothing_found_is_a_title() -> None:
    assert summary(result()) == "## fimbot: 1 stub\n"
    assert warnings_for([]) == []


def test_a_row_says_where_and_why() -> None:
    assert "| `a.py:1` | `f` | `the answer is junk` |" in summary(result(ROW))


def test_skipped_files_are_told() -> None:
    found = replace(result(), skipped=(SkippedFile("big.py", "larger than 9 bytes"),))
    assert "| `big.py` | | file skipped: `larger than 9 bytes` |" in summary(found)


def test_other_peoples_text_is_inert_and_breaks_no_table() -> None:
    hostile = "@acme <b>|`x`| [a](b)\nnew"
    row = Row(FOUND._replace(name=hostile, path=hostile), hostile, told=False)
    text = summary(result(row, notes=(hostile,)))
    tokens = MarkdownIt("gfm-like", {"linkify": False, "html": True}).parse(text)
    inline = [child for token in tokens for child in token.children or []]
    outside = "".join(child.content for child in inline if child.type != "code_inline")
    assert "acme" not in outside
    assert not any(child.type in ("html_inline", "link_open") for child in inline)
    assert sum(token.type == "td_open" for token in tokens) == 3


def test_a_summary_never_grows_past_what_the_runner_keeps() -> None:
    many = (Row(FOUND._replace(name="n" * 500), "r" * 500, told=False),) * 3000
    big = SUGGESTION._replace(patch=SUGGESTION.patch + b"+" + b"x" * 300_000 + b"\n")
    unposted = (Unplaced(big, mark_of(FOUND, STUB), "why"),) * 5
    text = summary(result(*many, unposted=unposted))
    assert len(text.encode()) <= LARGEST + 100
    assert "more" in text


def test_mistake_5_only_what_nobody_was_told_is_annotated_and_no_more_than_is_shown() -> None:
    told = replace(ROW, told=True)
    commands = warnings_for([told, *[ROW] * 30])
    assert len(commands) == ANNOTATIONS
    assert commands[0].startswith("::warning file=a.py,line=2,endLine=2,title=fimbot::f is a stub (")
    assert warnings_for([told]) == []
    assert warnings_for([replace(ROW, exempt=True)]) == []


def test_an_annotation_is_one_command_whatever_is_in_it() -> None:
    row = Row(FOUND._replace(path="a,b:c%\n::error::x.py", name="f\n::error::x"), "50%", told=False)
    (command,) = warnings_for([row])
    assert "\n" not in command
    assert command.startswith("::warning file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax.py,line=2,")
    assert command.endswith("50%25")


def test_a_patch_with_a_secret_in_its_context_is_not_shown() -> None:
    key = "AKIA" + "3OKZT7M2QX4LPW9R"
    hidden = SUGGESTION._replace(patch=SUGGESTION.patch + f" KEY = '{key}'\n".encode())
    mark = mark_of(FOUND, STUB)
    assert key not in summary(result(unposted=(Unplaced(hidden, mark, "why"),)))
    assert "+    return a" in summary(result(unposted=(Unplaced(SUGGESTION, mark, "why"),)))
