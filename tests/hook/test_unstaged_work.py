"""What a user has not committed survives whatever fimbot does, and whenever it is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from tests.commands.conftest import STUBBED, Workshop, workshop
from tests.hook.forks import Runner
from tests.hook.machine import FILL, Workbench, machine_for, open_workbench

__all__ = ["workshop"]

SEQUENCES = 25
STEPS = 15
ROUNDS = 4


@pytest.fixture
def workbench(workshop: Workshop, tmp_path: Path) -> Iterator[Workbench]:
    workshop.server.text = FILL.decode()
    directory = tmp_path / "work bench"
    directory.mkdir()
    with Runner() as runner:
        yield open_workbench(directory, runner, workshop.environ)


def test_random_work_survives(workbench: Workbench) -> None:
    tally = workbench.tally
    for _ in range(ROUNDS):
        _work(workbench)
        # Else nothing was tested. A kill may come too late each time.
        reached = min(tally["applies that changed something"], tally["kills that met it"], tally["commits"])
        if reached:
            break
    assert tally["sequences"] >= SEQUENCES
    assert reached, tally


def _work(workbench: Workbench) -> None:
    try:
        run_state_machine_as_test(
            machine_for(workbench),
            settings=settings(
                max_examples=SEQUENCES,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                # A step is a process: what fails is short enough, and making it shorter would take minutes.
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
    except FlakyStrategyDefinition as masked:
        # A step that failed this time and not when the same was drawn before, as kills never come at the same moment:
        # Hypothesis misses what was drawn afterwards, and takes that for the fault.
        raise masked.__context__ or masked from None


@pytest.mark.skipif(os.name == "nt", reason="needs ulimit")
def test_on_a_full_disk_apply_loses_nothing(workshop: Workshop) -> None:
    workshop.commit({"a.py": "import re\n"})
    workshop.write("a.py", STUBBED + "x = 1\n" * 10_000)
    workshop.git("add", "a.py")
    assert workshop.fimbot("hook", FIMBOT_HOOK_DEADLINE="60").status == 1
    mine = workshop.write("a.py", STUBBED + "x = 1\n" * 10_000 + "unstaged = 1\n").read_bytes()
    # A file may take 16 KB: writing ends in the middle of the 60 KB.
    limited = ["sh", "-c", 'ulimit -f 32; exec "$@"', "sh", sys.executable, "-m", "fimbot", "apply", "--all"]
    done = subprocess.run(limited, cwd=workshop.root, env=workshop.environ, capture_output=True, check=False)
    assert done.returncode == 3
    assert done.stderr.decode() == "fimbot: a.py cannot be written: File too large, nothing was changed\n"
    assert (workshop.root / "a.py").read_bytes() == mine
    assert workshop.git("status", "--porcelain").decode() == "MM a.py\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_apply_keeps_the_mode_of_a_file(workshop: Workshop) -> None:
    workshop.commit({"a.py": "import re\n"})
    workshop.write("a.py", STUBBED).chmod(0o751)
    assert workshop.fimbot("suggest").status == 0
    assert workshop.fimbot("apply", "--all").status == 0
    assert (workshop.root / "a.py").stat().st_mode & 0o777 == 0o751


IN_THE_STUB = {
    "a comment before it": "def add(a: int) -> int:\n    # my notes\n    raise NotImplementedError\n",
    "a comment behind it": "def add(a: int) -> int:\n    raise NotImplementedError  # my notes\n",
    "a comment after it": "def add(a: int) -> int:\n    raise NotImplementedError\n    # my notes\n",
    "a comment at the margin": "def add(a: int) -> int:\n# my notes\n    raise NotImplementedError\n",
    "a docstring": 'def add(a: int) -> int:\n    """Mine."""\n    raise NotImplementedError\n',
    "a body": "def add(a: int) -> int:\n    return 2\n",
    "another parameter": "def add(a: int, b: int) -> int:\n    raise NotImplementedError\n",
}


@pytest.mark.parametrize("mine", IN_THE_STUB.values(), ids=IN_THE_STUB.keys())
def test_what_was_written_into_a_stub_since_it_was_shown_is_not_overwritten(workshop: Workshop, mine: str) -> None:
    workshop.commit({"a.py": "import re\n"})
    workshop.write("a.py", "def add(a: int) -> int:\n    raise NotImplementedError\n")
    workshop.git("add", "a.py")
    assert workshop.fimbot("hook", FIMBOT_HOOK_DEADLINE="60").status == 1
    workshop.write("a.py", mine)
    done = workshop.fimbot("apply", "--all")
    assert (done.status, "nothing was changed" in done.err) == (3, True)
    assert (workshop.root / "a.py").read_text() == mine
