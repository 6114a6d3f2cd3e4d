"""SARIF 2.1.0, for code scanning and for editors that apply its `fixes`.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning

Regions are lines without columns: from the first one's start to the last one's end, its line break left out (3.30.2).
"""

from __future__ import annotations

import json
from typing import Any, get_args
from urllib.parse import quote

from fimbot import __version__
from fimbot.patches.lines import LineEdit
from fimbot.reporters.fixes import UNVERIFIED, fix_of, told
from fimbot.reporters.style import Style, count, one_line
from fimbot.values import Kind, Outcome, Report, Suggestion, stub_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub refuses a file with more.
MAX_RESULTS = 25_000

_ABOUT: dict[Kind, tuple[str, str]] = {
    "empty-body": ("EmptyBody", "A callable whose body holds nothing."),
    "placeholder": ("Placeholder", "A callable whose body holds only filler, such as a TODO or NotImplementedError."),
    "todo": ("Todo", "A TODO in the middle of code."),
    "expression": ("PlaceholderExpression", "An expression that only holds a place."),
}
_HELP = (
    "Write the body, or take over the suggestion after you have read it. A comment `fimbot: ignore` keeps it as it is."
)


def render(report: Report, style: Style) -> str:
    results = [_result(outcome) for outcome in told(report, style)]
    run = {
        "tool": {"driver": {"name": "fimbot", "semanticVersion": __version__, "rules": _rules()}},
        "invocations": [_invocation(report, len(results) - MAX_RESULTS)],
        "newlineSequences": ["\r\n", "\n"],
        "defaultEncoding": "utf-8",
        "results": results[:MAX_RESULTS],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "id": kind,
            "name": _ABOUT[kind][0],
            "shortDescription": {"text": _ABOUT[kind][1]},
            "fullDescription": {"text": _ABOUT[kind][1]},
            "help": {"text": _HELP, "markdown": _HELP},
            "defaultConfiguration": {"level": "note"},
            "properties": {"tags": ["maintainability"], "precision": "high", "problem.severity": "recommendation"},
        }
        for kind in get_args(Kind)
    ]


def _invocation(report: Report, too_many: int) -> dict[str, Any]:
    notes = [_notification("error", problem) for problem in report.problems]
    if too_many > 0:
        notes.append(_notification("warning", f"{count(too_many, 'result')} left out: a file holds {MAX_RESULTS:,}"))
    notes += [
        _notification("note", f"skipped: {file.reason}") | {"locations": [_location(file.path)]}
        for file in report.skipped_files
    ]
    return {"executionSuccessful": not report.problems, "toolExecutionNotifications": notes}


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _plain(text)}}


def _result(outcome: Outcome) -> dict[str, Any]:
    stub, fix = stub_of(outcome), fix_of(outcome)
    message = f"{stub.name}: {stub.why}."
    location = _location(stub.path, stub.hole_start_line, stub.hole_end_line)
    location["logicalLocations"] = [{"fullyQualifiedName": one_line(stub.name), "kind": "function"}]
    result: dict[str, Any] = {
        "ruleId": stub.kind,
        "ruleIndex": get_args(Kind).index(stub.kind),
        "level": "note",
        "locations": [location],
        # GitHub makes a `primaryLocationLineHash` of its own beside it, and warns of any other.
        "partialFingerprints": {"fimbotStubId/v1": stub.id},
    }
    if isinstance(outcome, Suggestion) and not isinstance(fix, str):
        completion = outcome.fill.completion
        by = f"A body by {completion.engine} ({completion.model}), {UNVERIFIED}."
        message += f" {by}"
        change = {"artifactLocation": _artifact(stub.path), "replacements": [_replacement(edit) for edit in fix]}
        result["fixes"] = [{"description": {"text": _plain(by)}, "artifactChanges": [change]}]
    elif fix:
        message += f" No suggestion: {fix}."
    return result | {"message": {"text": _plain(message)}}


def _location(path: str, start: int | None = None, end: int | None = None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(path)}
    if start is not None:
        place["region"] = {"startLine": start, "endLine": end}
    return {"physicalLocation": place}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.encode("utf-8", "surrogateescape")), "uriBaseId": "%SRCROOT%"}


def _replacement(edit: LineEdit) -> dict[str, Any]:
    # A byte order mark is no part of a file's text (3.30.2).
    text = edit.text.removeprefix("\ufeff") if edit.start == 1 else edit.text
    region = {"startLine": edit.start, "endLine": edit.end}
    return {"deletedRegion": region, "insertedContent": {"text": text}}


def _plain(text: str) -> str:
    """Names and reasons are other people's text: neither a link (3.11.6) nor a placeholder (3.11.5)."""
    return one_line(text).replace("](", "] (").replace("{", "{{").replace("}", "}}")
