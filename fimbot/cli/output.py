"""Data to standard output or to a file, byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path

from fimbot.errors import PatchError
from fimbot.reporters import reporter
from fimbot.reporters.style import Style
from fimbot.values import Report


def write_report(report: Report, format_: str, output: str, style: Style) -> None:
    text = reporter(format_)(report, style)
    write_bytes(text.encode("utf-8", "surrogateescape"), output)


def write_bytes(data: bytes, output: str) -> None:
    """`output`: a file, or `-`. Raises PatchError where the file cannot be written."""
    try:
        if output == "-":
            sys.stdout.flush()
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            Path(output).write_bytes(data)
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if output == "-" else output
        raise PatchError(f"{name} cannot be written: {error.strerror}") from None
