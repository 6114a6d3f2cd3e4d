"""Files that are nested deeper than any parser's author thought of. What goes wrong with them ends the process, so the
finder and the command are run.

The larger sizes are in `bench/deep.py`: 100,000 and more of each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.deep import FORMS, LOST, STUBS, text
from fimbot.stubs.table import LANGUAGES

DEPTH = 3_000

FINDER = """
import json, sys
from bench.deep import text
from fimbot.errors import ParseError
from fimbot.stubs.find import find_stubs
from fimbot.values import WHOLE_FILE, stub_of
language, depth = sys.argv[1], int(sys.argv[2])
for form in sys.argv[3:]:
    path, source, _ = text(language, form, depth)
    try:
        found = [stub_of(each).name for each in find_stubs(path, source, [WHOLE_FILE])]
    except ParseError as error:
        found = str(error)
    print(json.dumps([form, found]), flush=True)
"""


def looked_through(language: str, depth: int, *forms: str) -> dict[str, list[str] | str]:
    """What the finder says of each form: the names of stubs, or why it gave up."""
    command = [sys.executable, "-c", FINDER, language, str(depth), *forms]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, (language, done.returncode, done.stdout[-300:], done.stderr[-300:])
    return dict(json.loads(line) for line in done.stdout.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_stub_beside_is_found(language: str) -> None:
    found = looked_through(language, DEPTH, *FORMS[language])
    assert list(found) == list(FORMS[language])
    name = STUBS[language].name
    assert {(language, form) for form, names in found.items() if name not in names} <= LOST


def test_what_the_parser_dies_of_is_told_and_no_other_file_is_touched_by_it(tmp_path: Path) -> None:
    path, source, _ = text("python", "comments of C", 100_000)
    (tmp_path / path).write_bytes(source)
    (tmp_path / "b.py").write_text("def later():\n    pass\n", encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    for options in ("--staged", "--all"):
        scan = [sys.executable, "-m", "fimbot", "scan", options, "--format", "json"]
        done = subprocess.run(scan, cwd=tmp_path, capture_output=True, check=True)
        report = json.loads(done.stdout)
        # Or it takes too long, before the parser dies of it: that is a question of the machine.
        assert [skipped["path"] for skipped in report["skipped_files"]] == [path]
        assert [stub["path"] for stub in report["stubs"]] == ["b.py"]
