"""`background = true`: what was not answered in time is there at the next attempt, and no process is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from tests.commands.conftest import Workshop, workshop
from tests.doubles import scripts
from tests.doubles.langdock import KEY, Exchange, Script
from tests.hook.attempts import Attempt, attempt, interpreter

__all__ = ["workshop"]

DEADLINE = 1.5
PROC = Path("/proc")
sees_processes = pytest.mark.skipif(not (PROC / "self/environ").exists(), reason="needs /proc")


def stub(name: str) -> str:
    return f"def {name}(a: int) -> int:\n    raise NotImplementedError\n"


@pytest.fixture
def staged(workshop: Workshop) -> Workshop:
    workshop.commit({"a.py": "import re\n"})
    workshop.write("a.py", stub("f") + "\n\n" + stub("g"))
    workshop.git("add", "a.py")
    workshop.environ |= {"FIMBOT_HOOK_DEADLINE": str(DEADLINE), "FIMBOT_BACKGROUND": "true"}
    return workshop


@pytest.fixture
def answers(staged: Workshop) -> threading.Event:
    """As long as it is not set, the server takes requests and is silent."""
    event = threading.Event()

    def answer(exchange: Exchange) -> None:
        while not event.is_set():
            if not exchange.wait(0.05):
                return
        scripts.fill("    return 1\n")(exchange)

    staged.server.always = answer
    return event


def hook(workshop: Workshop, **environ: str) -> Attempt:
    return attempt(workshop, *interpreter("hook"), environ=environ)


def in_background(workshop: Workshop) -> list[int]:
    """The processes of this user's that finish something."""
    found = []
    for process in PROC.iterdir():
        try:
            arguments, environ = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue
        if b"fimbot.commands.finish" in arguments and os.fsencode(f"HOME={workshop.home}\0") in environ:
            found.append(int(process.name))
    return found


def end(workshop: Workshop) -> None:
    for process in in_background(workshop):
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not in_background(workshop))


def is_held(lock: FileLock) -> bool:
    try:
        with lock:
            return False
    except Timeout:
        return True


def wait_until(done: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.05)


# Nothing is finished in the background.


@sees_processes
def test_unless_it_is_asked_for(staged: Workshop) -> None:
    staged.server.always = scripts.silent
    done = hook(staged, FIMBOT_BACKGROUND="")
    assert (done.status, done.err.count("\n")) == (0, 1)
    assert in_background(staged) == []


@sees_processes
def test_where_all_was_answered(staged: Workshop) -> None:
    assert hook(staged, FIMBOT_HOOK_DEADLINE="20").status == 1
    assert in_background(staged) == []


@sees_processes
def test_where_the_engine_refused(staged: Workshop) -> None:
    staged.server.always = scripts.status(403)
    assert hook(staged).status == 0
    assert in_background(staged) == []


# What is not ready in time is.


@sees_processes
def test_the_next_attempt_has_it_without_another_request(staged: Workshop, answers: threading.Event) -> None:
    first = hook(staged)
    assert (first.status, first.out) == (0, "")
    assert "2 stubs not answered in time: finished in the background, for the next attempt" in first.err
    answers.set()
    wait_until(lambda: not in_background(staged))
    requests = len(staged.server.requests)
    second = hook(staged, FIMBOT_HOOK_DEADLINE="20")
    assert (second.status, second.out.count("    return 1\n")) == (1, 2)
    assert len(staged.server.requests) == requests


def test_what_came_in_time_is_shown_and_the_rest_at_the_next_attempt(
    staged: Workshop, answers: threading.Event
) -> None:
    staged.server.plan(scripts.fill("    return 1\n"))
    first = hook(staged, FIMBOT_CONCURRENCY="1", FIMBOT_HOOK_DEADLINE="5")
    assert first.status == 1 and "1 stub in this commit can be filled" in first.out
    assert "1 stub not answered in time: finished in the background" in first.err
    answers.set()
    second = hook(staged, FIMBOT_HOOK_DEADLINE="20")
    assert second.status == 1 and "2 stubs in this commit can be filled" in second.out


def test_the_next_attempt_waits_for_what_is_still_at_work(staged: Workshop, answers: threading.Event) -> None:
    assert hook(staged).status == 0
    threading.Timer(2, answers.set).start()
    second = hook(staged, FIMBOT_HOOK_DEADLINE="30")
    assert (second.status, second.out.count("    return 1\n")) == (1, 2)


@sees_processes
def test_the_next_attempt_waits_no_longer_than_its_deadline(staged: Workshop) -> None:
    staged.server.always = scripts.silent
    assert hook(staged).status == 0
    (process,) = in_background(staged)
    second = hook(staged)
    assert (second.status, second.out) == (0, "")
    assert "still being finished in the background" in second.err
    assert in_background(staged) == [process]
    end(staged)


# It ends.


@sees_processes
def test_it_ends_when_it_has_the_answers(staged: Workshop, answers: threading.Event) -> None:
    assert hook(staged).status == 0
    assert len(in_background(staged)) == 1
    answers.set()
    wait_until(lambda: not in_background(staged))


@sees_processes
@pytest.mark.parametrize("script", [scripts.silent, scripts.dripping], ids=["silent", "dripping"])
def test_it_ends_at_its_own_deadline_with_a_server_that_is(staged: Workshop, script: Script) -> None:
    staged.server.always = script
    assert hook(staged, FIMBOT_DEADLINE="2").status == 0
    assert len(in_background(staged)) == 1
    wait_until(lambda: not in_background(staged), 15)


@sees_processes
def test_two_hooks_at_once_leave_one_at_work(staged: Workshop) -> None:
    staged.server.always = scripts.silent
    hooks = [
        subprocess.Popen(
            interpreter("hook"), cwd=staged.root, env=staged.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(2)
    ]
    for each in hooks:
        _, err = each.communicate(timeout=30)
        assert (each.returncode, b"Traceback" in err) == (0, False)
    wait_until(lambda: len(in_background(staged)) == 1)
    end(staged)


@sees_processes
def test_one_that_was_killed_stands_in_nobodys_way(staged: Workshop) -> None:
    staged.server.always = scripts.silent
    assert hook(staged).status == 0
    lock = FileLock(staged.root / ".git/fimbot/background.lock", timeout=0)
    wait_until(lambda: is_held(lock))
    end(staged)
    staged.server.always = None
    done = hook(staged, FIMBOT_HOOK_DEADLINE="20")
    assert (done.status, done.out.count("    return 1\n")) == (1, 2)
    assert done.seconds < 10


# It is nobody's burden.


@sees_processes
def test_the_hooks_output_ends_with_the_hook(staged: Workshop) -> None:
    """pre-commit waits until its pipe is closed; `attempt` does too."""
    staged.server.always = scripts.silent
    done = hook(staged, FIMBOT_DEADLINE="60")
    (process,) = in_background(staged)
    assert done.seconds < 10
    assert KEY.encode() not in (PROC / str(process) / "cmdline").read_bytes()
    assert os.getsid(process) == process
    end(staged)


@sees_processes
def test_a_repository_that_is_removed_meanwhile_is_not_made_again(staged: Workshop) -> None:
    staged.server.always = scripts.silent
    assert hook(staged, FIMBOT_DEADLINE="2").status == 0
    staged.root.rename(staged.home / "elsewhere")
    wait_until(lambda: not in_background(staged), 15)
    assert not staged.root.exists()
    (staged.home / "elsewhere").rename(staged.root)
