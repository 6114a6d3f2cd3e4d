"""The tasks of bench/quality are honest: each can be solved, is not solved yet, and fimbot would ask about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cut_baselines import dedent
from bench.quality import as_blanked, interval
from bench.quality_ask import SETTINGS, VARIANTS, askings, staged
from bench.quality_check import CHECKS, Task, all_tasks, missing_runtime, passes
from fimbot.engines.local import LocalEngine, render
from fimbot.engines.protocol import Question
from fimbot.fills.frame import edit_of, frame_of
from fimbot.fills.prove import prove
from fimbot.pipeline import windows_of
from fimbot.values import Window, apply_edits

TASKS = all_tasks()
each_task = pytest.mark.parametrize("task", [pytest.param(task, id=task.name) for task in TASKS])


def test_there_are_at_least_thirty_in_three_languages() -> None:
    assert len(TASKS) >= 30
    assert {task.language for task in TASKS} == set(CHECKS)


@each_task
def test_the_solution_passes_the_tests_and_the_stub_fails_them(task: Task) -> None:
    missing = missing_runtime(task.language)
    if missing is not None:
        pytest.skip(f"{missing} is not there")
    asking = askings(task, {"full": VARIANTS["full"]})["full"]
    path, source = asking.stub.path, asking.source
    assert prove(frame_of(asking.file, asking.stub), task.solution) is None
    assert passes(task, path, apply_edits(source, [edit_of(asking.stub, task.solution)]))
    assert not passes(task, path, source)


@each_task
def test_no_window_shows_the_tests_that_decide(task: Task) -> None:
    asking = askings(task, {"full": VARIANTS["full"]})["full"]
    shown = "".join(render(asking.question))
    assert task.solution.strip() not in shown
    assert "check" not in {part.path.rpartition("/")[2].partition(".")[0] for part in asking.window.context}


def test_the_question_is_the_pipelines() -> None:
    engine = LocalEngine(Path("not-loaded.gguf"), context_tokens=1024, threads=1)
    for task in TASKS:
        if task.name in ("python/board_line", "javascript/endpoint_url", "c/ticket_due"):
            with staged(task) as (found, blobs):
                (window,) = windows_of(found, blobs, engine, SETTINGS)
            assert isinstance(window, Window)
            asking = askings(task, {"full": VARIANTS["full"]})["full"]
            assert asking.question == Question.of(window, SETTINGS)
            assert window.context


def test_a_rule_of_others_works_on_a_task() -> None:
    asking = askings(TASKS[0], {"full": VARIANTS["full"]})["full"]
    body = TASKS[0].solution
    assert dedent(body + "\n\nnext = 1\n", as_blanked(asking)) == body


def test_an_interval_of_few_tasks_is_wide() -> None:
    low, high = interval(15, 30)
    assert (round(low, 2), round(high, 2)) == (0.33, 0.67)
    assert interval(0, 0) == (0.0, 1.0)
