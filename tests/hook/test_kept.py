"""A stub that was shown and kept is not shown again, as long as it stays as it is; any other is."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import Workshop, workshop
from tests.hook.attempts import Attempt, Hook, attempt, write_hooks

__all__ = ["workshop"]

ID = re.compile(r"  ([0-9a-f]{12})(?:  |$)", re.MULTILINE)


def stub(name: str) -> str:
    return f"def {name}(a: int) -> int:\n    raise NotImplementedError\n"


def shown(done: Attempt) -> list[str]:
    return ID.findall(done.text)


@pytest.fixture
def hooked(workshop: Workshop, fork: Hook) -> Workshop:
    workshop.commit({"a.py": "import re\n", "b.py": "import re\n"})
    write_hooks(workshop, fork)
    subprocess.run(["git", "init", "-q", "--bare", workshop.home / "remote"], check=True, env=workshop.environ)
    workshop.git("push", "-q", "--no-verify", str(workshop.home / "remote"), "main")
    workshop.git("remote", "add", "origin", str(workshop.home / "remote"))
    workshop.git("fetch", "-q", "origin")
    workshop.environ["FIMBOT_HOOK_DEADLINE"] = "20"
    return workshop


def stage(workshop: Workshop, content: str, path: str = "a.py", at: Path | None = None) -> None:
    ((at or workshop.root) / path).write_text(content)
    assert attempt(workshop, "git", "add", path, at=at).status == 0


def commit(workshop: Workshop, *options: str, at: Path | None = None, environ: dict[str, str] | None = None) -> Attempt:
    return attempt(workshop, "git", "commit", "-qm", "work", *options, at=at, environ=environ)


def test_what_was_neither_dismissed_nor_committed_is_shown_each_time(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    first, second = commit(hooked), commit(hooked)
    assert (first.status, second.status) == (1, 1)
    assert shown(first) == shown(second) and len(shown(first)) == 1


def test_also_before_the_first_commit(workshop: Workshop, fork: Hook) -> None:
    write_hooks(workshop, fork)
    stage(workshop, stub("f"))
    assert [commit(workshop).status for _ in range(2)] == [1, 1]


# Dismissed.


def test_what_is_dismissed_is_not_shown_again(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    (name,) = shown(commit(hooked))
    done = hooked.fimbot("dismiss", name)
    assert (done.status, done.err) == (0, "fimbot: 1 stub kept: not shown again until changed\n")
    passed = commit(hooked)
    assert (passed.status, passed.text) == (0, "")


def test_the_beginning_of_an_id_will_do(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    (name,) = shown(commit(hooked))
    assert hooked.fimbot("dismiss", name[:5]).status == 0
    assert commit(hooked).status == 0


def test_of_several_the_others_are_shown_again(hooked: Workshop) -> None:
    stage(hooked, stub("f") + "\n\n" + stub("g") + "\n\n" + stub("h"))
    names = shown(commit(hooked))
    assert len(names) == 3
    assert hooked.fimbot("dismiss", names[0], names[2]).status == 0
    assert shown(commit(hooked)) == [names[1]]
    assert "    return 1\n" in (hooked.root / ".git/fimbot/patches/all.patch").read_text()
    assert hooked.fimbot("apply", "--all").status == 0
    assert (hooked.root / "a.py").read_text() == stub("f") + "\n\n" + stub("g").replace(
        "raise NotImplementedError", "return 1"
    ) + "\n\n" + stub("h")


@pytest.mark.parametrize("how", ["dismissed", "committed"])
def test_a_new_stub_above_an_identical_one_that_was_kept_is_shown(hooked: Workshop, how: str) -> None:
    """It has the id that the other had."""
    stage(hooked, "x = 1\n" + stub("f"))
    (name,) = shown(commit(hooked))
    if how == "dismissed":
        assert hooked.fimbot("dismiss", name).status == 0
        assert commit(hooked).status == 0
    else:
        assert commit(hooked, "--no-verify").status == 0
    stage(hooked, stub("f") + "x = 1\n" + stub("f"))
    done = commit(hooked)
    assert (done.status, shown(done)) == (1, [name])
    assert hooked.fimbot("dismiss", name).status == 0
    assert commit(hooked).status == 0


def test_an_id_that_nobody_has_shown_is_refused(hooked: Workshop) -> None:
    done = hooked.fimbot("dismiss", "nothing")
    assert (done.status, done.out) == (2, "")
    assert done.err == "fimbot: no stub nothing: the hook shows the ids, and `fimbot scan --format json`\n"


def test_a_beginning_that_two_have_is_refused(hooked: Workshop) -> None:
    stage(hooked, "\n\n".join(stub(f"f{number}") for number in range(20)))
    attempt(hooked, "git", "commit", "-qm", "work", environ={"FIMBOT_MAX_SUGGESTIONS": "20"})
    done = hooked.fimbot("dismiss", "")
    assert done.status == 2
    assert re.fullmatch(r"fimbot:  names 20 stubs: .*\n", done.err)


def test_an_id_of_a_scan_will_do(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    (found,) = json.loads(hooked.fimbot("scan", "--format", "json").out)["stubs"]
    assert hooked.fimbot("dismiss", found["id"]).status == 0
    assert commit(hooked).status == 0


def test_a_stub_that_was_changed_is_shown_again(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    (name,) = shown(commit(hooked))
    assert hooked.fimbot("dismiss", name).status == 0
    stage(hooked, stub("f").replace("a: int", "a: int, b: int"))
    done = commit(hooked)
    assert done.status == 1 and shown(done) != [name]


def test_a_stub_that_only_moved_in_its_file_is_not(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    (name,) = shown(commit(hooked))
    assert hooked.fimbot("dismiss", name).status == 0
    stage(hooked, "import os\n\n\n" + stub("f"))
    assert commit(hooked).status == 0


# Committed although it was shown.

SKIPS = {"--no-verify": (("--no-verify",), {}), "mode = warn": ((), {"FIMBOT_MODE": "warn"})}


@pytest.mark.parametrize(("options", "environ"), SKIPS.values(), ids=SKIPS.keys())
def test_what_is_committed_all_the_same_is_not_shown_when_it_is_pushed(
    hooked: Workshop, options: tuple[str, ...], environ: dict[str, str]
) -> None:
    stage(hooked, stub("f"))
    assert commit(hooked).status == 1
    assert commit(hooked, *options, environ=environ).status == 0
    done = attempt(hooked, "git", "push", "-q", "origin", "main")
    assert (done.status, done.text) == (0, "")


def test_what_was_committed_without_being_shown_is_shown_when_it_is_pushed(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    assert commit(hooked, "--no-verify").status == 0
    assert len(shown(attempt(hooked, "git", "push", "-q", "origin", "main"))) == 1


def test_what_was_shown_at_a_push_only_is_shown_at_the_next(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    assert commit(hooked, "--no-verify").status == 0
    first, second = (attempt(hooked, "git", "push", "-q", "origin", "main") for _ in range(2))
    assert shown(first) == shown(second) != []


def test_nor_is_it_shown_when_it_is_committed_anew(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    assert commit(hooked).status == 1
    assert commit(hooked, "--no-verify").status == 0
    hooked.git("reset", "-q", "--soft", "HEAD~1")
    done = commit(hooked)
    assert (done.status, done.text) == (0, "")


def test_what_was_committed_before_it_was_shown_is_not_kept_by_that(hooked: Workshop) -> None:
    """A commit without the hook, taken back: HEAD is where it was before, at another time."""
    stage(hooked, stub("f"))
    assert commit(hooked, "--no-verify").status == 0
    later = {"GIT_COMMITTER_DATE": "4000000000 +0000"}  # of a second of its own
    assert attempt(hooked, "git", "reset", "-q", "--soft", "HEAD~1", environ=later).status == 0
    assert [commit(hooked).status for _ in range(2)] == [1, 1]


def test_nor_when_its_commit_is_amended(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    assert commit(hooked).status == 1
    assert commit(hooked, "--no-verify").status == 0
    stage(hooked, stub("f") + "x = 1\n")
    done = commit(hooked, "--amend")
    assert (done.status, done.text) == (0, "")


def test_a_new_one_beside_it_is_shown_alone(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    (kept,) = shown(commit(hooked))
    assert commit(hooked, "--no-verify").status == 0
    hooked.git("reset", "-q", "--soft", "HEAD~1")
    stage(hooked, stub("f") + "\n\n" + stub("g"))
    done = commit(hooked)
    assert done.status == 1
    assert len(shown(done)) == 1 and kept not in shown(done)


def test_what_was_left_out_of_the_commit_is_shown_again(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    first = commit(hooked)
    hooked.git("reset", "-q", "--", "a.py")
    stage(hooked, "x = 1\n", "b.py")
    assert commit(hooked).status == 0
    stage(hooked, stub("f"))
    second = commit(hooked)
    assert (second.status, shown(second)) == (1, shown(first))


def test_what_was_filled_in_the_commit_and_comes_back_is_shown_again(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    first = commit(hooked)
    stage(hooked, "def f(a: int) -> int:\n    return 2\n")
    assert commit(hooked).status == 0
    stage(hooked, stub("f"))
    assert shown(commit(hooked)) == shown(first)


def many(number: int) -> str:
    return "\n\n".join(stub(f"f{each}") for each in range(number))


def test_what_was_only_counted_is_shown_when_it_is_pushed(hooked: Workshop) -> None:
    """A screenful has 7, 10 are asked for, and 2 stay without a suggestion."""
    stage(hooked, many(12))
    first = shown(commit(hooked))
    assert len(first) == 7
    assert commit(hooked, "--no-verify").status == 0
    second = shown(attempt(hooked, "git", "push", "-q", "origin", "main"))
    assert len(second) == 5 and not set(first) & set(second)


def test_nor_does_a_check_take_for_shown_what_it_only_counts(hooked: Workshop, fork: Hook) -> None:
    stage(hooked, many(20))
    first = shown(attempt(hooked, *fork("hook", "--check")))
    assert 0 < len(first) < 20
    assert commit(hooked, "--no-verify").status == 0
    pushed = {"PRE_COMMIT_FROM_REF": "HEAD~1", "PRE_COMMIT_TO_REF": "HEAD"}
    second = shown(attempt(hooked, *fork("hook", "--check"), environ=pushed))
    assert len(second) == 20 - len(first) and not set(first) & set(second)


def test_what_an_amend_does_not_touch_was_shown_with_its_commit(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    assert commit(hooked, "--no-verify").status == 0
    stage(hooked, stub("f") + "x = 1\n")
    done = commit(hooked, "--amend")
    assert (done.status, done.text) == (0, "")


def test_what_an_amend_changes_is_shown_and_can_be_filled(hooked: Workshop) -> None:
    stage(hooked, stub("f"))
    kept = shown(commit(hooked))
    assert commit(hooked, "--no-verify").status == 0
    changed = stub("f").replace("a: int", "a: int, b: int")
    stage(hooked, changed)
    done = commit(hooked, "--amend")
    assert done.status == 1 and len(shown(done)) == 1 and shown(done) != kept
    assert hooked.fimbot("apply", "--all").status == 0
    hooked.git("add", "a.py")
    assert commit(hooked, "--amend").status == 0
    assert hooked.git("show", "HEAD:a.py").decode() == changed.replace("raise NotImplementedError", "return 1")
    assert hooked.git("rev-list", "--count", "HEAD").strip() == b"2"


# In other worktrees of the same repository.


@pytest.fixture
def other(hooked: Workshop) -> Path:
    path = hooked.home / "other tree"
    hooked.git("worktree", "add", "-q", "-b", "other", str(path))
    return path


def test_what_is_dismissed_in_one_worktree_is_so_in_the_other(hooked: Workshop, other: Path) -> None:
    stage(hooked, stub("f"))
    (name,) = shown(commit(hooked))
    assert hooked.fimbot("dismiss", name).status == 0
    stage(hooked, stub("f"), at=other)
    assert commit(hooked, at=other).status == 0


def test_what_was_committed_in_one_worktree_is_not_shown_when_the_other_pushes_it(
    hooked: Workshop, other: Path
) -> None:
    stage(hooked, stub("f"))
    assert commit(hooked).status == 1
    assert commit(hooked, "--no-verify").status == 0
    done = attempt(hooked, "git", "push", "-q", "origin", "main", at=other)
    assert (done.status, done.text) == (0, "")


def test_nor_when_the_other_takes_it_over_and_commits_it_anew(hooked: Workshop, other: Path) -> None:
    stage(hooked, stub("f"))
    assert commit(hooked).status == 1
    assert commit(hooked, "--no-verify").status == 0
    assert attempt(hooked, "git", "reset", "-q", "--hard", "main", at=other).status == 0
    assert attempt(hooked, "git", "reset", "-q", "--soft", "HEAD~1", at=other).status == 0
    done = commit(hooked, at=other)
    assert (done.status, done.text) == (0, "")


# Damaged.

DAMAGED = {
    "empty": "",
    "no JSON": "{",
    "another shape": "[1]",
    "other fields": '{"dismissed": 3, "shown": null}',
    "deep": "[" * 100_000,
    "no text": '{"dismissed": [], "shown": [{"id": {}, "path": 1}]}',
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED.keys())
def test_a_damaged_file_shows_it_once_more_and_is_written_anew(hooked: Workshop, content: str) -> None:
    hooked.write(".git/fimbot/kept.json", content)
    stage(hooked, stub("f"))
    (name,) = shown(commit(hooked))
    assert hooked.fimbot("dismiss", name).status == 0
    assert commit(hooked).status == 0


def test_where_it_cannot_be_written_a_stub_is_shown_each_time(hooked: Workshop) -> None:
    hooked.write(".git/fimbot/kept.json/in the way", "")
    stage(hooked, stub("f"))
    assert [commit(hooked).status for _ in range(2)] == [1, 1]
    done = hooked.fimbot("dismiss", shown(commit(hooked))[0])
    assert (done.status, done.err.count("\n")) == (3, 1)
