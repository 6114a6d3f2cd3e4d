"""Code nested 20,000 deep beside a stub: no command ends with a signal, and the stub is filled or says why not."""

from __future__ import annotations

import json
import re

from tests.commands.conftest import Workshop
from tests.deep import deep_files

DEPTH = 20_000
ORDINARY = "def ordinary(x):\n    raise NotImplementedError('TODO')\n"
# 20,000 levels of this take C++'s grammar half a second, five times as many twenty.
FILES = {"ordinary.py": ORDINARY, **dict(deep_files(DEPTH))}


def test_every_file_is_looked_at_whatever_the_others_hold(workshop: Workshop) -> None:
    workshop.commit({"README": "x\n"})
    workshop.commit(FILES)
    scanned = workshop.fimbot("scan", "HEAD~1", "--format", "json")
    assert scanned.status == 0, scanned.err
    stubs = json.loads(scanned.out)["stubs"]
    assert {stub["path"] for stub in stubs} == set(FILES)
    workshop.server.text = "    return 1\n"
    done = workshop.fimbot("suggest", "HEAD~1", "--format", "json", "--max-suggestions", "1000", FIMBOT_TPM="9999999")
    assert done.status == 0, done.err
    told = json.loads(done.out)["stubs"]
    assert {stub["path"] for stub in told} == set(FILES)
    assert all(stub["status"] == "filled" or stub["reason"] for stub in told)
    by_path = {stub["path"]: stub for stub in told}
    assert by_path["ordinary.py"]["status"] == "filled"


def test_the_hook_stops_no_commit_for_it(workshop: Workshop) -> None:
    workshop.commit({"README": "x\n"})
    for name in FILES:
        if name.endswith((".py", ".js", ".cpp")):
            workshop.write(name, FILES[name])
    workshop.git("add", "-A")
    done = workshop.fimbot("hook", "--mode", "warn", "--deadline", "60")
    assert done.status == 0, done.err
    assert not re.search("should not have happened|Traceback", done.err)


def test_an_answer_that_deep_is_a_suggestion_or_a_skip(workshop: Workshop) -> None:
    workshop.commit({"README": "x\n"})
    workshop.commit({"ordinary.py": ORDINARY})
    workshop.server.text = f"    return {'(' * DEPTH}1{')' * DEPTH}\n"
    done = workshop.fimbot("suggest", "HEAD~1", "--format", "json")
    assert done.status == 0, done.err
    (stub,) = json.loads(done.out)["stubs"]
    assert stub["status"] == "filled" or stub["reason"]
