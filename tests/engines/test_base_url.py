"""A base URL that somebody mistyped: told in one line, and a password in it is not repeated."""

from __future__ import annotations

import pytest

from fimbot.engines.http import endpoint
from fimbot.errors import SettingsError

WRONG = [
    "https://h/%00",
    "http://127.0.0.1:99999",
    "https://[::1",
    "x",
    "https://",
    "https://h/?a",
    "https://h/a%3Fb",
    "http://localhost.evil.example",
]
WITH_KEY = [f"{scheme}h/{mark}key=hunter22" for scheme in ("https://", "ftp://", "http://", "") for mark in "?#"]
WITH_PASSWORD = [f"{scheme}u:hunter22@{rest}" for scheme in ("https://", "ftp://", "//", "") for rest in ("h", "[::1")]


@pytest.mark.parametrize("url", WRONG + WITH_PASSWORD + WITH_KEY)
def test_a_wrong_url_is_told_without_its_password_or_key(url: str) -> None:
    with pytest.raises(SettingsError, match="base-url") as told:
        endpoint(url, "v1/fim/completions")
    assert "hunter22" not in str(told.value)
