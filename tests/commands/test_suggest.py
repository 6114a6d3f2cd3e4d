"""The main job, as a user runs it: real git, real HTTP, a real process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.commands.conftest import FILLED, STUBBED, Workshop
from tests.doubles import scripts

SCHEMA = json.loads((Path(__file__).parents[2] / "fimbot" / "reporters" / "schema.json").read_text())


def report(out: str) -> Any:
    data = json.loads(out)
    jsonschema.validate(data, SCHEMA)
    return data


def test_a_change_without_stubs_asks_nobody(workshop: Workshop) -> None:
    workshop.commit({"a.py": "x = 1\n"})
    workshop.commit({"a.py": "x = 2\n"})
    done = workshop.fimbot("suggest", "HEAD~1")
    assert (done.status, workshop.server.requests) == (0, [])
    assert "0 stubs in 1 file" in done.out


def test_without_a_change_there_is_nothing_to_do(workshop: Workshop) -> None:
    workshop.commit({"a.py": STUBBED})
    done = workshop.fimbot("suggest")
    assert (done.status, workshop.server.requests) == (0, [])


def test_the_patch_of_a_commit_applies_and_fills_exactly_the_hole(stubbed: Workshop) -> None:
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert done.status == 0, done.err
    assert "1 of 1 stub filled by langdock (codestral-2501), 1 request" in done.out
    assert stubbed.git("status", "--porcelain") == b""
    stubbed.git("apply", ".git/fimbot/patches/all.patch")
    assert (stubbed.root / "a.py").read_text() == FILLED


def test_the_json_report_holds_to_its_schema(stubbed: Workshop) -> None:
    data = report(stubbed.fimbot("suggest", "HEAD~1", "--format", "json").out)
    (stub,) = data["stubs"]
    assert (stub["name"], stub["status"], stub["tier"]) == ("add", "filled", "fill")
    assert (stub["start_line"], stub["end_line"], stub["hole"]) == (8, 11, {"start_line": 10, "end_line": 11})
    assert stub["fill"]["text"] == "    return a + b"
    stubbed.git("apply", stub["fill"]["patch"])
    assert (stubbed.root / "a.py").read_text() == FILLED


def test_the_same_question_is_not_paid_for_twice(stubbed: Workshop) -> None:
    first = report(stubbed.fimbot("suggest", "HEAD~1", "--format", "json").out)
    second = report(stubbed.fimbot("suggest", "HEAD~1", "--format", "json").out)
    assert len(stubbed.server.requests) == 1
    assert first["stubs"][0]["fill"]["text"] == second["stubs"][0]["fill"]["text"]
    assert second["stubs"][0]["fill"]["cached"]
    assert second["summary"]["requests"] == 0
    assert (
        "1 of 1 stub filled by langdock (codestral-2501), 1 known from before, 0 req"
        in stubbed.fimbot("suggest", "HEAD~1").out
    )


def test_no_cache_asks_again(stubbed: Workshop) -> None:
    stubbed.fimbot("suggest", "HEAD~1", "--no-cache")
    stubbed.fimbot("suggest", "HEAD~1", "--no-cache")
    assert len(stubbed.server.requests) == 2


def test_a_request_says_what_the_documentation_names(stubbed: Workshop) -> None:
    stubbed.fimbot("suggest", "HEAD~1")
    (request,) = stubbed.server.requests
    assert request.body["model"] == "codestral-2501"
    assert request.body["stream"] is True
    assert request.body["prompt"].endswith('    """The sum."""\n')
    assert "NotImplementedError" not in request.body["prompt"] + request.body["suffix"]


def test_apply_fills_the_working_tree_at_once(stubbed: Workshop) -> None:
    assert stubbed.fimbot("suggest", "HEAD~1", "--apply").status == 0
    assert (stubbed.root / "a.py").read_text() == FILLED


def test_all_patches_to_standard_output(stubbed: Workshop) -> None:
    done = stubbed.fimbot("suggest", "HEAD~1", "--output", "-")
    stubbed.git("apply", "-", input=done.out.encode())
    assert (stubbed.root / "a.py").read_text() == FILLED


def test_all_patches_to_a_file(stubbed: Workshop, tmp_path: Path) -> None:
    stubbed.fimbot("suggest", "HEAD~1", "--output", str(tmp_path / "all.patch"))
    stubbed.git("apply", str(tmp_path / "all.patch"))
    assert (stubbed.root / "a.py").read_text() == FILLED


def test_the_staged_change_is_read_from_the_index(stubbed: Workshop) -> None:
    stubbed.git("reset", "-q", "--soft", "HEAD~1")
    stubbed.write("a.py", "# other things in the working tree\n" + STUBBED)
    stubbed.fimbot("suggest")
    assert stubbed.git("show", ":a.py").decode() == STUBBED
    stubbed.git("apply", "--cached", ".git/fimbot/patches/all.patch")
    assert stubbed.git("show", ":a.py").decode() == FILLED


def test_a_dry_run_contacts_nobody_and_shows_what_would_be_sent(stubbed: Workshop) -> None:
    done = stubbed.fimbot("suggest", "HEAD~1", "--dry-run")
    assert (done.status, stubbed.server.requests) == (0, [])
    stubbed.fimbot("suggest", "HEAD~1")
    body = stubbed.server.requests[0].body
    assert f"--- prompt\n{body['prompt']}" in done.out
    assert f"--- suffix\n{body['suffix']}" in done.out


def test_a_dry_run_needs_no_key(stubbed: Workshop) -> None:
    assert stubbed.fimbot("suggest", "HEAD~1", "--dry-run", LANGDOCK_API_KEY="").status == 0


def test_exit_code_tells_scripts_that_there_is_something(stubbed: Workshop) -> None:
    assert stubbed.fimbot("suggest", "HEAD~1", "--exit-code").status == 1
    assert stubbed.fimbot("suggest", "HEAD", "--exit-code").status == 0


def test_two_stubs_in_one_file_are_filled_and_apply_together(workshop: Workshop) -> None:
    workshop.commit()
    workshop.commit({"a.py": "def one():\n    pass\ndef two():\n    pass\n"})
    workshop.server.text = "    return 1\n"
    workshop.fimbot("suggest", "HEAD~1")
    workshop.git("apply", ".git/fimbot/patches/all.patch")
    assert (workshop.root / "a.py").read_text() == "def one():\n    return 1\ndef two():\n    return 1\n"


def test_a_repeated_run_replaces_the_patches_of_the_one_before(stubbed: Workshop) -> None:
    stubbed.fimbot("suggest", "HEAD~1")
    before = {patch.name for patch in (stubbed.root / ".git/fimbot/patches").glob("*.patch")}
    stubbed.write("a.py", STUBBED.replace("add", "plus"))
    stubbed.fimbot("suggest", "HEAD~1")
    after = {patch.name for patch in (stubbed.root / ".git/fimbot/patches").glob("*.patch")}
    assert before & after == {"all.patch"}
    assert len(after) == 2


FILES = {
    "crlf": (STUBBED.replace("\n", "\r\n").encode(), FILLED.replace("\n", "\r\n").encode()),
    "no newline at the end": (STUBBED[:-1].encode(), FILLED[:-1].encode()),
    "a byte order mark": (b"\xef\xbb\xbf" + STUBBED.encode(), b"\xef\xbb\xbf" + FILLED.encode()),
    "latin-1": ("# caf\xe9\n".encode("latin-1") + STUBBED.encode(), "# caf\xe9\n".encode("latin-1") + FILLED.encode()),
    "tabs": (STUBBED.replace("    ", "\t").encode(), FILLED.replace("    ", "\t").encode()),
    "mixed line endings": (b"x = 1\r\n" + STUBBED.encode(), b"x = 1\r\n" + FILLED.encode()),
    "errors elsewhere in the file": (b"def broken(:\n    x = (\n\n\n" + STUBBED.encode(), None),
}


@pytest.mark.parametrize(("content", "expected"), FILES.values(), ids=FILES.keys())
def test_odd_files(workshop: Workshop, content: bytes, expected: bytes | None) -> None:
    workshop.commit()
    workshop.commit({"a.py": content})
    workshop.server.text = "    return a + b\n"
    done = workshop.fimbot("suggest", "HEAD~1")
    assert done.status == 0, done.err
    if expected is not None:
        workshop.git("apply", ".git/fimbot/patches/all.patch")
        assert (workshop.root / "a.py").read_bytes() == expected


LEFT_ALONE = {
    "utf-16": STUBBED.encode("utf-16"),
    "a NUL byte": b"\0" + STUBBED.encode(),
    "five megabytes on one line": b"x = '" + b"a" * 5_000_000 + b"'\n" + STUBBED.encode(),
}


@pytest.mark.parametrize("content", LEFT_ALONE.values(), ids=LEFT_ALONE.keys())
def test_files_that_are_skipped_with_a_reason(workshop: Workshop, content: bytes) -> None:
    workshop.commit()
    workshop.commit({"a.py": content})
    done = workshop.fimbot("suggest", "HEAD~1")
    assert (done.status, workshop.server.requests) == (0, [])
    assert "a.py: skipped, " in done.out


def test_a_name_with_blanks_and_quotes(workshop: Workshop) -> None:
    workshop.commit()
    workshop.write('dir with blank/it"s ünusual.py', STUBBED)
    workshop.git("add", "-A")
    workshop.git("commit", "-qm", "x")
    workshop.server.text = "    return a + b\n"
    workshop.fimbot("suggest", "HEAD~1")
    workshop.git("apply", ".git/fimbot/patches/all.patch")
    assert (workshop.root / 'dir with blank/it"s ünusual.py').read_text() == FILLED


def test_secrets_do_not_leave_the_machine(stubbed: Workshop) -> None:
    secret = "AKIA" + "3OKZT7M2QX4LPW9R"
    stubbed.write("a.py", f'KEY = "{secret}"\n' + STUBBED)
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert done.status == 0
    assert all(secret not in json.dumps(request.body) for request in stubbed.server.requests)
    assert "1 place that may hold secrets withheld" in done.out


def test_colours_are_for_terminals_only(stubbed: Workshop) -> None:
    assert "\033" not in stubbed.fimbot("suggest", "HEAD~1").out
    assert "\033[32m" in stubbed.fimbot("suggest", "HEAD~1", "--color", "always").out


def test_a_reader_that_has_seen_enough_is_no_error(stubbed: Workshop) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "fimbot", "suggest", "HEAD~1"],
        cwd=stubbed.root,
        env=stubbed.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    errors = process.stderr.read()
    process.stderr.close()
    process.wait()
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors


def test_what_cannot_be_filled_is_a_line_with_its_reason(stubbed: Workshop) -> None:
    stubbed.server.text = "    raise NotImplementedError\n"
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert done.status == 0
    assert "a.py:8: add: skipped, " in done.out


def test_an_engine_that_fails_is_told_and_the_rest_is_kept(workshop: Workshop) -> None:
    workshop.commit()
    workshop.commit({"a.py": "def one() -> int:\n    pass\n\n\ndef two() -> int:\n    pass\n"})
    workshop.server.text = "    return 1\n"
    workshop.server.plan(scripts.fill("    return 1\n"), scripts.status(400, {"message": "no"}))
    done = workshop.fimbot("suggest", "HEAD~1", FIMBOT_CONCURRENCY="1")
    assert done.status == 3
    assert "1 of 2 stubs filled" in done.out
    assert (workshop.root / ".git/fimbot/patches/all.patch").read_bytes().count(b"+    return 1") == 1


def test_after_two_dashes_there_are_paths_only(stubbed: Workshop) -> None:
    stubbed.git("branch", "a.py")
    assert "1 of 1 stub filled" in stubbed.fimbot("suggest", "HEAD~1", "--", "a.py").out
    assert "0 stubs" in stubbed.fimbot("suggest", "HEAD~1", "--", "b.py").out


def test_paths_narrow_the_change(stubbed: Workshop) -> None:
    stubbed.commit({"b.py": STUBBED})
    done = stubbed.fimbot("suggest", "HEAD~2", "b.py")
    assert "b.py:8" in done.out
    assert "a.py" not in done.out


def test_excluded_files_are_no_part_of_it(stubbed: Workshop) -> None:
    assert "0 stubs in 0 files" in stubbed.fimbot("suggest", "HEAD~1", FIMBOT_EXCLUDE="*.py").out


@pytest.mark.parametrize(
    "arguments", [("suggest",), ("suggest", "new.py"), ("scan", "new.py"), ("suggest", "--all", "new.py")]
)
def test_a_new_file_that_git_does_not_know_is_mentioned(workshop: Workshop, arguments: tuple[str, ...]) -> None:
    workshop.commit({"a.py": "x = 1\n", ".gitignore": "ignored.py\n"})
    assert "untracked" not in workshop.fimbot(*arguments[:1], "a.py").err
    for name in ("new.py", "ignored.py", "notes.txt"):
        workshop.write(name, STUBBED)
    done = workshop.fimbot(*arguments)
    assert (done.status, done.err) == (0, "fimbot: 1 untracked file was not looked at: `git add` it first (new.py)\n")
    assert workshop.fimbot(*arguments, "-q").err == ""


def test_tokens_that_nobody_has_told_are_not_counted_as_none(stubbed: Workshop) -> None:
    """Whoever hangs up at the hole's end does not hear what the answer took."""
    stubbed.server.text = "    return a + b\n\n\ndef another(a, b):\n" + "    print(a, b)\n" * 50
    done = stubbed.fimbot("suggest", "HEAD~1")
    assert ", 1 request, tokens not told, " in done.out


WHOLE = "def add(a: int, b: int) -> int:\n    return a + b\n\n\ndef show(a):\n    print(a)\n"
EMPTIED = "def add(a: int, b: int) -> int:\n\n\ndef show(a):\n"


def test_what_a_newcomer_tries_first(workshop: Workshop) -> None:
    """To delete the body of a function: no line is added."""
    workshop.commit({"a.py": WHOLE})
    workshop.write("a.py", WHOLE.replace("    return a + b\n", ""))
    workshop.server.text = "    return a + b\n"
    done = workshop.fimbot("suggest", "--apply")
    assert done.status == 0, done.err
    assert "1 of 1 stub filled" in done.out
    assert (workshop.root / "a.py").read_text() == WHOLE


def test_a_hook_stops_for_what_returned_a_value_only(workshop: Workshop) -> None:
    workshop.commit({"a.py": WHOLE})
    workshop.write("a.py", EMPTIED)
    workshop.git("add", "a.py")
    scan = workshop.fimbot("scan", "-v").out
    assert "add: an empty body; it returned a value before [fill]" in scan
    assert "show: an empty body; it had statements before [suggest]" in scan
    hook = workshop.fimbot("hook", "--check")
    assert hook.status == 1
    assert "a.py:1" in hook.out and "show" not in hook.out
    workshop.write("a.py", WHOLE.replace("    print(a)\n", ""))
    workshop.git("add", "a.py")
    quiet = workshop.fimbot("hook", "--check", FIMBOT_TIERS="fill,suggest")
    assert (quiet.status, quiet.out) == (0, "")
    asked = workshop.fimbot("hook", "--check", FIMBOT_TIERS="fill,suggest,report")
    assert (asked.status, "a.py:5" in asked.out) == (1, True)


def test_a_caller_in_a_file_that_is_gone_was_removed_too(workshop: Workshop) -> None:
    workshop.commit({"a.py": WHOLE, "b.py": "from a import add\n\nprint(add(1, 2))\n"})
    workshop.write("a.py", WHOLE.replace("return a + b", "pass"))
    assert "1 stub in 1 file" in workshop.fimbot("scan").out
    (workshop.root / "b.py").unlink()
    assert "0 stubs in 1 file; 1 exempt" in workshop.fimbot("scan").out
