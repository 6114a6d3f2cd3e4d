"""The bench of the cut measures what it says, on a corpus of one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cut import main, measure

SOURCE = '''"""A module."""


def total(values: list[int]) -> int:
    """The sum."""
    result = 0

    for value in values:
        result += value
    return result


def shout(text: str) -> None:
    loud = text.upper()
    print(loud)
'''


def test_every_answer_to_every_body_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "sums.py"
    path.write_text(SOURCE)
    measured = measure(str(path), "python")
    assert {result.case.rpartition(" ")[2] for result in measured.results} == {"total", "shout"}
    assert [result.outcome for result in measured.results] == ["recovered"] * len(measured.results)
    assert "dead tail" in {result.overrun for result in measured.results}
    assert not any(result.baselines.get("raw") for result in measured.results if result.overrun == "test code")
    assert measured.patches > 0
    assert measured.wrong_patches == 0


def test_the_report_has_a_row_for_each_overrun(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sums.py").write_text(SOURCE)
    assert main([str(tmp_path), "--processes", "1"]) == 0
    printed = capsys.readouterr().out
    assert "2 bodies in 1 languages" in printed
    assert "| no overrun | 100.0 | 100.0 |" in printed
    assert "100.00 %" in printed
