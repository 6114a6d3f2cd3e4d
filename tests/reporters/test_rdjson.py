"""Reviewdog's format: held against what its description says, and its suggestions taken over as review buttons do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from fimbot.reporters import reporter
from fimbot.reporters.style import Style
from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, Report, Skip, Stub, Suggestion
from tests.commands.conftest import FILLED, STUBBED, Workshop, stubbed, workshop
from tests.reporters.fixed import intended, report_of, suggested, suggestions

__all__ = ["stubbed", "workshop"]

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "rdformat.json").read_text(encoding="utf-8"))
SOURCE = b"import re\n\n\ndef f() -> int:\n    raise NotImplementedError\n"
EMPTY = Report(engine=None, model=None, outcomes=(), files=0)


def diagnostics(report: Report, style: Style | None = None) -> list[dict[str, Any]]:
    result = json.loads(reporter("rdjson")(report, style or Style()))
    jsonschema.validate(result, SCHEMA)
    assert result["source"] == {"name": "fimbot"}
    found = result["diagnostics"]
    assert isinstance(found, list)
    return found


def the_stub() -> Stub:
    found = find_stubs("a.py", SOURCE, [WHOLE_FILE])[0]
    assert isinstance(found, Stub)
    return found


def take_over(source: bytes, told: list[dict[str, Any]]) -> bytes:
    """All suggestions, as a forge does it: the lines of the comment make way for the fenced text."""
    # Fenced text is lines that end in \n; the carriage return is part of the line, as git sees it.
    lines = source.split(b"\n")
    for each in sorted(told, key=lambda each: -each["location"]["range"]["start"]["line"]):
        (suggestion,) = each["suggestions"]
        assert suggestion["range"] == each["location"]["range"], "reviewdog shows no other"
        assert "column" not in str(suggestion["range"]), "GitLab counts lines only"
        first, last = suggestion["range"]["start"]["line"] - 1, suggestion["range"]["end"]["line"]
        carriage = b"\r" if lines[last - 1].endswith(b"\r") else b""
        assert suggestion["text"], "an empty text takes the lines out"
        lines[first:last] = (suggestion["text"].encode() + carriage).split(b"\n")
    return b"\n".join(lines)


def test_nothing_found_is_no_diagnostic() -> None:
    assert diagnostics(EMPTY) == []


def test_what_is_reported_only_is_told_only_when_asked_for() -> None:
    report = EMPTY._replace(outcomes=(the_stub()._replace(tier="report"),))
    assert diagnostics(report) == []
    assert len(diagnostics(report, Style(verbose=True))) == 1


def test_a_found_stub_is_a_diagnostic_at_its_hole() -> None:
    assert diagnostics(EMPTY._replace(outcomes=(the_stub(),))) == [
        {
            "message": "`f`: says that it is not implemented.",
            "location": {"path": "a.py", "range": {"start": {"line": 5}, "end": {"line": 5}}},
            "severity": "INFO",
            "code": {"value": "placeholder"},
        }
    ]


def test_a_suggestion_is_for_the_lines_of_its_diagnostic() -> None:
    (found,) = diagnostics(report_of(suggested(SOURCE, "    return 1")))
    lines = {"start": {"line": 5}, "end": {"line": 5}}
    assert found["location"]["range"] == lines
    assert found["suggestions"] == [{"range": lines, "text": "    return 1"}]
    assert f"`{the_stub().id}`" in found["message"] and "unverified" in found["message"]


def test_a_skip_says_why() -> None:
    (found,) = diagnostics(Report("langdock", "m", (Skip(the_stub(), "the answer is itself a stub"),), 1))
    assert found["message"].endswith("No suggestion: `the answer is itself a stub`.")


def test_an_import_is_a_diagnostic_of_its_own_and_told_once() -> None:
    first = suggested(SOURCE, '    return json.loads("1")')
    second = first._replace(fill=first.fill._replace(stub=first.fill.stub._replace(name="g")))
    found = diagnostics(report_of(first, second))
    assert [each["location"]["range"]["start"]["line"] for each in found] == [1, 5, 5]
    assert take_over(SOURCE, found[:2]) == intended(SOURCE, first)


def test_names_and_reasons_are_inert_in_a_comment() -> None:
    stub = the_stub()._replace(name="`` @all <img src=x> [a](b) `\n\u202e")
    (found,) = diagnostics(EMPTY._replace(outcomes=(Skip(stub, "@all `x` <b>"),)))
    message = found["message"]
    # Without its code spans: from a run of backticks to the next one of the same length.
    outside = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", message)
    assert outside == ": says that it is not implemented. No suggestion: ."
    assert not {"\n", "\u202e"} & set(message)


def test_a_path_that_is_no_text_is_shown_as_text() -> None:
    (found,) = diagnostics(EMPTY._replace(outcomes=(the_stub()._replace(path="caf\udce9.py"),)))
    assert found["location"]["path"] == "caf\ufffd.py"


def test_where_the_repository_lies_is_not_told() -> None:
    style = Style(root="/home/me/r", patches="/home/me/p")
    assert "/home/me" not in reporter("rdjson")(report_of(suggested(SOURCE, "    return 1")), style)


def test_a_fill_beside_a_secret_is_not_shown() -> None:
    key = "AKIA" + "3OKZT7M2QX4LPW9R"
    suggestion = suggested(SOURCE, "    return 1")
    patch = suggestion.patch.replace(b"+    return 1", b'+    return ask("%s", 1)' % key.encode())
    text = reporter("rdjson")(report_of(suggestion._replace(patch=patch)), Style())
    assert key not in text and "suggestions" not in text and "a secret" in text


def test_from_the_command_line_suggest_has_suggestions_and_scan_has_none(stubbed: Workshop) -> None:
    told = json.loads(stubbed.fimbot("suggest", "HEAD~1", "--format", "rdjson").out)["diagnostics"]
    assert take_over(STUBBED.encode(), told) == FILLED.encode()
    (scanned,) = json.loads(stubbed.fimbot("scan", "HEAD~1", "--format", "rdjson").out)["diagnostics"]
    assert "suggestions" not in scanned


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(suggestions())
def test_whoever_takes_the_suggestions_over_has_exactly_the_intended_file(case: tuple[bytes, Suggestion]) -> None:
    source, suggestion = case
    assert take_over(source, diagnostics(report_of(suggestion))) == intended(source, suggestion)


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_lines_are_those_of_git_whatever_else_looks_like_a_line_break(newline: bytes) -> None:
    source = SOURCE.replace(b"import re\n", b"import re  # \x0c\r\x0b\xe2\x80\xa8\n").replace(b"\n", newline)
    suggestion = suggested(source, "    return 1")
    assert take_over(source, diagnostics(report_of(suggestion))) == intended(source, suggestion)
