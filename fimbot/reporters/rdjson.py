"""Reviewdog's diagnostic format: suggestions on GitLab and Gitea, findings on Bitbucket and Gerrit.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf

Ranges are lines without columns: GitLab knows no others, and reviewdog pastes them into its comment as they are. A
comment shows a suggestion only where its range is that of the diagnostic, so that an import is a diagnostic of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fimbot.patches.lines import LineEdit
from fimbot.reporters.fixes import UNVERIFIED, fix_of, told
from fimbot.reporters.json_report import path_text
from fimbot.reporters.style import Style, code_span, one_line
from fimbot.values import Outcome, Report, Stub, Suggestion, stub_of


def render(report: Report, style: Style) -> str:
    diagnostics = [each for outcome in told(report, style) for each in _diagnostics(outcome)]
    # Two fills of a file may need the same import.
    unique = list({json.dumps(each, sort_keys=True): each for each in diagnostics}.values())
    return json.dumps({"source": {"name": "fimbot"}, "severity": "INFO", "diagnostics": unique}, indent=2) + "\n"


def _diagnostics(outcome: Outcome) -> Iterator[dict[str, Any]]:
    stub, fix = stub_of(outcome), fix_of(outcome)
    told = f"{code_span(stub.name)}: {one_line(stub.why)}."
    if isinstance(fix, str):
        if fix:
            told += f" No suggestion: {code_span(fix)}."
        yield _diagnostic(stub, told, stub.hole_start_line, stub.hole_end_line)
        return
    for edit in fix[:-1]:
        yield _diagnostic(stub, f"An import that a suggestion below needs ({UNVERIFIED}).", edit.start, edit.end, edit)
    hole = fix[-1]
    by = f" {_by(outcome)}" if isinstance(outcome, Suggestion) else ""
    yield _diagnostic(stub, told + by, hole.start, hole.end, hole)


def _by(suggestion: Suggestion) -> str:
    completion = suggestion.fill.completion
    by = f"{completion.engine} ({code_span(completion.model)})"
    return f"A body by {by}, {UNVERIFIED}. `{suggestion.fill.stub.id}`"


def _diagnostic(stub: Stub, message: str, start: int, end: int, edit: LineEdit | None = None) -> dict[str, Any]:
    lines = {"start": {"line": start}, "end": {"line": end}}
    diagnostic: dict[str, Any] = {
        "message": message,
        "location": {"path": path_text(stub.path), "range": lines},
        "severity": "INFO",
        "code": {"value": stub.kind},
    }
    if edit is not None:
        diagnostic["suggestions"] = [{"range": lines, "text": edit.text}]
    return diagnostic
