"""Asks a fork server (forks.py) to run fimbot here, with this process's own standard input, output and error.

    python -IS fork_client.py ADDRESS [ARGUMENT ...]

A Git hook runs this in place of fimbot: nothing is imported that costs anything.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Sequence


def ask(address: str, arguments: Sequence[str], at: str, environ: dict[str, str], streams: list[int]) -> socket.socket:
    """The line that comes back first is the process's id, the second its exit status."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(address)
    socket.send_fds(connection, [b"!"], streams)
    request = {"arguments": list(arguments), "at": at, "environ": environ}
    connection.sendall(json.dumps(request).encode() + b"\n")
    return connection


def main() -> int:
    with ask(sys.argv[1], sys.argv[2:], os.getcwd(), dict(os.environ), [0, 1, 2]) as connection:  # noqa: PTH109
        answers = connection.makefile().read().split()
    # What was ended by a signal ends a shell's command with this.
    status = int(answers[1])
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
