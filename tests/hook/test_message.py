"""What the hook prints: a screenful at most, and commands that do as they are pasted what they say."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fimbot.apps.hook.message import Advice, found, suggested
from fimbot.apps.hook.stage import Stage
from fimbot.changes import Selection
from fimbot.reporters.style import Style
from fimbot.values import Checks, Completion, Fill, Hole, Report, Skip, Stub, Suggestion
from tests.commands.conftest import FILLED, STUBBED, Workshop, workshop
from tests.hook.attempts import Attempt, Hook, attempt, write_hooks

__all__ = ["workshop"]

LINES = 24
COLUMNS = 100

SPECIAL = "a \0\n\r\t\x1b\x7f\x85\x9b\u200b\u2028\u202e\u2066\ufeff\ud83d"


def hostile(size: int) -> st.SearchStrategy[str]:
    """Longer than there is room for, and no more: what Hypothesis draws in vain takes it as long."""
    return st.one_of(st.text(max_size=size), st.text(st.sampled_from(SPECIAL), max_size=size))


ordinary = st.from_regex(r"[a-z_]{1,30}(/[a-z_ ]{1,30}){0,6}\.py", fullmatch=True)
names = hostile(40)
paths = st.one_of(hostile(120), ordinary)
texts = st.one_of(hostile(120), st.lists(hostile(30), max_size=8).map("\n".join))
ids = st.from_regex(r"[0-9a-f]{12}", fullmatch=True)
tiers = st.sampled_from(["fill", "suggest", "report"])
stages = st.sampled_from(
    [Stage(Selection(staged=True), ""), Stage(Selection(f"{'a' * 40}...{'b' * 40}"), "b" * 40, pushing=True)]
)
# None: they could not be written.
styles = st.builds(Style, patches=st.sampled_from([".git/fimbot/patches", None]))
advice = st.builds(Advice, st.just("fimbot"), st.sampled_from([None, "fimbot", "fimbot-check"]))
stubs = st.builds(
    Stub,
    id=ids,
    path=paths,
    language=st.just("python"),
    kind=st.just("empty-body"),
    tier=tiers,
    name=names,
    start_line=st.integers(1, 10**9),
    end_line=st.just(1),
    start=st.just(0),
    end=st.just(0),
    hole=st.just(Hole(0, 0, "")),
    hole_start_line=st.just(1),
    hole_end_line=st.just(1),
    newline=st.just("\n"),
    why=names,
)

filled = st.builds(
    lambda stub, text: Suggestion(
        Fill(stub, text, Checks(True, True, True), Completion(text, "stop", "langdock", "codestral-2501")), (), b""
    ),
    stubs,
    texts,
)
skips = st.builds(Skip, stubs, names)
reports = st.builds(
    lambda suggestions, skips, engine, model: Report(engine, model, (*suggestions, *skips), 1),
    # A screen has room for seven, and for six lines of each.
    st.lists(filled, min_size=1, max_size=9),
    st.lists(skips, max_size=3),
    names,
    names,
)


def assert_a_screenful(text: str, commands: str) -> None:
    assert text.endswith("\n")
    lines = text[:-1].split("\n")
    assert len(lines) <= LINES
    for line in lines:
        # A command that is cut short could not be pasted.
        assert len(line) <= COLUMNS or re.match(commands, line), line
        assert not re.search("[\0-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", line), (
            ascii(line)
        )


@settings(deadline=None)
@given(report=reports, stage=stages, style=styles, advice=advice)
def test_suggestions_of_whatever_kind_are_a_screenful(
    report: Report, stage: Stage, style: Style, advice: Advice
) -> None:
    text = suggested(report, stage, style, advice)
    assert_a_screenful(text, r"\.\.\. and \d+ (more|stubs? without a suggestion): |apply: ")
    # None of them is passed over without a word.
    shown = len(re.findall("  [0-9a-f]{12}$", text, re.MULTILINE))
    more = re.search(r"^\.\.\. and (\d+) more: ", text, re.MULTILINE)
    total = sum(isinstance(each, Suggestion) for each in report.outcomes)
    assert shown + (int(more[1]) if more else 0) >= total


@settings(deadline=None)
@given(stubs=st.lists(stubs, min_size=1, max_size=20), stage=stages, style=styles, advice=advice)
def test_stubs_of_whatever_kind_are_a_screenful(stubs: list[Stub], stage: Stage, style: Style, advice: Advice) -> None:
    text = found(stubs, stage, style, advice)
    assert_a_screenful(text, "fill: ")
    more = re.search(r"^\.\.\. and (\d+) more$", text, re.MULTILINE)
    # Header, blank line, three lines of advice.
    assert len(text.splitlines()) - 5 - bool(more) + (int(more[1]) if more else 0) == len(stubs)


def test_an_ordinary_one_is_read_at_a_glance(hooked: Workshop) -> None:
    stage(hooked)
    assert commit(hooked).err == (
        "fimbot: 1 stub in this commit can be filled; unverified, read first (langdock, codestral-2501)\n"
        "\n"
        "a.py:8  add  d41e1b3c72c9\n"
        "    return a + b\n"
        "\n"
        "apply:  fimbot apply --all      then `git add` and commit again\n"
        "   or:  git apply .git/fimbot/patches/all.patch\n"
        "keep:   fimbot dismiss ID      it is not shown again\n"
        "commit anyway:  git commit --no-verify\n"
    )


# As they are pasted.


@pytest.fixture
def hooked(workshop: Workshop, fork: Hook) -> Workshop:
    """In a directory with blanks and a quote; `fimbot` is on the PATH."""
    workshop.root = workshop.root.rename(workshop.home / "it's my work")
    program = workshop.home / "bin/fimbot"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m fimbot "$@"\n')
    program.chmod(0o755)
    workshop.environ["PATH"] = f"{program.parent}:{workshop.environ['PATH']}"
    workshop.environ["FIMBOT_HOOK_DEADLINE"] = "20"
    workshop.commit({"a.py": "import re\n", "below it/b.py": "import re\n"})
    write_hooks(workshop, fork)
    workshop.server.text = "    return a + b\n"
    return workshop


def stage(workshop: Workshop) -> None:
    workshop.write("a.py", STUBBED)
    workshop.git("add", "a.py")


def commit(workshop: Workshop, at: Path | None = None) -> Attempt:
    return attempt(workshop, "git", "commit", "-qm", "work", at=at)


def paste(workshop: Workshop, command: str, at: Path | None = None) -> Attempt:
    return attempt(workshop, "sh", "-c", command, at=at)


def command_after(label: str, text: str) -> str:
    line = re.search(rf"^ *{label} +(.*?)(?: {{6}}.*)?$", text, re.MULTILINE)
    assert line, text
    return line[1]


needs_sh = pytest.mark.skipif(sys.platform == "win32", reason="what is pasted is for a POSIX shell")
places = pytest.mark.parametrize("below", ["", "below it"], ids=["at the root", "below it"])


@needs_sh
@places
@pytest.mark.parametrize("label", ["apply:", "or:"])
def test_the_commands_make_the_same_commit_pass(hooked: Workshop, label: str, below: str) -> None:
    stage(hooked)
    at = hooked.root / below
    first = commit(hooked, at)
    assert first.status == 1
    assert paste(hooked, command_after(label, first.text), at).status == 0
    assert (hooked.root / "a.py").read_text() == FILLED
    hooked.git("add", "a.py")
    second = commit(hooked, at)
    assert (second.status, second.text) == (0, "")


@needs_sh
@places
def test_a_stub_is_kept_as_it_says(hooked: Workshop, below: str) -> None:
    stage(hooked)
    at = hooked.root / below
    first = commit(hooked, at)
    (name,) = re.findall("  ([0-9a-f]{12})$", first.text, re.MULTILINE)
    assert paste(hooked, command_after("keep:", first.text).replace("ID", name), at).status == 0
    assert commit(hooked, at).status == 0


@needs_sh
def test_it_is_committed_anyway_as_it_says(hooked: Workshop) -> None:
    stage(hooked)
    command = command_after("commit anyway:", commit(hooked).text)
    assert command == "git commit --no-verify"
    assert paste(hooked, f"{command} -qm work").status == 0


@needs_sh
def test_what_is_not_shown_is_where_it_says(hooked: Workshop) -> None:
    hooked.write("a.py", "\n\n".join(f"def f{n}(a: int, b: int) -> int:\n    pass\n" for n in range(12)))
    hooked.git("add", "a.py")
    done = commit(hooked)
    hidden = command_after(r"\.\.\. and \d+ more:", done.text)
    assert len(paste(hooked, hidden).out.splitlines()) == 10
    unfilled = command_after(r"\.\.\. and 2 stubs without a suggestion:", done.text)
    assert "12 stubs filled" in paste(hooked, unfilled).out


@needs_sh
def test_a_push_says_which_commits(hooked: Workshop) -> None:
    hooked.git("init", "-q", "--bare", "remote.git")
    stage(hooked)
    hooked.git("commit", "--no-verify", "-qm", "work")
    push = ("git", "push", "-q", "remote.git", "HEAD:refs/heads/new")
    done = attempt(hooked, *push, environ={"FIMBOT_MAX_SUGGESTIONS": "1"})
    assert done.status == 1 and "1 stub in this push can be filled" in done.text
    assert command_after("push anyway:", done.text) == "git push --no-verify"
    assert paste(hooked, command_after("apply:", done.text)).status == 0
    hooked.git("commit", "-qam", "filled")
    assert attempt(hooked, *push).status == 0


@needs_sh
@pytest.mark.parametrize("pushing", [False, True], ids=["commit", "push"])
def test_a_check_says_how_to_fill_them(hooked: Workshop, fork: Hook, pushing: bool) -> None:
    stage(hooked)
    environ = {}
    if pushing:
        hooked.git("commit", "--no-verify", "-qm", "work")
        head, before = (hooked.git("rev-parse", name).decode().strip() for name in ("HEAD", "HEAD~1"))
        environ = {"PRE_COMMIT_FROM_REF": before, "PRE_COMMIT_TO_REF": head}
    done = attempt(hooked, *fork("hook", "--check"), environ=environ)
    assert done.status == 1
    assert "1 of 1 stub filled" in paste(hooked, command_after("fill:", done.text)).out
