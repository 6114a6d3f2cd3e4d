"""fimbot without its start of 0.3 s, for tests that run it some 100,000 times.

A server that has imported everything, runs no thread and forks itself for each run:

    python -m tests.hook.forks ADDRESS

Where there is no fork, `Runner` starts an interpreter for each run.
"""

from __future__ import annotations

import json
import os
import pkgutil
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import TracebackType

from tests.hook import fork_client

ROOT = Path(__file__).parents[2]
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Kill:
    after: float
    """Seconds."""
    group: bool = False
    """With the git that it runs, as when a container is stopped; else git lives on and ends what it has begun."""


@dataclass(frozen=True, slots=True)
class Ended:
    status: int
    """Negative: a signal's number."""
    output: str

    @property
    def killed(self) -> bool:
        return self.status < 0


class Runner:
    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="fimbot-")
        # An address has 104 bytes at most, which pytest's directories exceed.
        self._address = str(Path(self._directory.name) / "socket")
        self._server = self._started() if hasattr(os, "fork") else None

    def command(self, *arguments: str) -> list[str]:
        """For others to run: Git, for one."""
        python = Path(sys.executable).as_posix()
        if self._server is None:
            return [python, "-m", "fimbot", *arguments]
        return [python, "-IS", fork_client.__file__, self._address, *arguments]

    def hook_script(self, *options: str) -> str:
        return f"#!/bin/sh\nexec {shlex.join(self.command('hook', *options))}\n"

    def run(self, arguments: Sequence[str], at: Path, environ: Mapping[str, str], kill: Kill | None = None) -> Ended:
        with tempfile.TemporaryFile() as output:
            if self._server is None:
                status = self._spawn(arguments, at, environ, kill, output.fileno())
            else:
                status = self._fork(arguments, at, environ, kill, output.fileno())
            output.seek(0)
            return Ended(status, output.read().decode("utf-8", "replace"))

    def _fork(
        self, arguments: Sequence[str], at: Path, environ: Mapping[str, str], kill: Kill | None, output: int
    ) -> int:
        with (
            open(os.devnull, "rb") as nothing,  # noqa: PTH123
            fork_client.ask(
                self._address, arguments, str(at), dict(environ), [nothing.fileno(), output, output]
            ) as connection,
        ):
            answers = connection.makefile()
            process = int(answers.readline())
            if kill:
                time.sleep(kill.after)
                with suppress(ProcessLookupError):  # it has ended by then
                    (os.killpg if kill.group else os.kill)(process, signal.SIGKILL)
            return int(answers.readline())

    def _spawn(
        self, arguments: Sequence[str], at: Path, environ: Mapping[str, str], kill: Kill | None, output: int
    ) -> int:
        command = [sys.executable, "-m", "fimbot", *arguments]
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
        with subprocess.Popen(command, cwd=at, env=dict(environ), **streams) as process:  # type: ignore[call-overload]
            if kill:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(kill.after)
                if process.poll() is None:
                    process.kill()
                    process.wait()
                    return -signal.SIGTERM
            return int(process.wait(60))

    def _started(self) -> subprocess.Popen[bytes]:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.hook.forks", self._address], cwd=ROOT, stdin=subprocess.PIPE
        )
        until = time.monotonic() + 60
        while not Path(self._address).exists():
            assert server.poll() is None and time.monotonic() < until, "the fork server did not start"
            time.sleep(0.02)
        return server

    def close(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.communicate()
        self._directory.cleanup()

    def __enter__(self) -> Runner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(address: str) -> None:
    _import_everything()
    if sys.platform == "linux":
        # What a killed run leaves behind becomes a child of this process, which can wait for it.
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        bound = f"{address}.new"
        listener.bind(bound)
        listener.listen()
        os.rename(bound, address)  # noqa: PTH104 - it can be connected to by now
        # Its standard input ends with the process that started it, however that ends.
        while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
            connection, _ = listener.accept()
            with connection:
                _answer(connection)


def _answer(connection: socket.socket) -> None:
    _, streams, _, _ = socket.recv_fds(connection, 1, 3)
    request = json.loads(connection.makefile("rb").readline())
    child = os.fork()
    if child == 0:
        _run(request["arguments"], request["at"], request["environ"], streams)
    for stream in streams:
        os.close(stream)
    with suppress(BrokenPipeError):
        connection.sendall(b"%d\n" % child)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status < 0:
            _wait_for_group(child)
        connection.sendall(b"%d\n" % status)


def _run(arguments: Sequence[str], at: str, environ: Mapping[str, str], streams: list[int]) -> None:
    """As fimbot.__main__ does it. Never returns."""
    status = 70
    try:
        os.setpgid(0, 0)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.chdir(at)
        os.environ.clear()
        os.environ.update(environ)
        from fimbot import quick
        from fimbot.cli.main import run

        found = quick.run(list(arguments))
        status = run(arguments) if found is None else found
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _wait_for_group(group: int) -> None:
    """Until what a killed run had started has ended as well."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with suppress(ChildProcessError):
            while os.waitpid(-group, os.WNOHANG)[0]:
                pass
        try:
            os.killpg(group, 0)
        except (ProcessLookupError, PermissionError):
            return
        time.sleep(0.001)


def _import_everything() -> None:
    import fimbot

    for module in pkgutil.walk_packages(fimbot.__path__, "fimbot."):
        with suppress(ImportError):  # what it needs is an extra
            import_module(module.name)
    for name in ("git", "httpx", "sqlite3", "unidiff.patch", "encodings.idna"):
        import_module(name)


if __name__ == "__main__":
    serve(sys.argv[1])
