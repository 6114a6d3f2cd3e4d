"""Several questions at once."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import pytest

from fimbot.engines.pool import Job, ask_all
from fimbot.engines.protocol import Question
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable, SettingsError
from fimbot.values import Completion, Deadline
from tests.doubles.langdock import LangdockServer
from tests.doubles.scripts import dripping, fill, status
from tests.engines.asking import opened


def jobs(count: int, done: Callable[[str], bool] = lambda text: False) -> list[Job]:
    return [Job(Question(str(number), "", 5), done) for number in range(count)]


@dataclass
class Scripted:
    """An engine that answers by a function, and counts what it is asked."""

    answer: Callable[[int], Completion]
    name: str = "scripted"
    model: str = "none"
    host: str = "nowhere"
    fingerprint: str = "scripted"
    window_tokens: int = 1500
    revises: bool = False
    asked: list[int] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def render(self, question: Question) -> tuple[str, str]:
        return question.prefix, question.suffix

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        with self.lock:
            self.asked.append(int(question.prefix))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return self.answer(int(question.prefix))
        finally:
            with self.lock:
                self.at_once -= 1

    def close(self) -> None:
        pass


def completion(number: int) -> Completion:
    return Completion(f"answer {number}", "stop", "scripted", "none")


def refused(number: int) -> Completion:
    raise EngineRefused("nowhere: 401")


def test_no_questions_are_no_answers() -> None:
    assert list(ask_all(Scripted(completion), [], concurrency=4, deadline=Deadline.after(5))) == []


@pytest.mark.parametrize("concurrency", [0, 1, 3, 50])
def test_each_question_has_its_answer_once(concurrency: int) -> None:
    engine = Scripted(completion)
    answers = list(ask_all(engine, jobs(20), concurrency=concurrency, deadline=Deadline.after(5)))
    assert sorted(answers) == [(number, completion(number)) for number in range(20)]


def test_no_more_are_asked_at_once_than_was_said() -> None:
    def slowly(number: int) -> Completion:
        time.sleep(0.02)
        return completion(number)

    engine = Scripted(slowly)
    list(ask_all(engine, jobs(12), concurrency=3, deadline=Deadline.after(5)))
    assert engine.most_at_once == 3


def test_an_answer_does_not_wait_for_a_slower_one() -> None:
    first = threading.Event()

    def answer(number: int) -> Completion:
        if number == 0:
            first.wait(5)
        return completion(number)

    answers = ask_all(Scripted(answer), jobs(3), concurrency=2, deadline=Deadline.after(10))
    assert sorted(index for index, _ in islice(answers, 2)) == [1, 2]
    first.set()
    assert [index for index, _ in answers] == [0]


def test_after_a_refusal_the_rest_is_not_asked_and_has_the_same_reason(
    langdock_server: LangdockServer,
) -> None:
    langdock_server.always = status(401)
    engine = opened(langdock_server.url)
    answers = list(ask_all(engine, jobs(40), concurrency=4, deadline=Deadline.after(10)))
    errors = [error for _, error in answers if isinstance(error, EngineRefused)]
    assert sorted(index for index, _ in answers) == list(range(40))
    assert len({str(error) for error in errors}) == 1 and len(errors) == 40
    assert len(langdock_server.requests) <= 8
    assert sum(error.requests for error in errors) == len(langdock_server.requests)


def test_a_question_that_is_too_large_does_not_stop_the_others() -> None:
    def answer(number: int) -> Completion:
        if number < 5:
            raise EngineError("nowhere: 413")
        return completion(number)

    answers = dict(ask_all(Scripted(answer), jobs(9), concurrency=1, deadline=Deadline.after(5)))
    assert [type(answers[number]) for number in range(9)] == [EngineError] * 5 + [Completion] * 4


def test_an_engine_that_fails_three_times_in_a_row_is_left_alone() -> None:
    def down(number: int) -> Completion:
        raise EngineUnavailable("nowhere: down")

    engine = Scripted(down)
    answers = list(ask_all(engine, jobs(20), concurrency=1, deadline=Deadline.after(5)))
    assert engine.asked == [0, 1, 2]
    assert {str(error) for _, error in answers} == {"nowhere: down"} and len(answers) == 20


def test_single_failures_do_not_add_up() -> None:
    def every_other(number: int) -> Completion:
        if number % 2:
            raise EngineUnavailable("nowhere: 503")
        return completion(number)

    engine = Scripted(every_other)
    list(ask_all(engine, jobs(20), concurrency=1, deadline=Deadline.after(5)))
    assert len(engine.asked) == 20


def test_the_deadline_is_for_all_of_them(langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("quick"))
    langdock_server.always = dripping
    engine = opened(langdock_server.url)
    began = time.monotonic()
    answers = dict(ask_all(engine, jobs(12), concurrency=2, deadline=Deadline.after(0.6)))
    assert time.monotonic() - began < 2
    assert sorted(answers) == list(range(12))
    kinds = [type(answer) for answer in answers.values()]
    assert (kinds.count(Completion), kinds.count(EngineUnavailable)) == (1, 11)


def test_an_engine_that_does_not_come_back_is_not_waited_for() -> None:
    stuck = threading.Event()

    def hang(number: int) -> Completion:
        stuck.wait(30)
        return completion(number)

    began = time.monotonic()
    answers = list(ask_all(Scripted(hang), jobs(2), concurrency=2, deadline=Deadline.after(0.2)))
    assert time.monotonic() - began < 4
    assert [str(error) for _, error in answers] == ["nowhere: no answer before the deadline"] * 2
    stuck.set()


def test_another_error_goes_through() -> None:
    def wrong(number: int) -> Completion:
        raise SettingsError("temperature is 2")

    with pytest.raises(SettingsError, match="temperature is 2"):
        list(ask_all(Scripted(wrong), jobs(3), concurrency=1, deadline=Deadline.after(5)))


def test_ctrl_c_gives_out_what_is_ready_first() -> None:
    engine = Scripted(completion)
    answers = ask_all(engine, jobs(4), concurrency=1, deadline=Deadline.after(5))
    kept = [next(answers)]
    _until(lambda: len(engine.asked) == 4 and engine.at_once == 0)
    kept.append(answers.throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        kept.extend(iter(lambda: next(answers), None))
    assert sorted(index for index, _ in kept) == [0, 1, 2, 3]


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """A shell that starts the tests in the background has Ctrl-C ignored for them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_ctrl_c_does_not_wait_for_a_server(langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("quick"))
    langdock_server.always = dripping
    engine = opened(langdock_server.url)
    kept = []
    with pytest.raises(KeyboardInterrupt):
        for answer in ask_all(engine, jobs(9), concurrency=3, deadline=Deadline.after(30)):
            kept.append(answer)
            began = time.monotonic()
            threading.Timer(0.3, _thread.interrupt_main).start()
    assert time.monotonic() - began < 1.2
    assert [type(answer) for _, answer in kept] == [Completion]
    _until(lambda: all(request.hung_up for request in langdock_server.requests[1:]))


def test_leaving_early_stops_the_asking() -> None:
    def slowly(number: int) -> Completion:
        time.sleep(0.05)
        return completion(number)

    engine = Scripted(slowly)
    answers = ask_all(engine, jobs(100), concurrency=2, deadline=Deadline.after(30))
    next(answers)
    answers.close()
    asked = len(engine.asked)
    time.sleep(0.2)
    assert len(engine.asked) == asked < 10


def test_leaving_early_hangs_up_on_what_still_streams(langdock_server: LangdockServer) -> None:
    langdock_server.plan(fill("quick"))
    langdock_server.always = fill("word " * 500, pause=0.02)
    answers = ask_all(opened(langdock_server.url), jobs(2), concurrency=2, deadline=Deadline.after(30))
    next(answers)
    answers.close()
    _until(lambda: langdock_server.requests[-1].hung_up, 1.0)


def _until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)
