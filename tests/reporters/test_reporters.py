"""What a report looks like, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from fimbot.reporters import REPORTERS, reporter
from fimbot.reporters.style import Style
from fimbot.stubs.find import find_stubs
from fimbot.values import (
    WHOLE_FILE,
    Checks,
    Completion,
    Fill,
    Report,
    Skip,
    SkippedFile,
    Stub,
    Suggestion,
    Usage,
    Withheld,
)

SCHEMA = json.loads((Path(__file__).parents[2] / "fimbot" / "reporters" / "schema.json").read_text())
SOURCE = b"def f() -> int:\n    raise NotImplementedError\n"


@pytest.fixture
def stub() -> Stub:
    (found,) = find_stubs("a.py", SOURCE, [WHOLE_FILE])
    assert isinstance(found, Stub)
    return found


@pytest.fixture
def suggestion(stub: Stub) -> Suggestion:
    completion = Completion("    return 1\n", "stop", "langdock", "codestral-2501", Usage(10, 3))
    fill = Fill(stub, "    return 1", Checks(exact_hole=True, parses=True, complete=True), completion)
    patch = b"diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1,2 +1,2 @@\n def f() -> int:\n"
    return Suggestion(fill, (), patch + b"-    raise NotImplementedError\n+    return 1\n")


EMPTY = Report(engine=None, model=None, outcomes=(), files=0)


def test_nothing_found_is_one_line() -> None:
    assert reporter("text")(EMPTY, Style()) == "0 stubs in 0 files\n"


def test_nothing_found_and_quiet_is_nothing() -> None:
    assert reporter("text")(EMPTY, Style(quiet=True)) == ""


def test_a_found_stub_is_a_line_with_its_place_name_and_why(stub: Stub) -> None:
    report = Report(engine=None, model=None, outcomes=(stub,), files=1)
    assert reporter("text")(report, Style()).splitlines()[0] == "a.py:1: f: says that it is not implemented [fill]"


def test_a_suggestion_is_shown_as_a_diff_with_the_way_to_apply_it(suggestion: Suggestion) -> None:
    report = Report("langdock", "codestral-2501", (suggestion,), 1, requests=1, usage=Usage(10, 3))
    text = reporter("text")(report, Style(patches=".git/fimbot/patches"))
    assert "-    raise NotImplementedError\n+    return 1\n" in text
    assert "1 of 1 stub filled by langdock (codestral-2501), 1 request, 13 tokens" in text
    assert "fimbot apply --all    or: git apply .git/fimbot/patches/all.patch" in text
    assert "unverified" in text


def test_tokens_are_at_least_so_many_where_not_every_answer_has_told(suggestion: Suggestion) -> None:
    report = Report("langdock", "codestral-2501", (suggestion,), 1, usage=Usage(1000, 3), untold=2)
    assert ", 0 requests, at least 1,003 tokens, 0.0 s" in reporter("text")(report, Style())


def test_from_a_subdirectory_git_is_told_where(suggestion: Suggestion) -> None:
    report = Report("langdock", "codestral-2501", (suggestion,), 1)
    assert "git -C '/a b' apply" in reporter("text")(report, Style(patches="/a b/.git/p", root="/a b"))


def test_a_skip_is_a_line_with_its_reason(stub: Stub) -> None:
    report = Report("langdock", "codestral-2501", (Skip(stub, "the answer is itself a stub"),), 1)
    assert "a.py:1: f: skipped, the answer is itself a stub\n" in reporter("text")(report, Style())


def test_hostile_text_is_escaped(stub: Stub) -> None:
    report = Report("langdock", "m", (Skip(stub, "\033[2J\u202e"),), 1, (SkippedFile("a\nb\033.py", "\x07"),))
    text = reporter("text")(report, Style())
    assert not set("\033\u202e\x07") & set(text)
    assert "a\\nb\\x1b.py" in text


REPORTS = ["empty", "found", "filled", "skipped"]


@pytest.mark.parametrize("kind", REPORTS)
def test_json_holds_to_its_schema(kind: str, stub: Stub, suggestion: Suggestion) -> None:
    outcomes = {"empty": (), "found": (stub,), "filled": (suggestion,), "skipped": (Skip(stub, "x"),)}[kind]
    engine, model = ("langdock", "codestral-2501") if kind in ("filled", "skipped") else (None, None)
    files = (SkippedFile("caf\udce9.py", "binary"),)
    report = Report(engine, model, outcomes, 1, files, (Withheld("a.py", "a key", 3),), problems=("down",))  # type: ignore[arg-type]
    data = json.loads(reporter("json")(report, Style(patches="p")))
    jsonschema.validate(data, SCHEMA)
    assert data["summary"]["found"] == len(outcomes)


def test_json_has_a_patch_path_only_where_one_was_written(suggestion: Suggestion) -> None:
    report = Report("langdock", "m", (suggestion,), 1)
    for style, path in ((Style(), None), (Style(patches="p"), f"p/{suggestion.fill.stub.id}.patch")):
        assert json.loads(reporter("json")(report, style))["stubs"][0]["fill"]["patch"] == path


def test_patch_is_the_patch_byte_for_byte() -> None:
    report = Report("langdock", "m", (), 1, patch=b"\xff\r\n")
    assert reporter("patch")(report, Style()).encode("utf-8", "surrogateescape") == b"\xff\r\n"


@pytest.mark.parametrize("name", REPORTERS)
def test_every_reporter_can_render_nothing(name: str) -> None:
    assert isinstance(reporter(name)(EMPTY, Style()), str)
