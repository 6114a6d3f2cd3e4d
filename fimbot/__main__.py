"""The console script, and `python -m fimbot`."""

from __future__ import annotations

import gc
import os
import sys
import time


def main() -> int:
    begun = time.monotonic()
    # What is imported is no garbage; to look for some takes 2 ms of 30.
    gc.disable()
    from fimbot import quick

    if sys.stdout is None:  # closed (`>&-`, some schedulers); the next file or pipe would get its number
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    status = quick.run(sys.argv[1:])
    if status is None:
        from fimbot.cli.main import run

        gc.enable()
        status = run(sys.argv[1:], begun)
    # The interpreter would look through all modules once more before it leaves: 7 ms of 110.
    gc.freeze()
    return status


if __name__ == "__main__":
    sys.exit(main())
