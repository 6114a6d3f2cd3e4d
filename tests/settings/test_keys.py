from __future__ import annotations

import copy
import logging
import pickle
import sys
from dataclasses import asdict, dataclass

import pytest

from fimbot.errors import SettingsError
from fimbot.settings.keys import NO_KEY, Key, find_key, find_key_if_any

SECRET = "lang-planted-key-77aa01"


def prints(text: str, status: int = 0) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; sys.stdout.write({text!r}); sys.exit({status})")


def test_without_any_key_the_variable_to_set_is_named() -> None:
    with pytest.raises(SettingsError, match="no key for langdock: set LANGDOCK_API_KEY or FIMBOT_API_KEY"):
        find_key("langdock", {"MISTRAL_API_KEY": SECRET, "LANGDOCK_API_KEY": "  \n"})


@pytest.mark.parametrize(
    ("engine", "name"),
    [
        ("langdock", "LANGDOCK_API_KEY"),
        ("mistral", "MISTRAL_API_KEY"),
        ("codestral", "CODESTRAL_API_KEY"),
        ("deepseek", "DEEPSEEK_API_KEY"),
        ("langdock", "FIMBOT_API_KEY"),
        ("an engine of the future", "FIMBOT_API_KEY"),
    ],
)
def test_the_key_of_an_engine_is_in_its_variable(engine: str, name: str) -> None:
    key = find_key(engine, {name: SECRET})
    assert (key.reveal(), key.source) == (SECRET, name)


def test_an_engines_own_variable_wins_over_the_one_for_any_and_over_the_command() -> None:
    environ = {"LANGDOCK_API_KEY": "own", "FIMBOT_API_KEY": "any"}
    assert find_key("langdock", environ, prints("printed")).reveal() == "own"
    assert find_key("mistral", environ, prints("printed")).reveal() == "any"


def test_a_command_prints_the_key() -> None:
    key = find_key("langdock", {}, prints(f"{SECRET}\r\n"))
    assert (key.reveal(), key.source) == (SECRET, "api-key-command")


def test_no_shell_reads_the_command() -> None:
    command = (sys.executable, "-c", "import sys; print(sys.argv[1])", "$(echo;id)|&'x'")
    assert find_key("langdock", {}, command).reveal() == "$(echo;id)|&'x'"


def test_the_command_has_the_environment_that_was_passed_in() -> None:
    command = (sys.executable, "-c", "import os; print(os.environ['VAULT'])")
    assert find_key("langdock", {"VAULT": "inside"}, command).reveal() == "inside"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        pytest.param(prints(SECRET, status=3), "failed with status 3", id="fails"),
        pytest.param(prints(" \n"), "printed no key", id="prints nothing"),
        pytest.param(prints("two\nlines"), "characters that no key has", id="prints two lines"),
        pytest.param(("no-such-program-here",), "cannot be run", id="is not there"),
        pytest.param(("nul\0byte",), "cannot be run", id="is no file name"),
    ],
)
def test_a_command_that(command: tuple[str, ...], told: str) -> None:
    with pytest.raises(SettingsError) as error:
        find_key("langdock", {}, command)
    assert told in str(error.value) and SECRET not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize("bad", ["\x00", "\n", "é", " ", "\u200b", "\x7f"])
def test_what_would_break_the_header_is_refused_without_being_shown(bad: str) -> None:
    with pytest.raises(SettingsError) as error:
        find_key("langdock", {"LANGDOCK_API_KEY": f"{SECRET}{bad}{SECRET}"})
    assert "LANGDOCK_API_KEY holds characters" in str(error.value)
    assert SECRET not in str(error.value)


def test_a_server_of_ones_own_may_ask_for_no_key() -> None:
    assert find_key_if_any("ollama", {"LANGDOCK_API_KEY": SECRET}) is NO_KEY
    assert find_key_if_any("ollama", {"FIMBOT_API_KEY": SECRET}).reveal() == SECRET
    assert find_key_if_any("vllm", {}, prints(SECRET)).source == "api-key-command"


def test_line_breaks_from_pasting_are_dropped() -> None:
    assert find_key("langdock", {"LANGDOCK_API_KEY": f" {SECRET}\r\n"}).reveal() == SECRET


def test_a_key_shows_itself_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    @dataclass
    class Holder:
        key: Key

    key = Key(SECRET, "LANGDOCK_API_KEY")
    logging.getLogger().warning("%s %r", key, Holder(key))
    shown = [repr(key), str(key), f"{key}", f"{key!r:>40}", repr([key]), caplog.text]
    assert not any(SECRET in text for text in shown)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy, lambda it: asdict(Holder(it))):
        with pytest.raises(TypeError, match="neither copied nor pickled"):
            leak(key)
    with pytest.raises(TypeError):
        vars(key)


def test_a_key_is_masked_in_foreign_text() -> None:
    assert Key(SECRET, "X").mask(f"bad {SECRET}, {SECRET}!") == "bad ***, ***!"
