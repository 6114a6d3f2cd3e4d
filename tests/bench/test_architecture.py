"""The picture in the documentation is that of the code."""

from __future__ import annotations

from pathlib import Path

from bench.architecture import picture, shortest

ROOT = Path(__file__).resolve().parents[2]


def test_an_arrow_that_a_longer_way_stands_for_is_left_out() -> None:
    assert shortest({("a", "b"), ("b", "c"), ("a", "c")}) == [("a", "b"), ("b", "c")]


def test_the_picture_is_that_of_the_code() -> None:
    assert picture() in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
