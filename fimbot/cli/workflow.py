"""What a workflow of GitHub Actions tells and takes: the event, outputs, the summary of a step, annotations.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fimbot.errors import UsageError


@dataclass(frozen=True, slots=True)
class Workflow:
    """Outside of a workflow nothing is written, and the event is empty."""

    active: bool
    event_path: str
    output_path: str
    summary_path: str
    directory: str
    """For files that a later step may want."""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Workflow:
        return cls(
            active=environ.get("GITHUB_ACTIONS") == "true",
            event_path=environ.get("GITHUB_EVENT_PATH", ""),
            output_path=environ.get("GITHUB_OUTPUT", ""),
            summary_path=environ.get("GITHUB_STEP_SUMMARY", ""),
            directory=environ.get("RUNNER_TEMP", ""),
        )

    def event(self) -> dict[str, Any]:
        """Raises UsageError for one that cannot be read."""
        if not self.event_path:
            return {}
        try:
            event = json.loads(Path(self.event_path).read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(f"GITHUB_EVENT_PATH cannot be read: {type(error).__name__}") from None
        return event if isinstance(event, dict) else {}

    @contextmanager
    def muted(self) -> Iterator[list[str]]:
        """What is printed holds other people's text, and none of it is a command to the runner.

        Gives a list for commands, which are printed when that is over.
        """
        commands: list[str] = []
        if not self.active:
            yield commands
            return
        word = secrets.token_hex(16)
        click.echo(f"::stop-commands::{word}")
        try:
            yield commands
        finally:
            click.echo(f"::{word}::")
            for command in commands:
                click.echo(command)

    def outputs(self, **values: str | int) -> None:
        lines = [f"{name.replace('_', '-')}={str(value).translate(_NO_BREAKS)}\n" for name, value in values.items()]
        _append(self.output_path, "".join(lines))

    def summary(self, text: str) -> None:
        _append(self.summary_path, text)


_NO_BREAKS = {ord("\n"): " ", ord("\r"): " "}


def _append(path: str, text: str) -> None:
    if not path:
        return
    try:
        with Path(path).open("ab") as file:
            file.write(text.encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
