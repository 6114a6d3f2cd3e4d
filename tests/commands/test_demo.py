"""`fimbot demo`: the whole job, from making the repository to what its tests say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands.conftest import Workshop


def test_it_fills_applies_and_runs_the_tests(workshop: Workshop, tmp_path: Path) -> None:
    workshop.server.text = "    return max(0, (returned - loan.end).days * loan.cents_per_day // 2)\n"
    done = workshop.fimbot("demo", str(tmp_path / "demo"))
    assert done.status == 0, done.err
    assert re.search(r"^\d of \d stubs pass their tests with langdock", done.out, re.MULTILINE), done.out
    assert "cents_per_day // 2" in (tmp_path / "demo/desk/prices.py").read_text()


@pytest.mark.parametrize("key", ["", "wrong"])
def test_without_an_answer_it_says_why(workshop: Workshop, tmp_path: Path, key: str) -> None:
    done = workshop.fimbot("demo", str(tmp_path / "demo"), "--engine", "langdock", LANGDOCK_API_KEY=key)
    assert done.status in (2, 3)
    assert "LANGDOCK_API_KEY" in done.err
