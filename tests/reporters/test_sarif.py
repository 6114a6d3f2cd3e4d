"""SARIF: held against the schema, and its fixes applied by the letter of the standard."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from fimbot.reporters import reporter
from fimbot.reporters.sarif import MAX_RESULTS
from fimbot.reporters.style import Style
from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, Report, Skip, SkippedFile, Stub, Suggestion, stub_of
from tests.commands.conftest import FILLED, STUBBED, Workshop, stubbed, workshop
from tests.reporters.fixed import intended, report_of, suggested, suggestions

__all__ = ["stubbed", "workshop"]

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
SOURCE = b"import re\n\n\ndef f() -> int:\n    raise NotImplementedError\n"
EMPTY = Report(engine=None, model=None, outcomes=(), files=0)


def sarif(report: Report, style: Style | None = None) -> dict[str, Any]:
    """The one run of a report, after the schema has had its say."""
    log = json.loads(reporter("sarif")(report, style or Style()))
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def the_stub() -> Stub:
    (found,) = find_stubs("a.py", SOURCE, [WHOLE_FILE])
    assert isinstance(found, Stub)
    return found


def apply_fix(source: bytes, run: dict[str, Any], fix: dict[str, Any]) -> bytes:
    """A reader: lines end at \\r\\n or \\n, columns count UTF-16 code units, a byte order mark is no text, regions are
    those of the unmodified file (3.30.2, 3.57)."""
    mark = b"\xef\xbb\xbf" if source.startswith(b"\xef\xbb\xbf") else b""
    assert run["defaultEncoding"] == "utf-8"
    text = source.removeprefix(mark).decode("utf-8")
    ends = "|".join(re.escape(each) for each in run["newlineSequences"])
    lines, at = [], 0
    for found in re.finditer(ends, text):
        lines.append((at, found.start()))
        at = found.end()
    lines.append((at, len(text)))

    def offset(line: int, column: int | None) -> int:
        start, stop = lines[line - 1]
        if column is None:
            return stop
        units = text[start:].encode("utf-16-le")[: 2 * (column - 1)]
        return start + len(units.decode("utf-16-le"))

    (change,) = fix["artifactChanges"]
    for each in sorted(change["replacements"], key=lambda each: -each["deletedRegion"]["startLine"]):
        region = each["deletedRegion"]
        start = offset(region["startLine"], region.get("startColumn", 1))
        end = offset(region.get("endLine", region["startLine"]), region.get("endColumn"))
        text = text[:start] + each["insertedContent"]["text"] + text[end:]
    return mark + text.encode()


def test_nothing_found_is_a_run_without_results() -> None:
    run = sarif(EMPTY)
    assert run["results"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_what_is_reported_only_is_told_only_when_asked_for() -> None:
    report = EMPTY._replace(outcomes=(the_stub()._replace(tier="report"),))
    assert sarif(report)["results"] == []
    assert len(sarif(report, Style(verbose=True))["results"]) == 1


def test_a_found_stub_is_a_note_at_its_hole_without_a_fix() -> None:
    (result,) = sarif(EMPTY._replace(outcomes=(the_stub(),)))["results"]
    assert result["level"] == "note"
    assert result["message"]["text"] == "f: says that it is not implemented."
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 5, "endLine": 5}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "f", "kind": "function"}]
    assert "fixes" not in result


def test_the_stub_id_is_its_fingerprint_and_githubs_own_is_left_to_github() -> None:
    (result,) = sarif(EMPTY._replace(outcomes=(the_stub(),)))["results"]
    assert result["partialFingerprints"] == {"fimbotStubId/v1": the_stub().id}


def test_each_result_names_a_rule_with_all_that_github_asks_for() -> None:
    run = sarif(EMPTY._replace(outcomes=(the_stub(),)))
    (result,) = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "placeholder"
    for rule in rules:
        assert rule["shortDescription"]["text"] and rule["fullDescription"]["text"] and rule["help"]["text"]
        assert len(rule["fullDescription"]["text"]) <= 1024
        assert len(rule["properties"]["tags"]) <= 10


def test_a_skip_says_why() -> None:
    (result,) = sarif(Report("langdock", "m", (Skip(the_stub(), "the answer is itself a stub"),), 1))["results"]
    assert result["message"]["text"].endswith("No suggestion: the answer is itself a stub.")


def test_problems_and_files_that_were_not_read_are_notifications() -> None:
    skipped = SkippedFile("b c.py", "binary")
    run = sarif(EMPTY._replace(skipped_files=(skipped,), problems=("the engine is down",)))
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    problem, file = invocation["toolExecutionNotifications"]
    assert (problem["level"], problem["message"]["text"]) == ("error", "the engine is down")
    assert file["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "b%20c.py"


def test_a_fix_takes_whole_lines() -> None:
    (result,) = sarif(report_of(suggested(SOURCE, "    return 1")))["results"]
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["replacements"] == [
        {"deletedRegion": {"startLine": 5, "endLine": 5}, "insertedContent": {"text": "    return 1"}}
    ]
    assert "langdock (codestral-2501), unverified" in result["message"]["text"]


def test_an_import_that_the_fill_needs_is_part_of_the_same_fix() -> None:
    suggestion = suggested(SOURCE, '    return json.loads("1")')
    run = sarif(report_of(suggestion))
    (fix,) = run["results"][0]["fixes"]
    assert len(fix["artifactChanges"][0]["replacements"]) == 2
    assert apply_fix(SOURCE, run, fix) == intended(SOURCE, suggestion)


def test_a_byte_order_mark_is_no_part_of_the_text_that_a_fix_puts_in() -> None:
    source = b"\xef\xbb\xbf" + SOURCE
    suggestion = suggested(source, '    return json.loads("1")')
    run = sarif(report_of(suggestion))
    (fix,) = run["results"][0]["fixes"]
    assert fix["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == "import re\nimport json"
    assert apply_fix(source, run, fix) == intended(source, suggestion)


NAMES = [
    "with space.py",
    "ünï.py",
    "caf\udce9.py",
    "new\nline.py",
    "100%.py",
    "a?b#c.py",
    "C:/x.py",
    "[x](y).py",
    "ä/é.py",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_path_is_a_relative_uri_of_its_bytes(name: str) -> None:
    (result,) = sarif(EMPTY._replace(outcomes=(the_stub()._replace(path=name),)))["results"]
    artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact["uriBaseId"] == "%SRCROOT%"
    assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", artifact["uri"])
    assert unquote_to_bytes(artifact["uri"]) == name.encode("utf-8", "surrogateescape")


def test_where_the_repository_lies_is_not_told() -> None:
    style = Style(root="/home/me/r", patches="/home/me/p")
    text = reporter("sarif")(report_of(suggested(SOURCE, "    return 1")), style)
    assert "/home/me" not in text
    assert "originalUriBaseIds" not in text


def test_names_and_reasons_are_neither_links_nor_placeholders() -> None:
    stub = the_stub()._replace(name="`[x](https://example.org) {0}\u202e`")
    (result,) = sarif(EMPTY._replace(outcomes=(Skip(stub, "[y](1)\n{1}"),)))["results"]
    text = result["message"]["text"]
    assert "](" not in text
    assert not re.search(r"(?<!\{)\{\d", text)
    assert not {"\n", "\u202e"} & set(text)


def test_a_fill_beside_a_secret_is_not_shown() -> None:
    key = "AKIA" + "3OKZT7M2QX4LPW9R"
    suggestion = suggested(SOURCE, "    return 1")
    patch = suggestion.patch.replace(b"+    return 1", b'+    return ask("%s", 1)' % key.encode())
    text = reporter("sarif")(report_of(suggestion._replace(patch=patch)), Style())
    assert key not in text
    (result,) = json.loads(text)["runs"][0]["results"]
    assert "fixes" not in result and "a secret" in result["message"]["text"]


def test_what_whole_lines_cannot_say_is_said() -> None:
    suggestion = suggested(SOURCE, "    return 1")
    not_utf8 = suggestion._replace(patch=suggestion.patch.replace(b"+    return 1", b"+    return '\xe9'"))
    (result,) = sarif(report_of(not_utf8))["results"]
    assert "fixes" not in result and "the patch does it" in result["message"]["text"]


def test_githubs_limits_for_an_upload_are_kept() -> None:
    many = EMPTY._replace(outcomes=(the_stub(),) * (MAX_RESULTS + 7))
    text = reporter("sarif")(many, Style())
    run = json.loads(text)["runs"][0]
    assert len(run["results"]) == MAX_RESULTS
    assert "7 results left out" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert len(gzip.compress(text.encode())) < 10_000_000


def test_from_the_command_line_suggest_has_fixes_and_scan_has_none(stubbed: Workshop) -> None:
    run = json.loads(stubbed.fimbot("suggest", "HEAD~1", "--format", "sarif").out)["runs"][0]
    (fix,) = run["results"][0]["fixes"]
    assert apply_fix(STUBBED.encode(), run, fix) == FILLED.encode()
    scanned = json.loads(stubbed.fimbot("scan", "HEAD~1", "--format", "sarif").out)["runs"][0]["results"]
    assert [result.get("fixes") for result in scanned] == [None]
    assert scanned[0]["partialFingerprints"] == run["results"][0]["partialFingerprints"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(suggestions())
def test_whoever_applies_the_fix_has_exactly_the_intended_file(case: tuple[bytes, Suggestion]) -> None:
    source, suggestion = case
    run = sarif(report_of(suggestion))
    (result,) = run["results"]
    (fix,) = result["fixes"]
    assert apply_fix(source, run, fix) == intended(source, suggestion)
    assert result["partialFingerprints"]["fimbotStubId/v1"] == stub_of(suggestion).id
