"""What is posted and counted as posted, with nothing between the poster and the stand-in but the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from fimbot.apps.review.anchors import Hunk
from fimbot.apps.review.comments import Draft, Unplaced, compose
from fimbot.apps.review.github.host import Address, Host
from fimbot.apps.review.github.pace import Pace
from fimbot.apps.review.identity import Mark, mark_of, marks_in
from fimbot.apps.review.post import Poster, Recorder, review_body
from fimbot.patches.unified import unified_patch
from fimbot.settings.keys import Key
from fimbot.values import Edit
from tests.doubles.github import faults
from tests.doubles.github.state import PullRequest
from tests.reporters.fixed import suggested
from tests.review.conftest import Desk

SOURCE = b"def f(a):\n    raise NotImplementedError\n"
SUGGESTION = suggested(SOURCE, "    return a")
MARK = mark_of(SUGGESTION.fill.stub, SOURCE)
HUGE = SUGGESTION._replace(patch=unified_patch("a.py", b"", [Edit(0, 0, b"x = 1\n" * 20_000)]))


def draft() -> Draft:
    made = compose(SUGGESTION, SOURCE, (Hunk(1, 2, (1, 2), frozenset()),), MARK)
    assert isinstance(made, Draft)
    return made


def small(number: int) -> Unplaced:
    return Unplaced(SUGGESTION, Mark(f"{number:012x}", MARK.key), "why")


@contextmanager
def poster(desk: Desk, pull: PullRequest, pause: Callable[[float], object]) -> Iterator[Poster]:
    address = Address.of(desk.github.api_url, "acme/shop")
    with closing(Host(address, Key(desk.token, "a test"), Pace(sleep=lambda seconds: None))) as host:
        there = host.pull(pull.number)
        yield Poster(host, address.path, there, {}, lambda: host.conversation(there, ()), pause)


def never(seconds: float) -> None:
    raise AssertionError("there is nothing to wait for")


def test_what_github_is_still_doing_when_its_answer_is_lost_is_waited_for(desk: Desk) -> None:
    pull = desk.open({"a.py": SOURCE})
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        posting.writer.write("what was under way", lost.requests[0])

    with poster(desk, pull, pause) as posting:
        lost = Recorder()
        replace(posting, writer=lost).run([draft()], [], [])
        desk.github.plan(faults.cut_before, method="POST", path="/reviews$")
        posting.posted.drafts.clear()
        posting.run([draft()], [], [])
    assert waited == [5.0]
    assert len(pull.reviews) == 1
    assert posting.posted.drafts == [draft()] and posting.posted.problem is None


def test_only_the_patches_that_a_review_holds_count_as_told(desk: Desk) -> None:
    """Also where its answer was lost, and was looked for."""
    pull = desk.open({"a.py": SOURCE})
    fits, too_long = small(1), Unplaced(HUGE, Mark("2" * 12, MARK.key), "why")
    desk.github.plan(faults.cut_after, method="POST", path="/reviews$")
    with poster(desk, pull, lambda seconds: None) as posting:
        posting.run([], [fits, too_long], [])
    (review,) = pull.reviews
    assert marks_in(review.body) == (fits.mark,)
    assert posting.posted.told == [fits]


def test_patches_are_told_also_where_github_takes_no_suggestion(desk: Desk) -> None:
    pull = desk.open({"a.py": SOURCE})
    desk.github.plan(faults.status(422, "Unprocessable Entity"), method="POST", path="/reviews$")
    with poster(desk, pull, never) as posting:
        posting.run([draft()], [small(1)], [])
    assert [each.mark for each in posting.posted.refused] == [MARK]
    assert posting.posted.told == [small(1)] and posting.posted.problem is None
    assert len(pull.reviews) == 1 and pull.comments == []


def test_no_review_is_posted_for_patches_that_none_can_hold(desk: Desk) -> None:
    pull = desk.open({"a.py": SOURCE})
    with poster(desk, pull, never) as posting:
        posting.run([], [Unplaced(HUGE, MARK, "why")], [])
    assert pull.reviews == [] and posting.posted.problem is None


def test_a_review_is_never_longer_than_github_takes_however_many_patches_it_holds() -> None:
    body, shown = review_body([], [small(n) for n in range(1000)])
    assert len(body) <= 65_536
    assert 100 < len(shown) < 1000
    assert marks_in(body) == tuple(each.mark for each in shown)
