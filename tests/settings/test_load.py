"""Where a setting comes from, and what it may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from fimbot.errors import SettingsError
from fimbot.settings.load import files_in, load_settings
from fimbot.settings.schema import NAMES, READ
from fimbot.settings.values import Settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repository").mkdir()
    return tmp_path / "repository"


@pytest.fixture
def user(tmp_path: Path) -> Path:
    return tmp_path / "user.toml"


def test_nothing_set_gives_the_defaults(root: Path, user: Path) -> None:
    loaded = load_settings({}, {}, files_in(root), user)
    assert loaded.settings == Settings()
    assert loaded.sources == {}


def test_outside_of_a_repository_there_are_defaults_too() -> None:
    assert load_settings({}, {}, None, None).settings == Settings()


def test_a_pyproject_without_the_table_is_passed_over(root: Path, user: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.other]\nmodel = 1\n")
    assert load_settings({}, {}, files_in(root), user).settings == Settings()


def test_a_broken_pyproject_is_left_to_the_tools_whose_it_is(root: Path, user: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.fimbot\n")
    assert load_settings({}, {}, files_in(root), user).settings == Settings()


def test_each_source_beats_those_below_it(root: Path, user: Path) -> None:
    steps = ["user", "pyproject", "file", "environment", "command line"]
    seen = []
    environ: dict[str, str] = {}
    command_line: dict[str, str] = {}
    for step in steps:
        if step == "user":
            user.write_text('model = "user"')
        elif step == "pyproject":
            (root / "pyproject.toml").write_text('[tool.fimbot]\nmodel = "pyproject"')
        elif step == "file":
            (root / "fimbot.toml").write_text('model = "file"')
        elif step == "environment":
            environ["FIMBOT_MODEL"] = "environment"
        else:
            command_line["model"] = "command line"
        seen.append(load_settings(command_line, environ, files_in(root), user).settings.model)
    assert seen == steps


def test_the_source_of_each_value_is_told(root: Path, user: Path) -> None:
    (root / "fimbot.toml").write_text("window-tokens = 900")
    loaded = load_settings({"engine": "local"}, {"FIMBOT_MAX_TOKENS": "64"}, files_in(root), user)
    assert loaded.sources == {
        "window_tokens": "fimbot.toml",
        "max_tokens": "FIMBOT_MAX_TOKENS",
        "engine": "command line",
    }


def test_every_setting_has_a_reader() -> None:
    assert set(READ) == set(NAMES)


VALUES = {
    "a list in the environment": ({"FIMBOT_KINDS": "todo, expression"}, "kinds", ("todo", "expression")),
    "a flag in the environment": ({"FIMBOT_CACHE": "off"}, "cache", False),
    "one of two words": ({"FIMBOT_MODE": "warn"}, "mode", "warn"),
    "a number in the environment": ({"FIMBOT_TEMPERATURE": "0.7"}, "temperature", 0.7),
    "an empty variable is not set": ({"FIMBOT_MODEL": ""}, "model", None),
    "the key is no setting": ({"FIMBOT_API_KEY": "secret"}, "model", None),
}


@pytest.mark.parametrize(("environ", "name", "value"), VALUES.values(), ids=VALUES.keys())
def test_values(environ: dict[str, str], name: str, value: object) -> None:
    assert getattr(load_settings({}, environ, None, None).settings, name) == value


ERRORS = {
    "unknown, with the nearest name": (
        "modell = 'x'",
        "fimbot.toml: unknown setting 'modell': did you mean model?",
    ),
    "unknown, nothing near": ("zzzz = 1", "unknown setting 'zzzz': there are engine, model, base-url, "),
    "out of range": ("temperature = 2", "temperature must be a number from 0 to 1.5, not 2"),
    "of another type": ("max-tokens = 'many'", "max-tokens must be a whole number, 1 or more, not 'many'"),
    "a flag for a number": ("max-tokens = true", "max-tokens must be a whole number"),
    "a mode that there is not": ("mode = 'shout'", "mode must be block or warn, not 'shout'"),
    "not a number at all": ("deadline = nan", "deadline must be a number of seconds"),
    "a kind that there is not": ("kinds = ['bodies']", "kinds must be some of empty-body, placeholder"),
    "no TOML": ("model = ", "fimbot.toml: no valid TOML"),
    "where the key goes": ("base-url = 'https://evil.example'", "base-url may not be set in a repository"),
    "a program to start": ("api-key-command = ['cat']", "api-key-command may not be set in a repository"),
}


@pytest.mark.parametrize(("text", "message"), ERRORS.values(), ids=ERRORS.keys())
def test_what_a_repository_may_not_say(root: Path, user: Path, text: str, message: str) -> None:
    (root / "fimbot.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load_settings({}, {}, files_in(root), user)
    assert message in str(error.value)
    assert "\n" not in str(error.value).partition(" TOML:")[0]


def test_the_user_may_say_where_the_key_goes(root: Path, user: Path) -> None:
    user.write_text("base-url = 'https://langdock.example/api/public'\napi-key-command = ['pass', 'langdock']")
    settings = load_settings({}, {}, files_in(root), user).settings
    assert settings.base_url == "https://langdock.example/api/public"
    assert settings.api_key_command == ("pass", "langdock")


def test_an_unknown_variable_is_told_by_its_name() -> None:
    with pytest.raises(SettingsError, match="FIMBOT_MODELL: unknown setting 'modell': did you mean model"):
        load_settings({}, {"FIMBOT_MODELL": "x"}, None, None)


HOSTILE = {
    "tool is no table": "tool = 1\n",
    "tool is a list of tables": "[[tool]]\na = 1\n",
    "nested too deeply": "a = " + "[" * 10_000,
    "a number too long to convert": f"a = {'9' * 5_000}\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_pyproject_that_nothing_can_read_is_left_alone_too(root: Path, user: Path, text: str) -> None:
    (root / "pyproject.toml").write_text(text)
    assert load_settings({}, {}, files_in(root), user).settings == Settings()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_file_of_fimbots_that_nothing_can_read_is_told(root: Path, user: Path, text: str) -> None:
    (root / "fimbot.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"fimbot\.toml"):
        load_settings({}, {}, files_in(root), user)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "value",
    [
        "1" + "0" * 400,
        "0x" + "f" * 5_000,
        "-1",
        "nan",
        '"\\u0000"',
        '["\\u0000"]',
        '["a", 1]',
        "{ a = 1 }",
        "1979-05-27",
        '"\\u001b"',
    ],
)
def test_whatever_a_repository_sets_is_taken_or_told_in_one_short_line(root: Path, name: str, value: str) -> None:
    (root / "fimbot.toml").write_text(f"{name} = {value}\n")
    try:
        settings = load_settings({}, {}, files_in(root), None).settings
    except SettingsError as error:
        assert str(error).isprintable()
        assert len(str(error)) < 1000
    else:
        assert name == "stop" or "\\x00" not in repr(getattr(settings, name))
