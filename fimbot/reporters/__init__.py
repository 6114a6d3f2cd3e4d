"""What a report looks like. A reporter is a module with `render(report, style) -> str` and a line in the table."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from fimbot.reporters.style import Style
    from fimbot.values import Report

REPORTERS: dict[str, str] = {
    "text": "fimbot.reporters.text",
    "json": "fimbot.reporters.json_report",
    "patch": "fimbot.reporters.patch",
    "sarif": "fimbot.reporters.sarif",
    "rdjson": "fimbot.reporters.rdjson",
}

Render = Callable[["Report", "Style"], str]


def reporter(name: str) -> Render:
    return cast(Render, import_module(REPORTERS[name]).render)
