"""Where the model lies, and when it counts as there."""

from __future__ import annotations

import os
from pathlib import Path

import filelock
import pytest

from fimbot.errors import ModelError
from fimbot.model.known import ModelFile
from fimbot.model.store import (
    data_directory,
    find_model,
    is_verified,
    lock_path,
    mark,
    model_path,
    partial_path,
    remove_model,
    verify,
)
from tests.model.model_site import CONTENT


@pytest.fixture
def path(tmp_path: Path, model: ModelFile) -> Path:
    path = model_path(tmp_path, model)
    path.write_bytes(CONTENT)
    assert verify(path, model)
    return path


def test_nothing_is_found_where_nothing_was_pulled(tmp_path: Path, model: ModelFile) -> None:
    assert find_model(directory=tmp_path / "absent", model=model) is None


def test_a_verified_model_is_found(path: Path, tmp_path: Path, model: ModelFile) -> None:
    assert find_model(directory=tmp_path, model=model) == path


def test_a_partly_fetched_one_is_not(tmp_path: Path, model: ModelFile) -> None:
    partial_path(model_path(tmp_path, model)).write_bytes(CONTENT[:-1])
    assert find_model(directory=tmp_path, model=model) is None


def test_a_truncated_one_is_not(path: Path, tmp_path: Path, model: ModelFile) -> None:
    path.write_bytes(CONTENT[:-1])
    assert find_model(directory=tmp_path, model=model) is None


def test_one_that_was_altered_since_is_not(path: Path, tmp_path: Path, model: ModelFile) -> None:
    path.write_bytes(CONTENT[:-1] + b"!")
    os.utime(path, ns=(1, 1))
    assert find_model(directory=tmp_path, model=model) is None
    assert not verify(path, model)


def test_a_marker_that_cannot_be_read_is_none(path: Path, model: ModelFile) -> None:
    path.with_name("model.gguf.verified").write_bytes(b"\xff{")
    assert not is_verified(path, model)


def test_a_truncated_file_with_a_marker_of_its_own_is_not_verified(tmp_path: Path, model: ModelFile) -> None:
    path = model_path(tmp_path, model)
    path.write_bytes(CONTENT[:-1])
    mark(path, model)
    assert not is_verified(path, model)


def test_the_users_own_file_comes_first(path: Path, tmp_path: Path, model: ModelFile) -> None:
    own = tmp_path / "mine.gguf"
    own.write_bytes(b"GGUF and more")
    assert find_model(own, tmp_path, model) == own


def test_an_own_file_that_is_not_there_is_said(tmp_path: Path, model: ModelFile) -> None:
    with pytest.raises(ModelError, match=r"cannot read the model file .*mine.gguf: No such file"):
        find_model(tmp_path / "mine.gguf", tmp_path, model)


def test_an_own_file_of_another_kind_is_said(tmp_path: Path, model: ModelFile) -> None:
    own = tmp_path / "mine.gguf"
    own.write_bytes(b"PK\3\4")
    with pytest.raises(ModelError, match="is not a GGUF file"):
        find_model(own, tmp_path, model)


def test_remove_of_nothing_frees_nothing(tmp_path: Path, model: ModelFile) -> None:
    assert remove_model(tmp_path / "absent", model) == 0


def test_remove_takes_the_model_and_what_a_pull_left_and_nothing_else(
    path: Path, tmp_path: Path, model: ModelFile
) -> None:
    partial_path(path).write_bytes(b"12345")
    (tmp_path / "mine.gguf").write_bytes(b"GGUF")
    assert remove_model(tmp_path, model) > len(CONTENT) + 5
    assert sorted(file.name for file in tmp_path.iterdir() if file.name != "pull.lock") == ["mine.gguf"]


def test_remove_during_a_pull_is_refused(path: Path, tmp_path: Path, model: ModelFile) -> None:
    with (
        filelock.FileLock(lock_path(path)),
        pytest.raises(ModelError, match="another fimbot is fetching the model"),
    ):
        remove_model(tmp_path, model)
    assert path.exists()


def test_the_data_directory_is_the_platforms() -> None:
    assert data_directory().is_absolute()
    assert "fimbot" in data_directory().parts
