"""What a user sees of the quota."""

from __future__ import annotations

import io
import socket
import sys

import pytest

from fimbot.cli.session import progress_bar
from tests.commands.conftest import Workshop

PASSWORD = "p4ss-of-the-store"


@pytest.fixture
def three(workshop: Workshop) -> Workshop:
    """Three stubs, of which the one in the largest file of the change comes last."""
    workshop.commit()
    small = "def {0}_one(a, b):\n    pass\n"
    large = small.format("z") + "".join(f"CONSTANT_{n} = {n}\n" for n in range(50))
    workshop.commit({"a.py": small.format("a"), "b.py": small.format("b"), "z.py": large})
    workshop.server.text = "    return 1\n"
    return workshop


def test_a_dry_run_says_how_much_it_would_be(three: Workshop) -> None:
    done = three.fimbot("suggest", "HEAD~1", "--dry-run")
    assert "nothing was sent: 3 stubs; 3 requests, about " in done.err
    assert " tokens of prompts and at most 1,536 of answers: at once, " in done.err
    assert "at 500 requests and 60,000 tokens a minute" in done.err


def test_a_dry_run_says_how_long_it_takes_at_the_limit(three: Workshop) -> None:
    done = three.fimbot("suggest", "HEAD~1", "--dry-run", FIMBOT_TPM="1000")
    assert "of answers: 3 min, at 500 requests and 1,000 tokens a minute" in done.err


def test_a_run_that_does_not_fit_into_a_minute_says_so_before_it_begins(three: Workshop) -> None:
    done = three.fimbot("suggest", "HEAD~1", "--deadline", "2", FIMBOT_RPM="2")
    assert "3 requests, about " in done.err.splitlines()[1]
    assert done.err.splitlines()[1].endswith("61 s, at 2 requests and 60,000 tokens a minute")


def test_the_most_valuable_goes_first_and_the_rest_is_skipped_for_the_quota(three: Workshop) -> None:
    done = three.fimbot("suggest", "HEAD~1", "--deadline", "2", FIMBOT_RPM="1")
    assert done.status == 3
    assert len(three.server.requests) == 1
    assert "z_one" in three.server.requests[0].body["prompt"]
    assert done.out.count("skipped, quota: 60,000 tokens and 1 request a minute are used up") == 2
    assert "no room in the quota for 2 stubs, which take another 2 requests" in done.err


def test_the_next_process_waits_for_what_the_last_one_has_used(three: Workshop) -> None:
    three.fimbot("suggest", "HEAD~1", "--deadline", "2", FIMBOT_RPM="1")
    done = three.fimbot("suggest", "HEAD~1", "--deadline", "2", "--no-cache", FIMBOT_RPM="1")
    assert done.out.count("skipped, quota: ") == 3
    assert len(three.server.requests) == 1


def test_a_home_that_cannot_be_written_costs_a_line(three: Workshop) -> None:
    (three.home / ".local").write_text("a file where the directory should be")
    done = three.fimbot("suggest", "HEAD~1", XDG_STATE_HOME=str(three.home / ".local" / "state"))
    assert done.status == 0
    assert done.err.count("the quota is counted for this process only: ") == 1
    assert len(three.server.requests) == 3


def test_a_store_that_is_down_costs_a_line_without_its_password(three: Workshop) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"redis://:{PASSWORD}@127.0.0.1:{taken.getsockname()[1]}/0"
        done = three.fimbot("suggest", "HEAD~1", FIMBOT_QUOTA_STORE=url)
    assert done.status == 0
    assert done.err.count("the quota is counted for this machine only: quota-store: 127.0.0.1:") == 1
    assert PASSWORD not in done.out + done.err


@pytest.mark.parametrize("url", [f"http://:{PASSWORD}@h", f"redis:{PASSWORD}@h", f"redis://:{PASSWORD} @h", PASSWORD])
def test_what_is_no_store_is_refused_without_being_quoted(three: Workshop, url: str) -> None:
    done = three.fimbot("suggest", "HEAD~1", FIMBOT_QUOTA_STORE=url)
    assert done.status == 2
    assert "FIMBOT_QUOTA_STORE: quota-store must be redis:// or rediss:// and a host" in done.err
    assert PASSWORD not in done.out + done.err


@pytest.mark.parametrize("password", [PASSWORD, f"{PASSWORD}/with#signs?@in"])
def test_config_shows_the_stores_host_only(three: Workshop, password: str) -> None:
    done = three.fimbot("config", "show", FIMBOT_QUOTA_STORE=f"rediss://team:{password}@store.example:6380/2")
    assert "quota-store = " in done.out
    assert PASSWORD not in done.out + done.err
    if password == PASSWORD:
        assert 'quota-store = "rediss://store.example:6380"' in done.out


def test_a_repository_names_no_store(three: Workshop) -> None:
    three.write("fimbot.toml", 'quota-store = "redis://store.example"\n')
    done = three.fimbot("suggest", "HEAD~1")
    assert done.status == 2
    assert "quota-store may not be set in a repository" in done.err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_foretells_what_the_quota_allows_and_not_the_pace_of_the_first_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("filling 300 stubs", quiet=False, at_least=lambda left: left * 2.0) as advance:
        advance(0, 300)
        assert "10 min left" in terminal.getvalue()
        advance(30, 300)
        advance(300, 300)
    shown = terminal.getvalue()
    assert "100%" in shown.rpartition("left")[2]


def test_the_bar_foretells_nothing_before_the_first_answer_where_no_quota_is_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("filling", quiet=False) as progress:
        progress(0, 2)
        assert "left" not in terminal.getvalue()
        progress(1, 2)
        assert "1 s left" in terminal.getvalue()
