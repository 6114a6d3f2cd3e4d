"""The command line itself: help, completion, and errors that nobody expected."""

from __future__ import annotations

import subprocess
import sys

import pytest

from fimbot.cli.main import COMMANDS
from fimbot.model.known import EMBEDDED
from fimbot.model.store import mark, model_path
from tests.commands.conftest import Workshop


@pytest.mark.parametrize("arguments", [[], ["model"], ["config"]], ids=["nothing", "model", "config"])
def test_a_command_that_needs_another_shows_its_help(workshop: Workshop, arguments: list[str]) -> None:
    done = workshop.fimbot(*arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("Usage: fimbot")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(workshop: Workshop, name: str) -> None:
    done = workshop.fimbot(name, "--help")
    assert (done.status, done.err) == (0, "")
    assert done.out.startswith(f"Usage: fimbot {name}")


def test_the_version(workshop: Workshop) -> None:
    assert workshop.fimbot("--version").out == "fimbot 0.1.0\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(workshop: Workshop, shell: str) -> None:
    assert f"_FIMBOT_COMPLETE={shell}_complete" in workshop.fimbot("completion", shell).out


COMPLETED = {
    "commands": ("fimbot su", 1, "plain,suggest"),
    "options": ("fimbot suggest --eng", 2, "plain,--engine"),
    "engines": ("fimbot suggest --engine lang", 3, "plain,langdock"),
    "branches": ("fimbot suggest mai", 2, "plain,main"),
}


@pytest.mark.parametrize(("words", "at", "expected"), COMPLETED.values(), ids=COMPLETED.keys())
def test_completion(stubbed: Workshop, words: str, at: int, expected: str) -> None:
    done = stubbed.fimbot(COMP_WORDS=words, COMP_CWORD=str(at), _FIMBOT_COMPLETE="bash_complete")
    assert expected in done.out.splitlines()


def test_completion_of_ids(stubbed: Workshop) -> None:
    stubbed.fimbot("suggest", "HEAD~1")
    (identity,) = (line.split()[0] for line in stubbed.fimbot("apply", "--list").out.splitlines())
    done = stubbed.fimbot(COMP_WORDS=f"fimbot apply {identity[:4]}", COMP_CWORD="2", _FIMBOT_COMPLETE="bash_complete")
    assert done.out.splitlines() == [f"plain,{identity}"]


def test_config_show_tells_values_sources_and_no_key(workshop: Workshop) -> None:
    workshop.write("fimbot.toml", 'model = "codestral-2508"\n')
    done = workshop.fimbot("config", "show")
    assert 'model = "codestral-2508"  # fimbot.toml' in done.out
    assert "max-tokens = 512  # default" in done.out
    assert "base-url = " in done.out
    assert "# LANGDOCK_API_KEY is set" in done.out


@pytest.mark.skipif(sys.platform == "win32", reason="a shell closes the stream")
@pytest.mark.parametrize("arguments", ["scan", "scan --all", "suggest --all -q", "apply --list", "--version"])
def test_a_closed_standard_output_takes_everything(stubbed: Workshop, arguments: str) -> None:
    command = f'"{sys.executable}" -m fimbot {arguments} >&-'
    done = subprocess.run(
        ["sh", "-c", command], cwd=stubbed.root, env=stubbed.environ, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_config_show_masks_a_password_in_a_url(workshop: Workshop) -> None:
    done = workshop.fimbot("config", "show", FIMBOT_BASE_URL="https://u:hunter22@example.org")
    assert 'base-url = "https://***@example.org"' in done.out


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the model lies in another place, and 1.1 GB take room")
def test_a_model_that_is_there_is_not_said_to_be_fetched(workshop: Workshop) -> None:
    model = model_path(workshop.home / ".local" / "share" / "fimbot")
    model.parent.mkdir(parents=True)
    with model.open("wb") as file:
        file.truncate(EMBEDDED.size)
    mark(model, EMBEDDED)
    done = workshop.fimbot("model", "pull")
    assert (done.status, done.err) == (0, f"fimbot: the model is at {model}\n")
