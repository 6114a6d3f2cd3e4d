"""The lock file that the action installs from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def pins(name: str) -> dict[str, str]:
    """Package -> version."""
    found = re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    return dict(found)


def test_it_names_all_that_fimbot_needs_and_the_client_of_a_quota_that_a_team_shares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["redis"]]
    needed = [re.match(r"[\w.-]+", each) for each in wanted]
    names = {re.sub(r"[-_.]+", "-", each[0]).lower() for each in needed if each}
    assert len(names) == len(needed) and names <= set(pins("requirements.lock"))


def test_what_it_pins_is_what_the_tests_ran_with() -> None:
    tested = pins("requirements-dev.lock")
    assert {name: tested.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert all(" \\\n    --hash=sha256:" in entry for entry in entries)
    assert not re.search(r"://|--(index|extra-index|find|trusted)", text)
