"""An engine that is set up in Continue, as one of fimbot's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from fimbot.engines.choose import choose_engine
from fimbot.engines.open import open_engine
from fimbot.engines.table import ENGINES
from fimbot.engines.taken_over import take_over
from fimbot.errors import EngineRefused, SettingsError
from fimbot.settings.continue_config import Autocomplete
from fimbot.settings.keys import NO_KEY, OnlyKey
from fimbot.settings.values import Settings
from tests.doubles.langdock import KEY, LangdockServer
from tests.doubles.ollama import OllamaServer
from tests.doubles.openai import OpenAIServer
from tests.engines.asking import ask
from tests.settings.test_continue_config import LANGDOCKS_EXAMPLE


def no_model() -> Path | None:
    return None


def there_is_a_model() -> Path | None:
    return Path("small.gguf")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".continue").mkdir()
    return tmp_path


def environ(home: Path, config: str, **others: str) -> dict[str, str]:
    (home / ".continue" / "config.json").write_text(config)
    return {"USERPROFILE" if sys.platform == "win32" else "HOME": str(home), **others}


def at(server: LangdockServer, config: str = LANGDOCKS_EXAMPLE) -> str:
    return config.replace("https://api.langdock.com", server.url).replace("codestral-2405", "codestral-2501")


BECOMES = {
    ("mistral", "https://api.langdock.com/mistral/eu/v1"): "langdock",
    ("mistral", "https://langdock.example.org/api/public/mistral/eu/v1/"): "langdock",
    ("mistral", "https://codestral.mistral.ai/v1"): "codestral",
    ("mistral", "https://api.mistral.ai/v1"): "mistral",
    ("mistral", None): "mistral",
    ("mistral", "https://[half"): "mistral",
    ("deepseek", None): "deepseek",
    ("ollama", "http://localhost:11434"): "ollama",
    ("llama.cpp", "http://localhost:8080"): "llama.cpp",
    ("vllm", "http://localhost:8000/v1"): "vllm",
    ("lmstudio", "http://localhost:1234/v1"): "lmstudio",
    ("openai", None): "openai",
    ("openai", "https://api.langdock.com/openai/eu/v1"): "langdock-chat",
    ("openai", "https://langdock.example.org/api/public/openai/us/v1/"): "langdock-chat",
    ("openai", "https://api.siliconflow.cn/v1"): "openai-completions",
    ("openai", "https://api.groq.com/openai/v1"): "openai-completions",
    ("openrouter", None): "openrouter",
    ("anthropic", None): "anthropic",
}


@pytest.mark.parametrize(("provider", "base", "engine"), [(*where, engine) for where, engine in BECOMES.items()])
def test_which_engine_a_provider_is(provider: str, base: str | None, engine: str) -> None:
    taken = take_over(Autocomplete("~/.continue/config.json", provider, "a-model", base, NO_KEY))
    assert taken is not None
    assert (taken.engine, taken.model, taken.base_url) == (engine, "a-model", base)


@pytest.mark.parametrize("region", ["eu", "us", "global", "ch"])
def test_langdocks_chat_route_is_that_of_the_region_in_the_file(home: Path, region: str) -> None:
    with OpenAIServer(route=f"/openai/{region}/v1/chat/completions", models=frozenset({"a-model"})) as server:
        base = f"{server.url}/openai/{region}/v1"
        model = {"provider": "openai", "model": "a-model", "apiKey": KEY, "apiBase": base}
        opened = open_engine(Settings(), environ(home, json.dumps({"tabAutocompleteModel": model})))
        assert ask(opened.engine).engine == "langdock-chat"


def test_a_model_that_continue_finds_out_is_found_out(home: Path) -> None:
    with OllamaServer(key="") as server:
        model = {"provider": "ollama", "model": "AUTODETECT", "apiBase": server.url}
        opened = open_engine(Settings(), environ(home, json.dumps({"tabAutocompleteModel": model})))
        assert opened.engine.model == "qwen2.5-coder:1.5b"


def test_langdocks_example_is_langdock_with_that_model_and_key(home: Path) -> None:
    opened = open_engine(Settings(), environ(home, LANGDOCKS_EXAMPLE), find_model=no_model)
    assert (opened.engine.name, opened.engine.model) == ("langdock", "codestral-2405")
    assert opened.engine.host == "api.langdock.com"
    assert opened.why == "langdock: set up in ~/.continue/config.json"


def test_it_answers_and_its_key_goes_there(home: Path, langdock_server: LangdockServer) -> None:
    opened = open_engine(Settings(), environ(home, at(langdock_server)), find_model=no_model)
    assert ask(opened.engine).text == "    return 1\n"
    assert langdock_server.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(opened)


def test_a_refused_key_is_said_to_be_from_there_and_not_shown(home: Path, langdock_server: LangdockServer) -> None:
    langdock_server.key = "another"
    opened = open_engine(Settings(), environ(home, at(langdock_server)), find_model=no_model)
    with pytest.raises(EngineRefused, match=r"401 with the key from ~/\.continue/config\.json") as caught:
        ask(opened.engine)
    assert KEY not in str(caught.value)


def test_what_the_user_has_set_for_fimbot_goes_before_it(home: Path) -> None:
    assert choose_engine(Settings(), environ(home, LANGDOCKS_EXAMPLE, MISTRAL_API_KEY="k")).name == "mistral"
    assert choose_engine(Settings(engine=("codestral",)), environ(home, LANGDOCKS_EXAMPLE)).name == "codestral"
    opened = open_engine(Settings(model="codestral-2508"), environ(home, LANGDOCKS_EXAMPLE), find_model=no_model)
    assert opened.engine.model == "codestral-2508"


def test_it_goes_before_the_embedded_model(home: Path) -> None:
    assert choose_engine(Settings(), environ(home, LANGDOCKS_EXAMPLE), find_model=there_is_a_model).name == "langdock"


def test_its_key_does_not_go_to_a_host_that_the_user_has_named_for_fimbot(home: Path) -> None:
    with pytest.raises(SettingsError, match="no engine is ready"):
        open_engine(Settings(base_url="https://elsewhere.org"), environ(home, LANGDOCKS_EXAMPLE), find_model=no_model)


def test_no_other_key_of_the_environment_goes_to_its_host(home: Path) -> None:
    config = '{"tabAutocompleteModel": {"provider": "mistral", "apiBase": "https://example.org/v1"}}'
    with pytest.raises(SettingsError, match=r"config\.json is not used: no key for mistral"):
        open_engine(Settings(), environ(home, config, DEEPSEEK_API_KEY="") | {"PATH": "x"}, find_model=no_model)
    others = {"FIMBOT_API_KEY": "a", "MISTRAL_API_KEY": "b", "OPENAI_API_KEY": "d"}
    only = OnlyKey(others | {"PATH": "c"}, "mistral", NO_KEY)
    assert dict(only) == {"PATH": "c"}


UNUSABLE = {
    "malformed": ("{", "~/.continue/config.json is not used: it is no valid JSON"),
    "a provider that nobody knows": (
        '{"tabAutocompleteModel": {"provider": "kindo", "apiKey": "k"}}',
        "~/.continue/config.json is not used: its provider is 'kindo', which fimbot does not know",
    ),
    "an address to which no key may go": (
        LANGDOCKS_EXAMPLE.replace("https:", "http:"),
        "~/.continue/config.json is not used: base-url 'http://api.langdock.com/mistral/eu/v1' would send the key "
        "unencrypted; use https://",
    ),
}


@pytest.mark.parametrize(("config", "line"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_what_cannot_be_used_is_told_and_the_next_choice_is_taken(home: Path, config: str, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        open_engine(Settings(), environ(home, config), find_model=no_model)
    assert str(caught.value).startswith("no engine is ready: ") and str(caught.value).endswith(line)


@pytest.mark.parametrize("tag", ["!!bool", "!!int", "!!timestamp", "!!float"])
def test_a_yaml_tag_that_does_not_fit_is_one_line_without_the_key(home: Path, tag: str) -> None:
    model = f"[{{roles: [autocomplete], provider: mistral, apiKey: {tag} sk-planted}}]"
    (home / ".continue/config.yaml").write_text(f"models: {model}\n")
    with pytest.raises(SettingsError, match=r"config\.yaml is not used: it is no valid YAML") as caught:
        open_engine(Settings(), {"HOME": str(home), "USERPROFILE": str(home)}, find_model=no_model)
    assert "planted" not in str(caught.value) and caught.value.__cause__ is None


def test_an_engine_that_is_not_in_the_table_is_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fimbot.engines.choose.ENGINES", {"local": ENGINES["local"]})
    with pytest.raises(SettingsError, match=r"its provider is 'mistral', for which fimbot has no engine 'langdock'"):
        choose_engine(Settings(), environ(home, LANGDOCKS_EXAMPLE), find_model=no_model)
    choice = choose_engine(Settings(), environ(home, LANGDOCKS_EXAMPLE), find_model=there_is_a_model)
    assert choice.name == "local"


def test_the_second_of_a_list_where_the_first_cannot_be_used(home: Path) -> None:
    models = '{"provider": "kindo"}, {"provider": "mistral", "model": "m", "apiKey": "k-1234567"}'
    config = f'{{"tabAutocompleteModel": [{models}]}}'
    opened = open_engine(Settings(), environ(home, config), find_model=no_model)
    assert opened.why == (
        "mistral: set up in ~/.continue/config.json; ~/.continue/config.json is not used: its provider is 'kindo', "
        "which fimbot does not know"
    )
