"""What was said before is not said again, whatever happened to the pull request or to the run in between."""

from __future__ import annotations

import pytest

from fimbot.apps.review.identity import comment_line, mark_in
from tests.doubles.github.state import Comment, PullRequest
from tests.review.conftest import ADD, BASE, FILLED, STUBBED, Desk, stubs


def reviewed(desk: Desk) -> tuple[PullRequest, Comment]:
    """A pull request with one suggestion on it."""
    pull = desk.open()
    assert desk.review(pull).status == 0
    (comment,) = pull.comments
    return pull, comment


def again(desk: Desk, pull: PullRequest) -> str:
    """Runs it again: nothing may be posted and no engine asked; the summary."""
    posts, asked = len(desk.posts), len(desk.engine.requests)
    result = desk.review(pull, "--no-cache")
    assert result.status == 0, result.told
    assert (len(desk.posts), len(desk.engine.requests)) == (posts, asked)
    return result.summary


def test_mistake_4_a_push_elsewhere_moves_lines_and_says_nothing_twice(desk: Desk) -> None:
    pull, _ = reviewed(desk)
    desk.push({"a.py": "# a line\n# and one more\n" + STUBBED})
    again(desk, pull)


def test_mistake_4_a_rebase_and_a_forced_push_say_nothing_twice(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.shop.commit("main", {"a.py": "# main went on\n" + BASE, "other.py": "x = 1\n"})
    desk.push({"a.py": "# main went on\n" + STUBBED}, onto="main")
    again(desk, pull)
    assert comment.minimized is None


def test_a_renamed_file_is_known_again(desk: Desk) -> None:
    pull = desk.open({"new.py": ADD.lstrip("\n")})
    desk.review(pull)
    desk.push({"new.py": None, "renamed.py": ADD.lstrip("\n")})
    again(desk, pull)
    assert [comment.minimized for comment in pull.comments] == [None]


def test_deleted_is_a_no_also_in_a_file_that_was_renamed(desk: Desk) -> None:
    pull = desk.open({"new.py": ADD.lstrip("\n")})
    desk.review(pull)
    desk.github.people.delete(pull.comments[0].id)
    desk.push({"new.py": None, "renamed.py": ADD.lstrip("\n")})
    assert "deleted" in again(desk, pull)


def test_a_deleted_comment_says_nothing_of_a_stub_that_another_file_brings_later(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.delete(comment.id)
    desk.push({"a.py": STUBBED.replace("raise NotImplementedError", "return b + a"), "b.py": STUBBED})
    desk.review(pull)
    assert [comment.thread.original.path for comment in pull.comments] == ["b.py"]


def test_a_copy_of_the_stub_in_another_file_is_another_stub(desk: Desk) -> None:
    pull, _ = reviewed(desk)
    desk.push({"b.py": STUBBED})
    desk.review(pull)
    assert [comment.thread.original.path for comment in pull.comments] == ["a.py", "b.py"]


def test_a_stub_that_is_gone_has_its_comment_minimised(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.push({"a.py": STUBBED.replace("raise NotImplementedError", "return b + a")})
    again(desk, pull)
    assert comment.minimized == "outdated"
    writes = len(desk.github.writes)
    again(desk, pull)
    assert len(desk.github.writes) == writes


def test_a_file_that_is_gone_has_its_comments_minimised(desk: Desk) -> None:
    pull = desk.open({"new.py": ADD.lstrip("\n"), "other.py": "x = 1\n"})
    desk.review(pull)
    desk.push({"new.py": None})
    again(desk, pull)
    assert [comment.minimized for comment in pull.comments] == ["outdated"]


def test_a_suggestion_that_was_committed_makes_room_for_the_next(desk: Desk) -> None:
    pull = desk.open({"a.py": BASE + stubs(2)})
    desk.review(pull, "--max-suggestions", "1")
    desk.github.people.apply_suggestion(pull.comments[0].id)
    desk.review(pull, "--max-suggestions", "1")
    assert len(pull.comments) == 2


def test_a_stub_that_has_changed_is_suggested_anew(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.push({"a.py": STUBBED.replace("The sum.", "The sum of both.")})
    desk.review(pull)
    assert len(pull.comments) == 2
    assert comment.minimized == "outdated"
    assert pull.comments[1].minimized is None


def lines(pull: PullRequest) -> list[int | None]:
    return [comment.thread.original.line for comment in pull.comments]


ONE, ABOVE = BASE + "\n\nx = 1\n" + ADD, BASE + ADD + "\n\nx = 1\n" + ADD


def test_an_identical_stub_above_is_new_and_the_one_below_is_known(desk: Desk) -> None:
    """By where the thread hangs now: the new one has taken the id of the other."""
    pull = desk.open({"a.py": ONE})
    desk.review(pull)
    desk.push({"a.py": ABOVE})
    assert "suggested before" in desk.review(pull).summary
    assert lines(pull) == [13, 10]
    again(desk, pull)


def test_a_no_to_the_one_is_none_to_an_identical_stub_above(desk: Desk) -> None:
    pull = desk.open({"a.py": ONE})
    desk.review(pull)
    desk.github.people.resolve(pull.comments[0].id)
    desk.push({"a.py": ABOVE})
    assert "and resolved" in desk.review(pull).summary
    assert lines(pull) == [13, 10]
    desk.github.people.delete(pull.comments[1].id)
    assert "deleted" in again(desk, pull)


def test_an_identical_stub_that_is_filled_leaves_the_other_known(desk: Desk) -> None:
    pull = desk.open({"a.py": ABOVE})
    desk.review(pull)
    first, second = lines(pull)
    desk.github.people.resolve(pull.comments[1].id)
    desk.push({"a.py": FILLED + "\n\nx = 1\n" + ADD})
    assert "and resolved" in again(desk, pull)
    assert (first, second) == (10, 18)


def test_identical_stubs_that_move_to_another_file_are_known_again(desk: Desk) -> None:
    pull = desk.open({"new.py": ABOVE})
    desk.review(pull)
    desk.push({"new.py": None, "renamed.py": ABOVE})
    again(desk, pull)


def test_resolved_is_a_no(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.resolve(comment.id)
    assert "resolved" in again(desk, pull)


def test_deleted_is_a_no(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.delete(comment.id)
    assert pull.comments == []
    assert "deleted" in again(desk, pull)


def filled_and_back(desk: Desk, pull: PullRequest) -> str:
    """The stub is filled by hand, which fimbot sees, and then it is there again; what is said of it."""
    desk.push({"a.py": STUBBED.replace("raise NotImplementedError", "return b + a")})
    desk.review(pull)
    desk.push({"a.py": STUBBED})
    return desk.review(pull).summary


def test_a_stub_that_was_gone_and_comes_back_is_suggested_again(desk: Desk) -> None:
    """That fimbot has hidden its own comment is no person's no."""
    pull, first = reviewed(desk)
    for n in (2, 3):
        assert "suggested" in filled_and_back(desk, pull)
        assert len(pull.comments) == n
    assert [comment.minimized for comment in pull.comments] == ["outdated", "outdated", None]
    again(desk, pull)
    assert mark_in(first.body) is not None


def test_what_is_unhidden_is_not_said_twice(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.push({"a.py": STUBBED.replace("raise NotImplementedError", "return b + a")})
    desk.review(pull)
    comment.minimized = None
    desk.push({"a.py": STUBBED})
    again(desk, pull)


def test_a_no_outlives_that_the_stub_was_gone(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.reply(comment.id, "fimbot: ignore")
    assert "ignore" in filled_and_back(desk, pull)
    assert len(pull.threads) == 1


def test_deleted_is_a_no_also_when_it_came_for_the_second_time(desk: Desk) -> None:
    pull, _ = reviewed(desk)
    filled_and_back(desk, pull)
    desk.github.people.delete(pull.comments[1].id)
    assert "deleted" in again(desk, pull)


@pytest.mark.parametrize("reason", ["off-topic", "outdated", "resolved"])
def test_hidden_is_a_no(desk: Desk, reason: str) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.minimise(comment.id, reason)
    assert "hidden" in again(desk, pull)


def test_the_answer_ignore_is_a_no(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.reply(comment.id, "Thanks, but:\n\nfimbot: ignore\n")
    assert "somebody answered `fimbot: ignore`" in again(desk, pull)


@pytest.mark.parametrize(("text", "login"), [("do not write fimbot: ignore here", "bea"), ("fimbot: ignore", "x[bot]")])
def test_talk_about_it_and_bots_are_no_answer(desk: Desk, text: str, login: str) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.reply(comment.id, text, login=login)
    assert "somebody answered" not in again(desk, pull)


def test_a_no_lasts_until_the_stub_changes(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.github.people.resolve(comment.id)
    desk.push({"a.py": STUBBED.replace("a: int", "a: float")})
    desk.review(pull)
    assert len(pull.comments) == 2


def test_mistake_15_a_mark_that_somebody_else_wrote_is_not_believed(desk: Desk) -> None:
    _, comment = reviewed(desk)
    mark = mark_in(comment.body)
    assert mark is not None
    other = desk.open(branch="other")
    desk.github.people.comment(other, "a.py", 8, f"Mine.\n\n{comment_line(mark)}", login="mallory")
    desk.review(other)
    assert len(other.comments) == 2


def test_mistake_16_an_empty_answer_closes_nothing(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.engine.text = ""
    desk.push({"b.py": STUBBED})
    desk.review(pull, "--no-cache")
    assert comment.minimized is None
    assert len(pull.comments) == 1


def test_mistake_16_a_file_that_cannot_be_read_closes_nothing(desk: Desk) -> None:
    pull, comment = reviewed(desk)
    desk.push({"a.py": STUBBED + "# long\n" * 2000})
    desk.review(pull, FIMBOT_MAX_FILE_BYTES="1000")
    assert comment.minimized is None


def test_mistake_17_everything_is_read_to_the_last_page(desk: Desk) -> None:
    text = "x = 1\n" * 130
    pull = desk.open({f"m{n:03}.py": "x = 1\n" for n in range(120)} | {"a.txt": text, "z.py": STUBBED})
    for line in range(1, 121):
        desk.github.people.comment(pull, "a.txt", line, "nit", login="bea")
    desk.review(pull)
    assert len(pull.comments) == 121
    again(desk, pull)
    pages = [request.query.get("page") for request in desk.github.requests if request.path.endswith("/files")]
    assert "2" in pages


def test_an_import_is_not_minimised_when_the_body_that_needs_it_was_committed(desk: Desk) -> None:
    desk.engine.text = "    return json.dumps(a + b)\n"
    pull = desk.open({"new.py": ADD.lstrip("\n")})
    desk.review(pull)
    import_, body = sorted(pull.comments, key=lambda comment: comment.thread.original.line or 0)
    desk.github.people.apply_suggestions([body.id])
    desk.github.refresh()
    assert desk.review(pull).status == 0
    assert import_.minimized is None


def test_the_suggestion_for_an_identical_stub_stays_when_the_first_is_filled(desk: Desk) -> None:
    twin = "def add(a, b):\n        # TODO: the sum\n        pass\n"
    pull = desk.open({"a.py": BASE + f"\nif old():\n    {twin}else:\n    {twin}"})
    desk.review(pull)
    first, second = sorted(pull.comments, key=lambda comment: comment.thread.original.line or 0)
    desk.github.people.apply_suggestions([first.id])
    desk.github.refresh()
    assert desk.review(pull).status == 0
    assert second.minimized is None


def test_an_import_that_was_suggested_before_is_not_suggested_again(desk: Desk) -> None:
    desk.engine.text = "    return json.dumps(a + b)\n"
    new = ADD.lstrip("\n")
    pull = desk.open({"new.py": new})
    desk.review(pull)
    desk.push({"new.py": new + stubs(1)})
    desk.review(pull)
    assert len(pull.comments) == 3
