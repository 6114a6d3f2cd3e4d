"""The runner that the action is tried with: it does what GitHub's does, and refuses what nobody has tried."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.action.expressions import evaluate, expand
from tests.action.runner import Done, Job, Result, run_action

CONTEXTS: dict[str, Any] = {"inputs": {"a-b": "x", "none": "", "on": True}, "github": {"event": {"number": 7}}}
FUNCTIONS = {"always": lambda: True, "success": lambda: False}

EXPANDED = {
    "nothing": "nothing",
    "${{ inputs.a-b }}": "x",
    "<${{inputs.none}}>${{ github.event.number }}": "<>7",
    "${{ inputs.on }}": "true",
    "${{ inputs.none || 'it''s' }}": "it's",
    "${{ inputs.on && inputs.a-b }}": "x",
}


@pytest.mark.parametrize(("text", "expected"), EXPANDED.items(), ids=EXPANDED.keys())
def test_an_expression_becomes_text(text: str, expected: str) -> None:
    assert expand(text, CONTEXTS) == expected


HOLDS = {
    "always()": True,
    "success()": False,
    "always() && inputs.a-b == 'X'": True,
    "${{ !(inputs.a-b != 'x') }}": True,
    "inputs.none": False,
    "success() || github.event.number == 7": True,
}


@pytest.mark.parametrize(("condition", "expected"), HOLDS.items(), ids=HOLDS.keys())
def test_a_condition_holds_or_not(condition: str, expected: bool) -> None:
    assert bool(evaluate(condition, CONTEXTS, FUNCTIONS)) is expected


@pytest.mark.parametrize(
    "expression", ["inputs.unknown", "github.event.title", "hashFiles()", "inputs.a-b ==", "a b", "1 + 1"]
)
def test_what_is_not_known_is_an_error(expression: str) -> None:
    with pytest.raises((AssertionError, KeyError, IndexError)):
        evaluate(expression, CONTEXTS, FUNCTIONS)


ACTION = """\
inputs:
  text:
    default: ${{ github.token }}
outputs:
  got:
    value: ${{ steps.second.outputs.got }}
  lines:
    value: ${{ steps.first.outputs.lines }}
runs:
  using: composite
  steps:
    - id: first
      shell: bash
      env:
        TEXT: ${{ inputs.text }}
      run: |
        echo "text=$TEXT" >> "$GITHUB_OUTPUT"
        printf 'lines<<end\\na=b\\n\\nc\\nend\\n' >> "$GITHUB_OUTPUT"
        echo "LATER=later" >> "$GITHUB_ENV"
        mkdir -p "$RUNNER_TEMP/bin"
        printf '#!/bin/sh\\necho found' > "$RUNNER_TEMP/bin/tool"
        chmod +x "$RUNNER_TEMP/bin/tool"
        echo "$RUNNER_TEMP/bin" >> "$GITHUB_PATH"
        echo "# told" >> "$GITHUB_STEP_SUMMARY"
    - id: second
      shell: bash
      run: echo "got=$LATER $(tool)" >> "$GITHUB_OUTPUT"
    - id: third
      shell: bash
      run: |
        false | cat
        echo "never=1" >> "$GITHUB_OUTPUT"
    - id: fourth
      shell: bash
      run: exit 0
    - id: fifth
      if: always() && steps.first.outputs.text == 't0ken' && steps.first.outputs.other == ''
      uses: a/b@1234567890123456789012345678901234567890
      with:
        given: ${{ steps.first.outputs.text }}
"""


@pytest.fixture
def job(tmp_path: Path) -> Job:
    (tmp_path / "action").mkdir()
    (tmp_path / "action" / "action.yml").write_text(ACTION)
    (tmp_path / "workspace").mkdir()
    (tmp_path / "temp").mkdir()
    return Job(tmp_path / "workspace", tmp_path / "temp", {"PATH": os.environ["PATH"]}, {"token": "t0ken"})


def run(job: Job, inputs: dict[str, str], seen: list[dict[str, str]]) -> Result:
    def use(given: Any, job: Job) -> dict[str, str]:
        seen.append(dict(given))
        return {}

    return run_action(job.workspace.parent / "action", inputs, job, {"a/b": use})


def test_steps_hand_on_outputs_variables_paths_and_the_summary(job: Job) -> None:
    result = run(job, {}, [])
    assert result.outputs == {"got": "later found", "lines": "a=b\n\nc"}
    assert job.summary == "# told\n"


def test_a_failed_step_ends_the_action_but_for_what_always_runs(job: Job) -> None:
    seen: list[dict[str, str]] = []
    result = run(job, {}, seen)
    assert result.conclusion == "failure"
    outcomes = {name: step.outcome for name, step in result.steps.items()}
    assert outcomes["third"] == "failure" and outcomes["fourth"] == "skipped" and outcomes["fifth"] == "success"
    assert result.steps["third"] == Done("failure", {})
    assert seen == [{"given": "t0ken"}]


def test_an_input_that_there_is_not_is_an_error(job: Job) -> None:
    with pytest.raises(AssertionError, match="no such inputs"):
        run(job, {"txet": "x"}, [])
