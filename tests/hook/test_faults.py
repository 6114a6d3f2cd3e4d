"""Whatever fails, the commit, merge or push goes through within the deadline and a second, with one line on why.

What is allowed beside that second is the start of an interpreter with fimbot's modules, measured in the same run:
before it, no clock of fimbot's can run. The matrix spares most of these starts (forks.py).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.commands.conftest import FILLED, STUBBED, Workshop, workshop
from tests.doubles import scripts
from tests.doubles.langdock import KEY, Exchange, Script
from tests.hook.attempts import Attempt, Hook, attempt, interpreter, write_hooks

__all__ = ["workshop"]

DEADLINE = 1.0
SECOND = 1.0
# For a fault that shows at once: a slow machine must not take the deadline for it.
ENOUGH = 20.0
WRONG_KEY = "wrong-key-71d0"
GOES_ON = "; nothing is stopped by it"
TIMES_OUT = "before the deadline|deadline has passed|not ready in time|too long for the"


def start_up() -> float:
    """Seconds until fimbot's first line of the hook is reached."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import fimbot.cli.main, fimbot.cli.hook"], check=True)
    return time.monotonic() - began


@pytest.fixture(scope="module")
def usual_start() -> float:
    return max(start_up() for _ in range(3))


def assert_in_time(seconds: float, usual_start: float, deadline: float = DEADLINE) -> None:
    allowed = deadline + SECOND
    if seconds > allowed + usual_start:  # the machine may have become slower meanwhile
        assert seconds <= allowed + 2 * start_up(), f"{seconds:.2f} s"


# What is about to happen when the hook is run; each gives the command and its environment.

Command = tuple[list[str], dict[str, str]]
Stage = Callable[[Workshop, Hook], Command]


def commits(workshop: Workshop, hook: Hook) -> Command:
    workshop.write("a.py", STUBBED)
    workshop.git("add", "a.py")
    return ["git", "commit", "-qm", "with a stub"], {}


def merges(workshop: Workshop, hook: Hook) -> Command:
    """What neither side has comes into a merge without conflict by a merge driver only."""
    workshop.write(".git/merged.py", STUBBED)
    workshop.git("config", "merge.brings-a-stub.driver", "cp .git/merged.py %A")
    workshop.git("checkout", "-qb", "theirs")
    commit(workshop, {"a.py": "import re\n\n\nx = 1\n", ".gitattributes": "a.py merge=brings-a-stub\n"})
    workshop.git("checkout", "-q", "main")
    commit(workshop, {"a.py": "import re\n\n\ny = 1\n", ".gitattributes": "a.py merge=brings-a-stub\n"})
    return ["git", "merge", "-q", "--no-edit", "theirs"], {}


def pushes(workshop: Workshop, hook: Hook) -> Command:
    commit(workshop, {"a.py": STUBBED})
    subprocess.run(["git", "init", "-q", "--bare", workshop.home / "remote"], check=True, env=workshop.environ)
    return ["git", "push", "-q", str(workshop.home / "remote"), "HEAD:refs/heads/new"], {}


def pushes_with_pre_commit(workshop: Workshop, hook: Hook) -> Command:
    commit(workshop, {"a.py": STUBBED})
    refs = {f"PRE_COMMIT_{name}_REF": revision for name, revision in (("FROM", "HEAD~1"), ("TO", "HEAD"))}
    remote = {"PRE_COMMIT_REMOTE_BRANCH": "refs/heads/main", "PRE_COMMIT_REMOTE_NAME": "origin"}
    return hook("hook", "a.py"), {"PRE_COMMIT": "1", **remote, **refs}


def runs_it_by_hand(workshop: Workshop, hook: Hook) -> Command:
    commits(workshop, hook)
    return hook("hook", "a.py"), {"PRE_COMMIT": "1"}


def commit(workshop: Workshop, files: Mapping[str, str]) -> None:
    for path, content in files.items():
        workshop.write(path, content)
    workshop.git("add", "--all")
    workshop.git("commit", "--no-verify", "-qm", "change")


STAGES = {
    "pre-commit": commits,
    "pre-merge-commit": merges,
    "pre-push": pushes,
    "pre-push by pre-commit": pushes_with_pre_commit,
    "manual": runs_it_by_hand,
}


@pytest.fixture(params=list(STAGES.values()), ids=list(STAGES))
def stage(request: pytest.FixtureRequest) -> Stage:
    chosen: Stage = request.param
    return chosen


@pytest.fixture
def hooked(workshop: Workshop) -> Workshop:
    workshop.commit({"a.py": "import re\n"})
    workshop.environ["FIMBOT_HOOK_DEADLINE"] = str(DEADLINE)
    workshop.server.text = "    return a + b\n"
    return workshop


def try_to(workshop: Workshop, stage: Stage, hook: Hook, *before: str, **environ: str) -> Attempt:
    write_hooks(workshop, hook)
    command, of_stage = stage(workshop, hook)
    return attempt(workshop, *before, *command, environ=of_stage | environ)


@pytest.mark.parametrize("hook", ["an interpreter", "a fork"])
def test_without_a_fault_each_stage_is_stopped(hooked: Workshop, stage: Stage, fork: Hook, hook: str) -> None:
    """Else the faults would be let through for another reason."""
    start = fork if hook == "a fork" else interpreter
    done = try_to(hooked, stage, start, FIMBOT_HOOK_DEADLINE="20")
    assert done.status == 1
    assert "    return a + b\n" in done.out + done.err


def test_the_deadline_holds_with_an_interpreter_started(hooked: Workshop, stage: Stage, usual_start: float) -> None:
    hooked.server.always = scripts.silent
    done = try_to(hooked, stage, interpreter, FIMBOT_HOOK_DEADLINE="2")
    assert_goes_through(done, TIMES_OUT, usual_start, deadline=2)


# An engine's faults: what answers, what the user has set, and the words by which the line says so.

Fault = tuple[Script | None, Mapping[str, str], str]


def garbage(exchange: Exchange) -> None:
    exchange.whole(200, bytes(range(256)) * 10, "application/json")


def not_http(exchange: Exchange) -> None:
    exchange._handler.wfile.write(b"\x16\x03\x01\0\0 what is this\r\n\r\n")


ANSWERS: dict[str, Fault] = {
    "401": (None, {"LANGDOCK_API_KEY": WRONG_KEY}, "401 .* set LANGDOCK_API_KEY"),
    "403": (scripts.status(403), {}, "403 .* change model"),
    "404": (scripts.status(404), {}, "404 .* check base-url"),
    "422": (scripts.status(422), {}, "422 .* check the model"),
    "another model": (None, {"FIMBOT_MODEL": "no-such"}, "422 .* no-such"),
    "429 and to come back soon": (scripts.status(429, headers={"Retry-After": "0"}), {}, "429"),
    "429 and to come back in a minute": (
        scripts.status(429, headers={"Retry-After": "60"}),
        {},
        "429.* asks for 60 s, too long",
    ),
    "500": (scripts.status(500), {}, "500"),
    "503": (scripts.status(503), {}, "503"),
    "a redirect": (scripts.redirect("https://example.org/"), {}, "redirects to https://example.org/"),
    "a page": (scripts.raw(b"<!doctype html><title>Sign in</title>", "text/html"), {}, "the answer is text/html"),
    "garbage": (garbage, {}, "the answer"),
    "no HTTP": (not_http, {}, "the connection broke"),
    "a cut connection": (scripts.reset, {}, "the connection broke"),
    "an answer that is cut off": (scripts.truncated("    return"), {}, "the connection broke|cut"),
    "a huge answer": (scripts.raw([b"data: ", b"x" * 5_000_000]), {}, "larger than 4 MB"),
    "an endless answer": (scripts.endless, {}, "larger than 4 MB"),
    "no key": (None, {"LANGDOCK_API_KEY": ""}, "set LANGDOCK_API_KEY .* or .*fimbot model pull"),
    "no key for the engine": (
        None,
        {"LANGDOCK_API_KEY": "", "FIMBOT_ENGINE": "langdock"},
        "no key for langdock: set LANGDOCK_API_KEY",
    ),
    "a key with blanks": (None, {"LANGDOCK_API_KEY": "lang uage"}, "holds characters that no key has"),
    "no model": (
        None,
        {"LANGDOCK_API_KEY": "", "FIMBOT_ENGINE": "local"},
        r"fimbot model pull|pip install 'fimbot\[local\]'",
    ),
}

# What comes too late or not at all uses the deadline up.
WAITING: dict[str, Fault] = {
    "429": (scripts.status(429), {}, "429|before the deadline"),  # it is asked again after a while
    "silence": (scripts.silent, {}, TIMES_OUT),
    "silence in the middle": (scripts.stalled("    ret"), {}, TIMES_OUT),
    "a byte now and then": (scripts.dripping, {}, TIMES_OUT),
    "too slow": (scripts.fill("word " * 1000, pause=0.05), {}, TIMES_OUT),
}


@pytest.mark.parametrize("fault", ANSWERS.values(), ids=ANSWERS.keys())
def test_it_goes_through_with(hooked: Workshop, usual_start: float, stage: Stage, fork: Hook, fault: Fault) -> None:
    script, environ, says = fault
    hooked.server.always = script
    assert_fails_at_once(hooked, stage, fork, says, usual_start, environ)


@pytest.mark.parametrize("fault", WAITING.values(), ids=WAITING.keys())
def test_it_goes_through_in_time_with(
    hooked: Workshop, usual_start: float, stage: Stage, fork: Hook, fault: Fault
) -> None:
    script, environ, says = fault
    hooked.server.always = script
    assert_goes_through(try_to(hooked, stage, fork, **environ), says, usual_start)


def assert_goes_through(done: Attempt, says: str, usual_start: float, deadline: float = DEADLINE) -> None:
    assert (done.status, done.out.removeprefix("Auto-merging a.py\n")) == (0, ""), done
    assert_one_line(done.err, says)
    assert KEY not in done.err and WRONG_KEY not in done.err
    assert_in_time(done.seconds, usual_start, deadline)


def assert_fails_at_once(
    workshop: Workshop, stage: Stage, hook: Hook, says: str, usual_start: float, environ: Mapping[str, str]
) -> None:
    done = try_to(workshop, stage, hook, **{"FIMBOT_HOOK_DEADLINE": str(ENOUGH), **environ})
    assert_goes_through(done, says, usual_start, ENOUGH)


def assert_one_line(err: str, says: str) -> None:
    assert err.count("\n") == 1 and err.startswith("fimbot: "), err
    assert re.search(says, err), err
    assert GOES_ON in err


# Faults between here and there.


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def blackhole() -> Iterator[int]:
    """A port whose queue is full: further attempts to connect are neither taken nor refused."""
    if sys.platform != "linux":
        pytest.skip("a full queue drops connections on Linux only")
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_it_goes_through_with_a_server_that_is_down(
    hooked: Workshop, stage: Stage, fork: Hook, usual_start: float
) -> None:
    environ = {"FIMBOT_BASE_URL": f"http://127.0.0.1:{closed_port()}"}
    assert_fails_at_once(hooked, stage, fork, "cannot be reached", usual_start, environ)


def test_it_goes_through_with_a_server_that_is_unreachable(
    hooked: Workshop, stage: Stage, fork: Hook, blackhole: int, usual_start: float
) -> None:
    url = f"http://127.0.0.1:{blackhole}"
    says = f"no connection within|cannot be reached|{TIMES_OUT}"
    assert_goes_through(try_to(hooked, stage, fork, FIMBOT_BASE_URL=url), says, usual_start)


def test_it_goes_through_with_a_name_that_there_is_not(
    hooked: Workshop, stage: Stage, fork: Hook, usual_start: float
) -> None:
    says = f"cannot be reached|{TIMES_OUT}"
    assert_goes_through(try_to(hooked, stage, fork, FIMBOT_BASE_URL="https://engine.invalid"), says, usual_start)


def test_it_goes_through_with_a_port_that_speaks_no_tls(
    hooked: Workshop, stage: Stage, fork: Hook, usual_start: float
) -> None:
    environ = {"FIMBOT_BASE_URL": f"https://{hooked.server.host}"}
    assert_fails_at_once(hooked, stage, fork, "cannot be reached|connection broke", usual_start, environ)


def test_it_goes_through_with_a_proxy_that_refuses(
    hooked: Workshop, stage: Stage, fork: Hook, usual_start: float
) -> None:
    environ = {"FIMBOT_BASE_URL": "https://engine.invalid", "HTTPS_PROXY": hooked.server.url}
    says = "the proxy on the way refuses; check HTTPS_PROXY"
    assert_fails_at_once(hooked, stage, fork, says, usual_start, environ)


def test_it_goes_through_with_a_proxy_that_is_down(
    hooked: Workshop, stage: Stage, fork: Hook, usual_start: float
) -> None:
    environ = {"FIMBOT_BASE_URL": "https://engine.invalid", "HTTPS_PROXY": f"http://127.0.0.1:{closed_port()}"}
    assert_fails_at_once(hooked, stage, fork, "cannot be reached", usual_start, environ)


def password_manager(workshop: Workshop, line: str) -> dict[str, str]:
    script = workshop.home / "print-key"
    script.write_text(f"#!/bin/sh\n{line}\n")
    script.chmod(0o755)
    return {"LANGDOCK_API_KEY": "", "FIMBOT_API_KEY_COMMAND": str(script)}


@pytest.mark.skipif(os.name == "nt", reason="a script that Windows does not start")
@pytest.mark.parametrize("line", ["exec sleep 20", "sleep 20; echo key"], ids=["itself", "behind a shell"])
def test_it_goes_through_with_a_password_manager_that_waits(
    hooked: Workshop, stage: Stage, fork: Hook, usual_start: float, line: str
) -> None:
    environ = password_manager(hooked, line)
    assert_goes_through(try_to(hooked, stage, fork, **environ), "not ready in time", usual_start)
    assert_nothing_left(hooked)


@pytest.mark.skipif(os.name == "nt", reason="a script that Windows does not start")
def test_it_goes_through_with_a_password_manager_that_fails(
    hooked: Workshop, stage: Stage, fork: Hook, usual_start: float
) -> None:
    environ = password_manager(hooked, f"echo {KEY}; exit 1")
    assert_fails_at_once(hooked, stage, fork, "failed with status 1; run it by hand", usual_start, environ)


def test_it_goes_through_without_any_network(hooked: Workshop, stage: Stage, usual_start: float) -> None:
    unshare = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("nobody may take the network away here")
    del hooked.environ["FIMBOT_BASE_URL"]
    done = try_to(hooked, stage, interpreter, *unshare, FIMBOT_HOOK_DEADLINE=str(ENOUGH))
    assert_goes_through(done, "api.langdock.com: cannot be reached", usual_start, ENOUGH)


def test_what_came_in_time_is_shown_and_the_rest_is_named(hooked: Workshop, fork: Hook, usual_start: float) -> None:
    hooked.server.plan(scripts.fill("    return a + b\n"))
    hooked.server.always = scripts.silent
    hooked.write("a.py", STUBBED)
    hooked.write("b.py", "import re\n\n\ndef other(a: int) -> int:\n    raise NotImplementedError\n")
    hooked.git("add", "--all")
    done = attempt(hooked, *fork("hook"), environ={"FIMBOT_CONCURRENCY": "1", "FIMBOT_HOOK_DEADLINE": "3"})
    assert done.status == 1
    assert "1 stub in this commit" in done.out and "    return a + b\n" in done.out
    assert "... and 1 stub without a suggestion" in done.out
    assert_in_time(done.seconds, usual_start, deadline=3)


def test_of_several_reasons_that_of_a_stub_that_was_asked_for_is_told(hooked: Workshop, fork: Hook) -> None:
    hooked.server.always = scripts.silent
    hooked.write("a.py", STUBBED)
    hooked.write("b.py", f"{STUBBED}x = 1\ny = 2\n")  # more is added, so it is asked for first
    hooked.git("add", "--all")
    done = attempt(hooked, *fork("hook"), environ={"FIMBOT_CONCURRENCY": "1", "FIMBOT_HOOK_DEADLINE": "3"})
    assert len(hooked.server.requests) == 1
    assert_one_line(done.err, "no whole answer before the deadline")


# git's faults.

ASKED = {
    "for the root": "rev-parse --show-toplevel",
    "for the difference": "diff-index",
    "for contents": "cat-file --batch",
    "for attributes": "check-attr",
    "for settings": "cat-file blob :fimbot.toml",
    "for its directory": "--git-path",
}


def hanging_git(workshop: Workshop, asked: str, how: str = "exec sleep 20") -> dict[str, str]:
    """The environment in which git does not answer when it is asked this; or does `how` first."""
    git = shutil.which("git", path=workshop.environ["PATH"])
    programs = workshop.home / "bin"
    programs.mkdir()
    (programs / "git").write_text(f'#!/bin/sh\ncase "$*" in *"{asked}"*) {how};; esac\nexec {git} "$@"\n')
    (programs / "git").chmod(0o755)
    return {"PATH": f"{programs}{os.pathsep}{workshop.environ['PATH']}"}


def left_behind(workshop: Workshop) -> list[bytes]:
    """The command lines of this user's processes."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.fsencode(f"HOME={workshop.home}\0") in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
    return [each for each in found if each]  # else it has ended


def assert_nothing_left(workshop: Workshop) -> None:
    """What was killed may take a moment to be gone, but not as long as it would have taken by itself."""
    until = time.monotonic() + 5
    while left := left_behind(workshop):
        assert time.monotonic() < until, left
        time.sleep(0.05)


in_gits_place = pytest.mark.skipif(os.name == "nt", reason="a script in git's place")


@in_gits_place
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
def test_it_goes_through_with_a_git_that_hangs_when_asked(hooked: Workshop, usual_start: float, asked: str) -> None:
    commits(hooked, interpreter)
    done = attempt(hooked, *interpreter("hook"), environ=hanging_git(hooked, asked))
    assert (done.status, done.out) == (0, "")
    assert_one_line(done.err, "not ready in time")
    assert_in_time(done.seconds, usual_start)
    assert_nothing_left(hooked)


@in_gits_place
@pytest.mark.skipif(sys.platform != "linux", reason="what git has started is found on Linux only")
@pytest.mark.parametrize("asked", ["diff-index", "cat-file --batch", "rev-parse", "version"])
def test_nothing_is_left_of_what_a_git_that_hangs_has_started(hooked: Workshop, asked: str) -> None:
    """Such as the transport that fetches what a partial clone lacks. GitPython runs `git version` on its own."""
    commits(hooked, interpreter)
    attempt(hooked, *interpreter("hook"), environ=hanging_git(hooked, asked, "sleep 20"))
    assert_nothing_left(hooked)


@in_gits_place
@pytest.mark.parametrize("asked", ["diff-index", "cat-file --batch", "check-attr"])
def test_so_does_a_check(hooked: Workshop, usual_start: float, asked: str) -> None:
    commits(hooked, interpreter)
    done = attempt(hooked, *interpreter("hook", "--check"), environ=hanging_git(hooked, asked))
    assert (done.status, done.out) == (0, "")
    assert_one_line(done.err, "not ready in time")
    assert_in_time(done.seconds, usual_start)
    assert_nothing_left(hooked)


@in_gits_place
def test_a_check_of_whole_files_takes_its_time(hooked: Workshop, fork: Hook) -> None:
    """Nobody's commit waits for it, and in CI it must not pass because it is slow."""
    commits(hooked, interpreter)
    slow = hanging_git(hooked, "diff-index", "sleep 1.5") | {"FIMBOT_HOOK_DEADLINE": "0.1"}
    assert attempt(hooked, *fork("hook", "--check", "a.py"), environ=slow).status == 0
    assert attempt(hooked, *fork("hook", "--check", "--all", "a.py"), environ=slow).status == 1


@in_gits_place
def test_so_does_a_check_of_a_range_that_was_given_by_hand(hooked: Workshop, fork: Hook) -> None:
    """As CI does it; a push, which somebody waits for, has a remote."""
    commit(hooked, {"a.py": STUBBED})
    slow = hanging_git(hooked, "merge-base", "sleep 1.5") | {"FIMBOT_HOOK_DEADLINE": "0.1"}
    given = {"PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}
    pushed = given | {"PRE_COMMIT_REMOTE_NAME": "origin"}
    assert attempt(hooked, *fork("hook", "--check", "a.py"), environ=slow | given).status == 1
    assert attempt(hooked, *fork("hook", "--check", "a.py"), environ=slow | pushed).status == 0
    assert attempt(hooked, *fork("hook", "a.py"), environ=slow | given).status == 0


@in_gits_place
@pytest.mark.parametrize("option", [[], ["--check"]], ids=["fimbot", "fimbot-check"])
def test_what_is_found_is_shown_with_a_git_that_hangs_in_the_end(
    hooked: Workshop, fork: Hook, usual_start: float, option: list[str]
) -> None:
    """It is only asked what HEAD was, to know later on what was kept."""
    commits(hooked, interpreter)
    environ = hanging_git(hooked, "--walk-reflogs") | {"FIMBOT_HOOK_DEADLINE": "2"}
    done = attempt(hooked, *fork("hook", *option), environ=environ)
    assert (done.status, done.err) == (1, "")
    assert "a.py:8  add  " in done.out
    assert_in_time(done.seconds, usual_start, deadline=2)
    assert_nothing_left(hooked)


def test_a_damaged_index_is_gits_to_complain_about(hooked: Workshop, usual_start: float) -> None:
    commits(hooked, interpreter)
    hooked.write(".git/index", b"DIRC\0\0\0\2garbage")
    done = attempt(hooked, *interpreter("hook"))
    assert (done.status, done.out) == (0, "")
    assert_one_line(done.err, "git .*: index file")
    assert_in_time(done.seconds, usual_start)


# What came is shown where it cannot be written.

TAKEN_OVER = re.compile("^apply: +(?P<program>.*) suggest --apply --staged  ", re.MULTILINE)


def assert_shown(done: Attempt, problem: str) -> None:
    assert done.status == 1 and "    return a + b\n" in done.out, done
    assert TAKEN_OVER.search(done.out) and ".patch" not in done.out
    assert done.err.count("\n") == 1 and re.search(problem, done.err), done


def test_a_file_in_the_place_of_the_patches_is_said(hooked: Workshop) -> None:
    commits(hooked, interpreter)
    hooked.write(".git/fimbot", "mine")
    done = attempt(hooked, *interpreter("hook"), environ={"FIMBOT_HOOK_DEADLINE": "20"})
    assert_shown(done, "the patches cannot be written to .*: (Not a directory|File exists)")
    assert (hooked.root / ".git/fimbot").read_text() == "mine"


def test_they_are_taken_over_as_it_says(hooked: Workshop) -> None:
    commits(hooked, interpreter)
    hooked.write(".git/fimbot", "mine")
    attempt(hooked, *interpreter("hook"), environ={"FIMBOT_HOOK_DEADLINE": "20"})
    requests = len(hooked.server.requests)
    hooked.fimbot("suggest", "--apply", "--staged")
    assert (hooked.root / "a.py").read_text() == FILLED
    assert len(hooked.server.requests) == requests


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_git_directory_that_is_read_only_is_said(hooked: Workshop) -> None:
    commits(hooked, interpreter)
    (hooked.root / ".git").chmod(0o555)
    try:
        done = attempt(hooked, *interpreter("hook"), environ={"FIMBOT_HOOK_DEADLINE": "20"})
    finally:
        (hooked.root / ".git").chmod(0o755)
    assert_shown(done, "the patches cannot be written to .*: Permission denied")


# No file may take more than 0 bytes.
FULL_DISK = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]


@pytest.mark.skipif(os.name == "nt", reason="needs ulimit")
def test_a_full_disk_is_said(hooked: Workshop) -> None:
    """So cannot the cache of answers nor the quota either; each says so in a line of its own."""
    commits(hooked, interpreter)
    environ = {"FIMBOT_HOOK_DEADLINE": "20", "FIMBOT_CACHE": "false"}
    done = attempt(hooked, *FULL_DISK, *interpreter("hook"), environ=environ)
    quota = [line for line in done.err.splitlines() if "the quota is counted for this process only" in line]
    assert len(quota) == 1
    others = "".join(line for line in done.err.splitlines(keepends=True) if line.rstrip() not in quota)
    assert_shown(replace(done, err=others), "the patches cannot be written to .*: File too large")


@pytest.mark.skipif(os.name == "nt", reason="needs ulimit")
def test_what_came_in_time_is_shown_where_the_rest_cannot_be_finished_later(hooked: Workshop) -> None:
    hooked.server.plan(scripts.fill("    return a + b\n"))
    hooked.server.always = scripts.silent
    commits(hooked, interpreter)
    hooked.write("b.py", "import re\n\n\ndef other(a: int) -> int:\n    raise NotImplementedError\n")
    hooked.git("add", "--all")
    environ = {"FIMBOT_HOOK_DEADLINE": "5", "FIMBOT_CONCURRENCY": "1", "FIMBOT_BACKGROUND": "true"}
    done = attempt(hooked, *FULL_DISK, *interpreter("hook"), environ=environ)
    assert done.status == 1 and "    return a + b\n" in done.out, done
    assert "... and 1 stub without a suggestion" in done.out
    # So there is no use in finishing it.
    assert "fimbot: answers are not cached: " in done.err and "in the background" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(("options", "status"), [([], 0), (["--check"], 3)], ids=["fimbot", "fimbot-check"])
def test_standard_output_that_cannot_be_written_is_said(
    hooked: Workshop, fork: Hook, options: list[str], status: int
) -> None:
    commits(hooked, interpreter)
    to_full = ["sh", "-c", 'exec "$@" > /dev/full', "sh"]
    done = attempt(hooked, *to_full, *fork("hook", *options), environ={"FIMBOT_HOOK_DEADLINE": "20"})
    assert (done.status, done.err.count("\n")) == (status, 1), done
    assert "fimbot: standard output cannot be written: No space left on device" in done.err


def test_patches_that_were_damaged_are_replaced(hooked: Workshop) -> None:
    commits(hooked, interpreter)
    hooked.write(".git/fimbot/patches/suggestions.json", "{")
    done = attempt(hooked, *interpreter("hook", "a.py"), environ={"FIMBOT_HOOK_DEADLINE": "20"})
    assert (done.status, done.err) == (1, "")
    assert hooked.fimbot("apply", "--all").status == 0
