"""Which engine answers, and why."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from fimbot.engines.choose import candidates, choose_engine, chosen
from fimbot.engines.http import Channel
from fimbot.engines.nearby import Nearby
from fimbot.engines.open import open_choice, open_engine
from fimbot.engines.protocol import Outside
from fimbot.engines.table import ENGINES, SERVERS
from fimbot.errors import SettingsError
from fimbot.settings.keys import ANY_ENGINE, CHAT_KEY_NAMES, KEY_NAMES
from fimbot.settings.values import Settings

ALL_KEYS = dict.fromkeys([*KEY_NAMES.values(), "FIMBOT_API_KEY"], "a-key")


def no_model() -> Path | None:
    return None


def model_there() -> Path | None:
    return Path("models/small.gguf")


def not_looked_for() -> Path | None:
    raise AssertionError("the model's file is only looked for where there is no key")


def ollama_there(environ: Mapping[str, str]) -> Nearby | None:
    return Nearby("ollama", "127.0.0.1:11434")


def not_listened_for(environ: Mapping[str, str]) -> Nearby | None:
    raise AssertionError("only a machine without a key listens around")


def test_with_nothing_ready_the_choices_are_named() -> None:
    with pytest.raises(SettingsError) as error:
        choose_engine(Settings(), {}, find_model=no_model)
    assert "set LANGDOCK_API_KEY" in str(error.value) and "`fimbot model pull`" in str(error.value)


@pytest.mark.parametrize(
    ("keys", "chosen", "why"),
    [
        (list(ALL_KEYS), "langdock", "langdock: LANGDOCK_API_KEY is set"),
        (["CODESTRAL_API_KEY", "MISTRAL_API_KEY"], "mistral", "mistral: MISTRAL_API_KEY is set"),
        (["DEEPSEEK_API_KEY", "FIMBOT_API_KEY"], "deepseek", "deepseek: DEEPSEEK_API_KEY is set"),
        (["CODESTRAL_API_KEY", "FIMBOT_API_KEY"], "codestral", "codestral: CODESTRAL_API_KEY is set"),
        (["FIMBOT_API_KEY"], "langdock", "langdock: FIMBOT_API_KEY is set, and no engine is chosen"),
    ],
)
def test_the_first_engine_with_a_key(keys: list[str], chosen: str, why: str) -> None:
    environ = {name: ALL_KEYS[name] for name in keys}
    choice = choose_engine(Settings(), environ, find_model=not_looked_for, find_server=not_listened_for)
    assert (choice.name, choice.why) == (chosen, why)


def test_an_empty_variable_is_no_key() -> None:
    environ = {"LANGDOCK_API_KEY": "", "MISTRAL_API_KEY": "a-key"}
    assert choose_engine(Settings(), environ, find_model=no_model).name == "mistral"


def test_a_key_command_counts_as_a_key_and_is_not_run_to_choose() -> None:
    settings = Settings(api_key_command=("no-such-program-here",))
    choice = choose_engine(settings, {}, find_model=not_looked_for)
    assert (choice.name, "api-key-command" in choice.why) == ("langdock", True)


def test_without_a_key_the_embedded_model_that_is_there() -> None:
    choice = choose_engine(Settings(), {}, find_model=model_there)
    assert choice.name == "local"
    assert "no key in the environment" in choice.why and str(Path("models/small.gguf")) in choice.why


def test_without_a_key_a_server_on_this_machine_goes_before_the_embedded_model() -> None:
    choice = choose_engine(Settings(), {}, find_model=not_looked_for, find_server=ollama_there)
    assert choice.name == "ollama"
    assert choice.why == "ollama: no key in the environment, and it answers at 127.0.0.1:11434"


def test_of_all_that_are_set_up_none_is_said_to_be_there_for_lack_of_the_others() -> None:
    found = candidates(
        Settings(), ALL_KEYS | {"OPENAI_API_KEY": "a-key"}, find_model=model_there, find_server=ollama_there
    )
    whys = {each.why.partition(": ")[0]: each.why for each in found}
    assert whys["ollama"] == "ollama: it answers at 127.0.0.1:11434"
    assert whys["local"] == f"local: the embedded model is at {Path('models/small.gguf')}"
    assert whys["openai"] == "openai: OPENAI_API_KEY is set"


def test_the_settings_go_before_any_key() -> None:
    choice = choose_engine(Settings(engine=("codestral",)), ALL_KEYS, find_model=not_looked_for)
    assert (choice.name, choice.why) == ("codestral", "codestral: chosen in the settings")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("langdok", "did you mean 'langdock'?"),
        ("codestal", "did you mean 'codestral'?"),
        ("lama.cpp", "did you mean 'llama.cpp'?"),
        ("gpt", "there are " + ", ".join(ENGINES)),
    ],
)
def test_an_unknown_engine(name: str, hint: str) -> None:
    with pytest.raises(SettingsError) as error:
        choose_engine(Settings(engine=(name,)), {}, find_model=no_model)
    assert str(error.value) == f"unknown engine {name!r}: {hint}"


def test_a_chosen_engine_without_a_key_says_which_variable() -> None:
    with pytest.raises(SettingsError, match="set CODESTRAL_API_KEY"):
        open_engine(Settings(engine=("codestral",)), {"MISTRAL_API_KEY": "a-key"})


def test_it_is_opened_with_the_reason_beside_it() -> None:
    opened = open_engine(Settings(), {"MISTRAL_API_KEY": "a-key"}, find_model=no_model)
    assert (opened.engine.name, opened.why) == ("mistral", "mistral: MISTRAL_API_KEY is set")


def test_a_key_command_is_run_when_the_engine_is_opened() -> None:
    command = (sys.executable, "-c", "print('from-the-vault')")
    opened = open_engine(Settings(api_key_command=command), {}, find_model=no_model)
    assert opened.engine.name == "langdock" and "from-the-vault" not in repr(opened)


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "local"])
def test_every_line_of_the_table_leads_to_an_engine(engine: str) -> None:
    url = "http://127.0.0.1:9" if engine in (*SERVERS, "openai-chat") else None
    settings = Settings(engine=(engine,), model="m", base_url=url)
    opened = open_engine(settings, {ANY_ENGINE: "a-key"})
    assert (opened.engine.name, opened.engine.model) == (engine, "m")


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "local"])
def test_whatever_is_not_embedded_has_a_channel(engine: str) -> None:
    """By that `fimbot doctor` tells what runs on this machine."""
    url = "http://127.0.0.1:9" if engine in (*SERVERS, "openai-chat") else None
    settings = Settings(model="m", base_url=url)
    opened = open_choice(chosen(engine), settings, Outside({ANY_ENGINE: "a-key"}))
    assert isinstance(getattr(opened, "channel", None), Channel)


@pytest.mark.parametrize("variable", CHAT_KEY_NAMES.values())
def test_a_key_for_a_chat_model_comes_after_everything_else(variable: str) -> None:
    engine = next(name for name, each in CHAT_KEY_NAMES.items() if each == variable)
    choice = choose_engine(Settings(), {variable: "a-key"}, find_model=no_model)
    assert (choice.name, choice.why) == (engine, f"{engine}: {variable} is set, and nothing else is ready")
    assert choose_engine(Settings(), {variable: "a-key"}, find_model=model_there).name == "local"
    assert choose_engine(Settings(), {variable: "a-key", "MISTRAL_API_KEY": "k"}, find_model=no_model).name == "mistral"


@pytest.mark.parametrize("variable", CHAT_KEY_NAMES.values())
def test_a_key_for_a_chat_model_does_not_go_to_a_host_that_was_named_without_an_engine(variable: str) -> None:
    with pytest.raises(SettingsError, match="no engine is ready"):
        choose_engine(Settings(base_url="https://fim.example"), {variable: "a-key"}, find_model=no_model)


def test_choosing_imports_no_http_library() -> None:
    program = (
        "import sys\n"
        "from fimbot.engines.choose import choose_engine\n"
        "from fimbot.settings.values import Settings\n"
        "choose_engine(Settings(), {'LANGDOCK_API_KEY': 'k'})\n"
        "heavy = ('httpx', 'ssl', 'http.client', 'xllamacpp', 'fimbot.engines.nearby')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
