"""For people, and for programs as `schema.json` beside this file describes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from fimbot.apps.doctor.values import Check, Examined, Try
from fimbot.reporters.style import Style, one_line

_SIGNS = {"good": ("ok", "green"), "bad": ("FAIL", "red"), "unknown": ("?", "dim")}


def as_text(examined: Sequence[Examined], style: Style) -> str:
    return "\n".join("\n".join(_engine(each, style)) + "\n" for each in examined)


def _engine(examined: Examined, style: Style) -> list[str]:
    lines = [style.paint(one_line(examined.seen.why), "bold")]
    for check in examined.checks:
        lines += _check(check, style)
    return lines


def _check(check: Check, style: Style) -> list[str]:
    sign, colour = _SIGNS[check.status]
    line = f"  {check.subject:<12}{style.paint(f'{sign:<5}', colour)}{one_line(check.says)}"
    return [line, f"{'':<19}{one_line(check.advice)}"] if check.advice else [line]


def as_json(examined: Sequence[Examined], notes: Sequence[str], status: int) -> str:
    value = {
        "version": 1,
        "status": status,
        "engines": [_object(each) for each in examined],
        "notes": [one_line(note) for note in notes],
    }
    return json.dumps(value, indent=2) + "\n"


def _object(examined: Examined) -> dict[str, Any]:
    seen = examined.seen
    return {
        "engine": seen.engine,
        "model": seen.model or None,
        "host": seen.host or None,
        "why": one_line(seen.why),
        "answers": examined.answers,
        "requests": seen.requests,
        "latency": {
            "first_token": _rounded(_first(seen.word) or _first(seen.numbers)),
            "whole": _rounded(seen.word.whole if seen.word and seen.word.answered else None),
        },
        "quota": asdict(seen.left) if seen.left else None,
        "quota_told_by": "server" if seen.remaining else "fimbot" if seen.counted else None,
        "checks": [
            {
                "subject": check.subject,
                "status": check.status,
                "says": one_line(check.says),
                "advice": one_line(check.advice) or None,
            }
            for check in examined.checks
        ],
    }


def _first(tried: Try | None) -> float | None:
    return tried.first if tried is not None else None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
