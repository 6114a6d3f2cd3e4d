"""The picture of a review in the README shows what is posted."""

from __future__ import annotations

from pathlib import Path

from bench.picture import KEPT, posted


def test_the_picture_was_made_of_what_is_posted(tmp_path: Path) -> None:
    made_of = KEPT.read_text(encoding="utf-8")
    assert posted(tmp_path)["body"] + "\n" == made_of, "make docs/review.png anew: see bench/picture.py"
