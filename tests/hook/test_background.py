"""`background = true`: what was not answered in time is there at the next attempt, and no process is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from filelock import FileLock

from fimbot.apps.hook.hand_over import HandedOver, is_held, still_at_work, sweep, take
from fimbot.engines.protocol import Question
from fimbot.settings.values import Settings
from fimbot.stubs.collect import Findings
from fimbot.stubs.find import find_stubs
from fimbot.stubs.parsed import parsed_file
from fimbot.values import WHOLE_FILE, Completion, Stub, Window
from fimbot.windows.window import build_window
from tests.commands.conftest import Workshop, workshop
from tests.doubles import scripts
from tests.doubles.langdock import KEY, Exchange, LangdockServer, Script
from tests.hook.attempts import Attempt, Hook, attempt, interpreter, write_hooks

__all__ = ["workshop"]

DEADLINE = 1.5
PROC = Path("/proc")
sees_processes = pytest.mark.skipif(not (PROC / "self/environ").exists(), reason="needs /proc")


def stub(name: str) -> str:
    return f"def {name}(a: int) -> int:\n    raise NotImplementedError\n"


@pytest.fixture
def staged(workshop: Workshop, fork: Hook) -> Workshop:
    workshop.commit({"a.py": "import re\n"})
    write_hooks(workshop, fork)
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
    return attempt(workshop, ".git/hooks/pre-commit", environ=environ)


def of_user(workshop: Workshop) -> dict[int, bytes]:
    """The command lines of this user's processes."""
    found = {}
    for process in PROC.iterdir():
        try:
            arguments, environ = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue
        if os.fsencode(f"HOME={workshop.home}\0") in environ:
            found[int(process.name)] = arguments
    return found


def in_background(workshop: Workshop) -> list[int]:
    """Those that finish something."""
    return [process for process, arguments in of_user(workshop).items() if b"fimbot.cli.finish" in arguments]


def end(workshop: Workshop) -> None:
    for process in in_background(workshop):
        os.kill(process, signal.SIGKILL)
    wait_until(lambda: not in_background(workshop))


def locks(workshop: Workshop) -> list[Path]:
    return list(workshop.home.rglob("fimbot/background/*.lock"))


def wait_until_at_work(workshop: Workshop, questions: int) -> None:
    wait_until(lambda: sum(is_held(FileLock(path, timeout=0)) for path in locks(workshop)) == questions)


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


@sees_processes
@pytest.mark.parametrize("place", [".cache", ".cache/fimbot/background", ".cache/fimbot/completions.sqlite/taken"])
def test_where_nothing_could_be_kept(staged: Workshop, place: str) -> None:
    """The process would end at once, and each attempt would promise the same again."""
    (staged.home / place).parent.mkdir(parents=True, exist_ok=True)
    (staged.home / place).touch()
    staged.server.always = scripts.silent
    done = hook(staged)
    assert (done.status, "finished in the background" in done.err) == (0, False)
    assert re.search("answers are not cached: |the background process could not be started: ", done.err)
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
    assert locks(staged) == []


def test_what_came_in_time_is_shown_and_the_rest_at_the_next_attempt(
    staged: Workshop, answers: threading.Event
) -> None:
    staged.server.plan(scripts.fill("    return 1\n"))
    first = hook(staged, FIMBOT_CONCURRENCY="1", FIMBOT_HOOK_DEADLINE="3")
    assert first.status == 1 and "1 stub in this commit can be filled" in first.out
    assert "1 stub not answered in time: finished in the background" in first.err
    answers.set()
    second = hook(staged, FIMBOT_HOOK_DEADLINE="20")
    assert second.status == 1 and "2 stubs in this commit can be filled" in second.out


# The next attempt comes while it is still at work.


@sees_processes
def test_it_says_so_and_does_not_wait_its_deadline_out(staged: Workshop) -> None:
    staged.server.always = scripts.silent
    assert hook(staged).status == 0
    wait_until_at_work(staged, 2)
    wait_until(lambda: len(staged.server.requests) == 4)  # two of the hook's, and two of the background's
    requests, processes = len(staged.server.requests), in_background(staged)
    second = hook(staged, FIMBOT_HOOK_DEADLINE="100")  # `attempt` waits for 60
    assert (second.status, second.out, second.err.count("\n")) == (0, "", 1)
    assert "2 stubs still being finished in the background; nothing is stopped by it" in second.err
    assert (len(staged.server.requests), in_background(staged)) == (requests, processes)
    end(staged)


@sees_processes
def test_the_same_with_several_engines(staged: Workshop) -> None:
    staged.server.always = scripts.silent
    models = frozenset({"codestral-latest"})
    with LangdockServer(key="k-1234567", route="/v1/fim/completions", models=models, always=scripts.silent) as other:
        several = {
            "FIMBOT_ENGINE": "langdock,mistral",
            "MISTRAL_API_KEY": other.key,
            "FIMBOT_BASE_URL": f"{staged.server.url},{other.url}",
        }
        assert hook(staged, **several).status == 0
        wait_until_at_work(staged, 2)
        second = hook(staged, FIMBOT_HOOK_DEADLINE="100", **several)
        assert "2 stubs still being finished in the background; nothing is stopped by it" in second.err
        end(staged)


@sees_processes
def test_it_shows_at_once_what_is_answered(staged: Workshop) -> None:
    staged.server.plan(scripts.fill("    return 1\n"))
    staged.server.always = scripts.silent
    one_by_one = {"FIMBOT_CONCURRENCY": "1", "FIMBOT_HOOK_DEADLINE": "3"}
    assert hook(staged, **one_by_one).status == 1
    wait_until_at_work(staged, 1)
    second = hook(staged, FIMBOT_HOOK_DEADLINE="100")
    assert second.status == 1 and "1 stub in this commit can be filled" in second.out
    assert second.err == "fimbot: 1 stub still being finished in the background\n"
    end(staged)


@sees_processes
def test_it_asks_for_what_nobody_is_at(staged: Workshop, answers: threading.Event) -> None:
    assert hook(staged).status == 0
    wait_until(lambda: len(staged.server.requests) == 4)  # two of the hook's, and two of the background's
    staged.server.plan(scripts.fill("    return 3\n"))
    staged.write("b.py", stub("h"))
    staged.git("add", "b.py")
    second = hook(staged, FIMBOT_HOOK_DEADLINE="20")
    assert second.status == 1 and "1 stub in this commit" in second.out and "    return 3\n" in second.out
    assert second.err == "fimbot: 2 stubs still being finished in the background\n"
    end(staged)


@sees_processes
def test_what_another_change_left_is_finished_beside_it(staged: Workshop, answers: threading.Event) -> None:
    assert hook(staged).status == 0
    wait_until_at_work(staged, 2)
    staged.write("b.py", stub("h"))
    staged.git("add", "b.py")
    second = hook(staged, FIMBOT_HOOK_DEADLINE="4")
    assert "2 stubs still being finished in the background; 1 stub not answered in time: finished in" in second.err
    wait_until_at_work(staged, 3)
    answers.set()
    wait_until(lambda: not in_background(staged))
    requests = len(staged.server.requests)
    third = hook(staged, FIMBOT_HOOK_DEADLINE="20")
    assert (third.status, third.out.count("    return 1\n")) == (1, 3)
    assert len(staged.server.requests) == requests


class Known:
    """A cache that is looked into: `answers` come one by one, at each look."""

    def __init__(self, answers: list[Completion | None]) -> None:
        self.fingerprint = "engine"
        self.looks = 0
        self._answers = answers

    def known(self, question: Question) -> Completion | None:
        self.looks += 1
        return self._answers.pop(0) if self._answers else None


@pytest.fixture
def window() -> Window:
    source = stub("f").encode()
    (found,) = find_stubs("a.py", source, (WHOLE_FILE,))
    assert isinstance(found, Stub)
    window = build_window(parsed_file("a.py", source), found, budget=1000)
    assert isinstance(window, Window)
    return window


@pytest.fixture
def asked(window: Window) -> Question:
    return Question.of(window, Settings())


@pytest.fixture
def held(window: Window, tmp_path: Path) -> Iterator[Path]:
    """The directory of the locks, while another process is at this question."""
    job = HandedOver(Findings((), (), {}, 0, ()), (window,), Settings(), tmp_path)
    with ExitStack() as stack:
        assert take(job, "engine", stack) == [window]
        yield tmp_path


ANSWER = Completion("    return 1\n", "stop", "langdock", "codestral-2501")


def test_a_short_while_is_waited_for_an_answer(asked: Question, held: Path) -> None:
    cache = Known([None, None, ANSWER])
    assert still_at_work(held, cache.fingerprint, cache.known, [asked], 60) == []
    assert cache.looks == 3


def test_only_a_short_while(asked: Question, held: Path) -> None:
    assert still_at_work(held, "engine", Known([]).known, [asked], 0.3) == [asked]


def test_nothing_is_waited_for_that_nobody_is_at(asked: Question, tmp_path: Path) -> None:
    cache = Known([])
    assert still_at_work(tmp_path, cache.fingerprint, cache.known, [asked], 60) == []
    assert cache.looks == 1


def test_a_question_is_taken_by_one_only_until_he_lets_go(window: Window, tmp_path: Path) -> None:
    job = HandedOver(Findings((), (), {}, 0, ()), (window,), Settings(), tmp_path)
    with ExitStack() as first, ExitStack() as second:
        assert take(job, "engine", first) == [window]
        assert take(job, "engine", second) == []
        assert take(job, "another engine", second) == [window]
        first.close()
        assert take(job, "engine", second) == [window]


def test_only_what_nobody_holds_is_swept_away(asked: Question, held: Path) -> None:
    (held / "left.lock").touch()
    sweep(held)
    assert len(list(held.iterdir())) == 1
    assert still_at_work(held, "engine", Known([]).known, [asked], 0) == [asked]


@pytest.mark.skipif(os.name == "nt", reason="there, a file that is open cannot be removed")
def test_nobody_can_take_what_is_being_swept_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else he would hold a file without a name, the next one would make it anew, and both would ask."""
    path = tmp_path / "left.lock"
    path.touch()
    held = []
    unlink = Path.unlink

    def watched(self: Path, missing_ok: bool = False) -> None:
        held.append(is_held(FileLock(self, timeout=0)))
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", watched)
    sweep(tmp_path)
    assert (held, path.exists()) == ([True], False)


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
@pytest.mark.skipif(os.name == "nt", reason="a script that Windows does not start")
def test_so_does_what_it_has_started(staged: Workshop) -> None:
    """A password manager that gives the hook a key, and waits when it is asked again."""
    staged.server.always = scripts.silent
    manager = staged.home / "print-key"
    manager.write_text(f"#!/bin/sh\nif [ -e {manager}.asked ]; then sleep 30; fi\n: > {manager}.asked\necho {KEY}\n")
    manager.chmod(0o755)
    hidden = {"LANGDOCK_API_KEY": "", "FIMBOT_API_KEY_COMMAND": str(manager), "FIMBOT_DEADLINE": "0.5"}
    assert hook(staged, FIMBOT_HOOK_DEADLINE="3", **hidden).status == 0
    assert len(in_background(staged)) == 1
    wait_until(lambda: not in_background(staged), 15)
    wait_until(lambda: not of_user(staged), 5)


@sees_processes
def test_two_hooks_at_once_leave_one_at_work(staged: Workshop) -> None:
    staged.server.always = scripts.silent
    hooks = [
        subprocess.Popen(
            ".git/hooks/pre-commit", cwd=staged.root, env=staged.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
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
    wait_until_at_work(staged, 2)
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
    environ = {"FIMBOT_HOOK_DEADLINE": "2", "FIMBOT_DEADLINE": "60"}
    done = attempt(staged, *interpreter("hook"), environ=environ)
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
