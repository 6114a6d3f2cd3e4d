"""All suggestions as one patch, for `git apply -`."""

from __future__ import annotations

from fimbot.reporters.style import Style
from fimbot.values import Report


def render(report: Report, style: Style) -> str:
    return report.patch.decode("utf-8", "surrogateescape")
