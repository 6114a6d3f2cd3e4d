"""The console script, and `python -m fimbot`."""

from __future__ import annotations

import sys


def main() -> int:
    from fimbot import quick

    status = quick.run(sys.argv[1:])
    if status is None:
        from fimbot.commands.main import run

        status = run(sys.argv[1:])
    return status


if __name__ == "__main__":
    sys.exit(main())
