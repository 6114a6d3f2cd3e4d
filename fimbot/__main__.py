"""The console script, and `python -m fimbot`."""

from __future__ import annotations

import os
import sys
import time


def main() -> int:
    begun = time.monotonic()
    from fimbot import quick

    if sys.stdout is None:  # closed (`>&-`, some schedulers); the next file or pipe would get its number
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    status = quick.run(sys.argv[1:])
    if status is None:
        from fimbot.commands.main import run

        status = run(sys.argv[1:], begun)
    return status


if __name__ == "__main__":
    sys.exit(main())
