"""The example with several replicas holds to its schema, and starts the server with options that there are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from fimbot.cli.serve import serve

COMPOSE = Path(__file__).parents[2] / "examples" / "serve" / "compose.yaml"


def test_it_holds_to_the_schema_of_compose_files() -> None:
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_its_command_is_one_that_there_is() -> None:
    program, command, *options = yaml.safe_load(COMPOSE.read_text())["services"]["fimbot"]["command"]
    assert (program, command) == ("fimbot", "serve")
    serve.make_context("serve", options)


def test_what_it_needs_is_asked_for_and_not_written_into_it() -> None:
    services = yaml.safe_load(COMPOSE.read_text())["services"]
    assert services["fimbot"]["environment"]["LANGDOCK_API_KEY"] == "${LANGDOCK_API_KEY:?}"
    assert "${REDIS_PASSWORD:?}" in services["fimbot"]["environment"]["FIMBOT_QUOTA_STORE"]
    assert not any("REDIS_PASSWORD:" in word for word in services["fimbot"]["command"])
