"""One JSON object, as `schema.json` beside this file describes it."""

from __future__ import annotations

import json
from typing import Any

from fimbot.reporters.style import Style
from fimbot.values import Outcome, Report, Skip, Suggestion, stub_of


def render(report: Report, style: Style) -> str:
    return json.dumps(as_object(report, style), indent=2) + "\n"


def as_object(report: Report, style: Style) -> dict[str, Any]:
    stubs = [_stub(outcome, style) for outcome in report.outcomes]
    engine = {"name": report.engine, "model": report.model} if report.engine else None
    return {
        "version": 1,
        "engine": engine,
        "engines": [
            {"name": share.engine, "model": share.model, "answers": share.answers, "refusal": share.refusal}
            for share in report.shares
        ],
        "stubs": stubs,
        "skipped_files": [{"path": path_text(f.path), "reason": f.reason} for f in report.skipped_files],
        "withheld": [{"path": path_text(w.path), "line": w.line, "reason": w.reason} for w in report.withheld],
        "problems": list(report.problems),
        "summary": {
            "files": report.files,
            "found": len(stubs),
            "filled": sum(stub["status"] == "filled" for stub in stubs),
            "skipped": sum(stub["status"] == "skipped" for stub in stubs),
            "requests": report.requests,
            "prompt_tokens": report.usage.prompt_tokens,
            "completion_tokens": report.usage.completion_tokens,
            "seconds": round(report.seconds, 3),
        },
    }


def path_text(path: str) -> str:
    """Paths are bytes; what is no UTF-8 in them is shown as a replacement character."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _stub(outcome: Outcome, style: Style) -> dict[str, Any]:
    stub = stub_of(outcome)
    status = {Suggestion: "filled", Skip: "skipped"}.get(type(outcome), "found")
    return {
        "id": stub.id,
        "path": path_text(stub.path),
        "language": stub.language,
        "kind": stub.kind,
        "tier": stub.tier,
        "name": stub.name,
        "start_line": stub.start_line,
        "end_line": stub.end_line,
        "hole": {"start_line": stub.hole_start_line, "end_line": stub.hole_end_line},
        "status": status,
        "reason": outcome.reason if isinstance(outcome, Skip) else None,
        "fill": _fill(outcome, style) if isinstance(outcome, Suggestion) else None,
    }


def _fill(suggestion: Suggestion, style: Style) -> dict[str, Any]:
    fill = suggestion.fill
    usage = fill.completion.usage
    return {
        "text": fill.text,
        "patch": f"{style.patches}/{fill.stub.id}.patch" if style.patches else None,
        "checks": {
            "exact_hole": fill.checks.exact_hole,
            "parses": fill.checks.parses,
            "complete": fill.checks.complete,
            "tests": fill.checks.tests,
        },
        "requests": 0 if fill.completion.cached else fill.completion.requests,
        "cached": fill.completion.cached,
        "usage": {
            "prompt_tokens": usage.prompt_tokens if usage else 0,
            "completion_tokens": usage.completion_tokens if usage else 0,
        },
    }
