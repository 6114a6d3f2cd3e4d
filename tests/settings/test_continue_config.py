"""~/.continue: what is read of it, and that it is somebody else's."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fimbot.settings.continue_config import MAX_BYTES, Autocomplete, Unusable, continue_directory, read_continue
from fimbot.settings.keys import NO_KEY

SECRET = "lang-planted-key-4f6b1c9d"

# https://docs.langdock.com/product/api/mistral, with a key in place of <YOUR_LANGDOCK_API_KEY>.
LANGDOCKS_EXAMPLE = """\
{
  "models": [
    {
      "title": "GPT-4o",
      "provider": "openai",
      "model": "gpt-4o",
      "apiKey": "lang-planted-key-4f6b1c9d",
      "apiBase": "https://api.langdock.com/openai/eu/v1"
    },
    {
      "title": "Claude 3.5 Sonnet",
      "provider": "anthropic",
      "model": "claude-3-5-sonnet-20240620",
      "apiKey": "lang-planted-key-4f6b1c9d",
      "apiBase": "https://api.langdock.com/anthropic/eu/v1"
    }
  ],
  "tabAutocompleteModel": {
    "title": "Codestral",
    "provider": "mistral",
    "model": "codestral-2405",
    "apiKey": "lang-planted-key-4f6b1c9d",
    "apiBase": "https://api.langdock.com/mistral/eu/v1"
  }
}
"""

YAML = """\
name: My Config
version: 0.0.1
schema: v1
models:
  - name: GPT-4o
    provider: openai
    model: gpt-4o
    apiKey: sk-of-the-chat
    roles: [chat, edit]
  - name: no roles at all
    provider: openai
    model: gpt-4o
  - name: Codestral
    provider: mistral
    model: codestral-latest
    apiKey: ${{ secrets.CODESTRAL }}
    apiBase: https://codestral.mistral.ai/v1
    roles:
      - autocomplete
  - name: Qwen
    provider: ollama
    model: qwen2.5-coder:1.5b
    roles: [autocomplete]
"""


def at(home: Path, files: dict[str, str | bytes], **environ: str) -> list[Autocomplete | Unusable]:
    directory = home / ".continue"
    directory.mkdir(exist_ok=True)
    for name, content in files.items():
        (directory / name).write_bytes(content.encode() if isinstance(content, str) else content)
    user = "USERPROFILE" if sys.platform == "win32" else "HOME"
    return list(read_continue({user: str(home)} | environ))


def why(found: list[Autocomplete | Unusable]) -> str:
    (only,) = found
    assert isinstance(only, Unusable)
    assert only.why.isprintable() and SECRET not in only.why
    return only.why


def test_without_a_home_or_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert list(read_continue({})) == []
    assert at(tmp_path, {}) == []
    assert at(tmp_path, {"config.json": '{"models": []}'}) == []
    assert at(tmp_path, {"config.yaml": ""}) == []


def test_langdocks_example(tmp_path: Path) -> None:
    (found,) = at(tmp_path, {"config.json": LANGDOCKS_EXAMPLE})
    assert isinstance(found, Autocomplete)
    assert (found.provider, found.model) == ("mistral", "codestral-2405")
    assert found.api_base == "https://api.langdock.com/mistral/eu/v1"
    assert (found.key.reveal(), found.key.source) == (SECRET, "~/.continue/config.json")
    assert SECRET not in repr(found)


def test_a_list_of_models_and_comments_as_continue_takes_them(tmp_path: Path) -> None:
    text = """
    {
      // the small one first
      "tabAutocompleteModel": [
        {"provider": "ollama", "model": "starcoder:1b", "apiBase": "http://localhost:11434"}, /* then */
        {"provider": "mistral", "model": "codestral", "apiKey": "with//slashes/*in*/it"}
      ]
    }"""
    first, second = at(tmp_path, {"config.json": text})
    assert isinstance(first, Autocomplete) and isinstance(second, Autocomplete)
    assert (first.provider, first.api_base, first.key) == ("ollama", "http://localhost:11434", NO_KEY)
    assert second.key.reveal() == "with//slashes/*in*/it"


def test_of_the_yaml_the_models_whose_role_it_is_and_their_secrets_from_the_env_file(tmp_path: Path) -> None:
    env = f"# keys\nOTHER=1\nexport CODESTRAL='{SECRET}'\n"
    codestral, qwen = at(tmp_path, {"config.yaml": YAML, ".env": env}, CODESTRAL="of-the-environment")
    assert isinstance(codestral, Autocomplete) and isinstance(qwen, Autocomplete)
    assert (codestral.key.reveal(), codestral.key.source) == (SECRET, "~/.continue/config.yaml")
    assert (qwen.provider, qwen.model, qwen.api_base) == ("ollama", "qwen2.5-coder:1.5b", None)


def test_a_secret_from_the_environment_where_the_env_file_has_none(tmp_path: Path) -> None:
    found = at(tmp_path, {"config.yaml": YAML}, CODESTRAL=SECRET)[0]
    assert isinstance(found, Autocomplete) and found.key.reveal() == SECRET


def test_the_env_file_of_the_repository_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "repository" / ".env").write_text(f"CODESTRAL={SECRET}\n")
    monkeypatch.chdir(tmp_path / "repository")
    unusable, _ = at(tmp_path, {"config.yaml": YAML})
    assert isinstance(unusable, Unusable)
    assert unusable.why == (
        "~/.continue/config.yaml is not used: apiKey is ${{ secrets.CODESTRAL }}, which is neither in the .env beside "
        "it nor in the environment"
    )


def test_the_yaml_goes_before_the_json(tmp_path: Path) -> None:
    found = at(tmp_path, {"config.yaml": YAML, "config.json": LANGDOCKS_EXAMPLE}, CODESTRAL="k")
    assert [each.model for each in found if isinstance(each, Autocomplete)] == [
        "codestral-latest",
        "qwen2.5-coder:1.5b",
    ]


def test_the_directory_that_the_user_has_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(LANGDOCKS_EXAMPLE)
    (found,) = read_continue({"CONTINUE_GLOBAL_DIR": str(tmp_path), "HOME": "/nowhere"})
    assert isinstance(found, Autocomplete) and found.source == str(tmp_path / "config.json")
    assert continue_directory({}) is None


MALFORMED = {
    "half a file": ("config.json", LANGDOCKS_EXAMPLE[:-20], "it is no valid JSON"),
    "no object": ("config.json", "[" * 50_000, "it is no valid JSON"),
    "no UTF-8": ("config.json", b"\xff\xfe{}", "it is no UTF-8"),
    "a huge file": ("config.json", b" " * (MAX_BYTES + 1), "it is larger than 200 KB"),
    "a tab in the YAML": ("config.yaml", f"models:\n\t- apiKey: {SECRET}\n", "it is no valid YAML"),
    "a deep nesting": ("config.yaml", "[" * 20_000, "it is no valid YAML"),
    "a Python object": ("config.yaml", "models: !!python/object/apply:os.getcwd []\n", "it is no valid YAML"),
    "a block of the Hub": (
        "config.yaml",
        "models:\n  - uses: mistral/codestral\n    override: {roles: [autocomplete]}\n",
        "its model for autocompletion is a block of Continue's Hub, see `uses`",
    ),
    "no provider": ("config.json", '{"tabAutocompleteModel": {"model": "m"}}', "has no provider"),
    "a number for a key": (
        "config.json",
        '{"tabAutocompleteModel": {"provider": "mistral", "apiKey": 12}}',
        "apiKey is no text",
    ),
    "a text that is no key": (
        "config.json",
        '{"tabAutocompleteModel": {"provider": "mistral", "apiKey": "MY API KEY"}}',
        "holds characters that no key has",
    ),
    "an input of Continue's own service": (
        "config.json",
        '{"tabAutocompleteModel": {"provider": "mistral", "apiKey": "${{ inputs.KEY }}"}}',
        "apiKey is ${{ inputs.KEY }}",
    ),
}


@pytest.mark.parametrize(("name", "content", "expected"), MALFORMED.values(), ids=MALFORMED.keys())
def test_what_cannot_be_used_is_one_line(tmp_path: Path, name: str, content: str | bytes, expected: str) -> None:
    line = why(at(tmp_path, {name: content}))
    assert line.startswith(f"~/.continue/{name} is not used: ") and expected in line


def test_aliases_that_multiply_take_no_time(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 40))
    assert at(tmp_path, {"config.yaml": bomb + "models: *a39\n"}) == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each, max_size=3)))
def test_any_value_in_any_place_gives_models_or_lines(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    home = tmp_path_factory.mktemp("home")
    for config in (
        {"tabAutocompleteModel": value},
        {"tabAutocompleteModel": {"provider": value, "apiKey": value, "apiBase": value}},
    ):
        for found in at(home, {"config.json": json.dumps(config)}):
            assert isinstance(found, Autocomplete) or "\n" not in found.why
