"""Bad input gets one clear line that says what, where and what to do now; nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.commands.conftest import FILLED, STUBBED, Workshop
from tests.doubles import scripts


def one_line(err: str) -> str:
    lines = [line for line in err.splitlines() if not line.startswith("fimbot: engine ")]
    assert len(lines) == 1, err
    return lines[0]


def test_not_a_repository(workshop: Workshop, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    done = workshop.fimbot("suggest", at=tmp_path / "elsewhere")
    assert done.status == 3
    assert "not a git repository" in one_line(done.err).lower()


def test_an_unknown_revision(stubbed: Workshop) -> None:
    done = stubbed.fimbot("suggest", "nonsense~3..HEAD")
    assert done.status in (2, 3)
    assert "nonsense~3" in one_line(done.err)


def test_the_parent_of_the_first_commit(workshop: Workshop) -> None:
    workshop.commit({"a.py": STUBBED})
    done = workshop.fimbot("suggest", "HEAD~1")
    assert done.status in (2, 3)
    assert "HEAD~1" in one_line(done.err)


def test_a_revision_that_looks_like_an_option_is_not_one_for_git(stubbed: Workshop) -> None:
    done = stubbed.fimbot("suggest", "--", "--output=/tmp/x")
    assert done.status in (0, 2, 3)
    assert not Path("/tmp/x").exists()


def test_no_commits(workshop: Workshop) -> None:
    assert workshop.fimbot("suggest").status in (0, 3)


def test_the_first_commit_while_it_is_staged(workshop: Workshop) -> None:
    workshop.write("a.py", STUBBED)
    workshop.git("add", "a.py")
    workshop.server.text = "    return a + b\n"
    assert "1 of 1 stub filled" in workshop.fimbot("suggest").out


def test_a_shallow_clone_without_the_revision(stubbed: Workshop, tmp_path: Path) -> None:
    stubbed.git("clone", "-q", "--depth", "1", stubbed.root.as_uri(), str(tmp_path / "shallow"))
    done = stubbed.fimbot("suggest", "HEAD~1", at=tmp_path / "shallow")
    assert done.status in (2, 3)
    assert "shallow" in one_line(done.err)


def test_a_shallow_clone_that_has_the_revision(stubbed: Workshop, tmp_path: Path) -> None:
    stubbed.git("clone", "-q", "--depth", "2", stubbed.root.as_uri(), str(tmp_path / "shallow"))
    assert stubbed.fimbot("suggest", "HEAD~1", at=tmp_path / "shallow").status == 0


OPTIONS = {
    "an unknown command": (["sugest"], "did you mean 'suggest'?"),
    "an unknown option": (["suggest", "--modle", "x"], "--model"),
    "a bad number": (["suggest", "--deadline", "soon"], "deadline must be a number"),
    "an unknown kind": (["suggest", "--kinds", "bodies"], "kinds must be some of empty-body"),
    "an unknown engine": (["suggest", "HEAD~1", "--engine", "langdok"], "did you mean 'langdock'?"),
    "a scan has no patches": (["scan", "--format", "patch"], "--format text, json, sarif or rdjson"),
}


@pytest.mark.parametrize(("arguments", "message"), OPTIONS.values(), ids=OPTIONS.keys())
def test_wrong_usage(stubbed: Workshop, arguments: list[str], message: str) -> None:
    done = stubbed.fimbot(*arguments)
    assert done.status == 2
    assert message in one_line(done.err)


def test_an_unknown_setting_in_the_repository(stubbed: Workshop) -> None:
    stubbed.write("fimbot.toml", "windw-tokens = 5\n")
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert done.status == 2
    assert "did you mean window-tokens?" in one_line(done.err)


def test_a_repository_may_not_say_where_the_key_goes(stubbed: Workshop) -> None:
    stubbed.write("fimbot.toml", "base-url = 'https://evil.example'\n")
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert done.status == 2
    assert "base-url may not be set in a repository" in one_line(done.err)


def test_no_key(stubbed: Workshop) -> None:
    done = stubbed.fimbot("suggest", "HEAD~1", LANGDOCK_API_KEY="")
    assert done.status == 2
    assert "LANGDOCK_API_KEY" in one_line(done.err)
    assert "fimbot model pull" in one_line(done.err)


def test_a_key_for_another_host(stubbed: Workshop) -> None:
    done = stubbed.fimbot("suggest", "HEAD~1", LANGDOCK_API_KEY="another-key")
    assert done.status == 3
    assert stubbed.server.host in one_line(done.err)
    assert "another-key" not in done.err + done.out


def test_a_server_that_is_down(stubbed: Workshop) -> None:
    done = stubbed.fimbot("suggest", "HEAD~1", "--deadline", "2", FIMBOT_BASE_URL="http://127.0.0.1:9")
    assert done.status == 3
    assert "127.0.0.1:9" in one_line(done.err)


def test_a_server_that_never_answers(stubbed: Workshop) -> None:
    stubbed.server.always = scripts.silent
    begun = time.monotonic()
    done = stubbed.fimbot("suggest", "HEAD~1", "--deadline", "1")
    assert done.status == 3
    assert time.monotonic() - begun < 8
    assert stubbed.server.host in one_line(done.err)


ANSWERS = {
    "ten megabytes": "x" * 10_000_000,
    "nonsense": "\x00\x01\x02 }}}} ((( \ufffd",
    "bidirectional characters": "    return a + b  # \u202e\n",
    "nothing": "",
}


@pytest.mark.parametrize("text", ANSWERS.values(), ids=ANSWERS.keys())
def test_answers_that_are_no_bodies_are_skipped(stubbed: Workshop, text: str) -> None:
    stubbed.server.text = text
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert done.status in (0, 3)
    assert "a.py:8: add: skipped, " in done.out
    assert len(done.out) + len(done.err) < 2000


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_standard_output_on_a_full_disk(stubbed: Workshop) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fimbot", "suggest", "HEAD~1"],
            cwd=stubbed.root,
            env=stubbed.environ,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3
    assert b"No space left" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a directory that cannot be written")
def test_patches_that_cannot_be_written_are_shown_all_the_same(stubbed: Workshop) -> None:
    (stubbed.root / ".git").chmod(0o500)
    try:
        done = stubbed.fimbot("suggest", "HEAD~1")
    finally:
        (stubbed.root / ".git").chmod(0o700)
    assert done.status == 3
    assert "+    return a + b" in done.out


def test_a_place_for_patches_that_is_taken(stubbed: Workshop) -> None:
    stubbed.write(".git/fimbot", "a file")
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert done.status == 3
    assert "+    return a + b" in done.out
    assert "the patches cannot be written" in done.err
    assert "all.patch" not in done.out  # which would be that of another run


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a child process")
def test_an_interruption_keeps_what_is_done(workshop: Workshop) -> None:
    workshop.commit()
    workshop.commit({"a.py": STUBBED, "b.py": "def slow() -> int:\n    pass\n"})
    workshop.server.plan(scripts.fill("    return a + b\n"), scripts.silent)
    process = subprocess.Popen(
        [sys.executable, "-m", "fimbot", "suggest", "HEAD~1"],
        cwd=workshop.root,
        env=workshop.environ | {"FIMBOT_CONCURRENCY": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 20
    while len(workshop.server.requests) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert b"what was done is kept" in err
    workshop.fimbot("suggest", "HEAD~1")
    assert len(workshop.server.requests) == 3  # what was answered before is not asked for again
    workshop.git("apply", ".git/fimbot/patches/all.patch")
    assert (workshop.root / "a.py").read_text() == FILLED


def test_a_model_file_that_is_truncated(stubbed: Workshop, tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF" + bytes(100))
    done = stubbed.fimbot("suggest", "HEAD~1", "--engine", "local", "--model", str(tmp_path / "model.gguf"))
    assert done.status == 3
    assert "model.gguf" in one_line(done.err)


def test_a_hostile_name_cannot_steer_the_terminal(workshop: Workshop) -> None:
    if os.name == "nt":
        pytest.skip("Windows has no such names")
    workshop.commit()
    workshop.write("a\033[2Jb\n.py", STUBBED)
    workshop.git("add", "-A")
    workshop.git("commit", "-qm", "x")
    workshop.server.text = "    return a + b\n"
    assert "\033" not in workshop.fimbot("suggest", "HEAD~1").out


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names, and no such terminals")
def test_no_message_can_steer_the_terminal(workshop: Workshop) -> None:
    import pty

    name = "a\033[31m\n.py"
    workshop.commit()
    workshop.write(name, STUBBED)
    workshop.commit()
    workshop.server.text = "    return a + b\n"
    workshop.fimbot("suggest", "HEAD~1")
    workshop.write(name, "x = 1\n")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "fimbot", "apply", "--all"]
    # click itself takes escape sequences out of what does not go to a terminal.
    subprocess.run(command, cwd=workshop.root, env=workshop.environ, stdout=theirs, stderr=theirs, check=False)
    os.close(theirs)
    said = os.read(ours, 10_000)
    os.close(ours)
    assert b"\033" not in said
    assert b"a\\x1b[31m\\n.py: add has been changed" in said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
@pytest.mark.parametrize(("term", "bar"), [("xterm", True), ("dumb", False)])
def test_a_terminal_that_knows_no_control_sequences_gets_none(stubbed: Workshop, term: str, bar: bool) -> None:
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "fimbot", "suggest", "HEAD~1"]
    subprocess.run(command, cwd=stubbed.root, env=stubbed.environ | {"TERM": term}, stderr=theirs, check=True)
    os.close(theirs)
    said = os.read(ours, 10_000)
    os.close(ours)
    assert (b"\033" in said, b"filling 1 stub " in said) == (bar, bar), said
