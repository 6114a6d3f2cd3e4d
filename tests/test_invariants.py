"""The invariants of DESIGN.md from end to end: processes, real git, the strict server on loopback.

1, 2 and 4 are fimbot/fills' own (tests/fills/test_invariants.py); here they are seen through the patch that git takes.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fimbot.patches.unified import unified_patch
from fimbot.values import Edit, apply_edits
from tests.commands.conftest import FILLED, STUBBED, Workshop, stubbed, workshop
from tests.doubles import scripts
from tests.doubles.langdock import KEY

__all__ = ["stubbed", "workshop"]

# Built here, so that no scanner of this repository finds them.
SECRETS = ("AKIA" + "3OKZT7M2QX4LPW9R", "ghp_" + "a8Kd03mVz71QpLx92TyWbN46RcUjEf5HsGi0")


def everything(root: Path, but: str = ".git/fimbot/") -> dict[str, tuple[str, int]]:
    """Every file with its bytes and its time: index, refs, stash, reflogs and objects among them."""
    return {
        name: (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
        if path.is_file() and not (name := path.relative_to(root).as_posix()).startswith(but)
    }


# 3: names and contents that git has to take as they are.
NAMES = st.lists(
    st.one_of(
        st.sampled_from(
            [b"a", b" ", b'"', b"\\", b"-", b"\xc3\xbc", b"\xff", b"\t", b"\n", b"\x1b[2J", b"=", b"'", b"$(x)"]
        ),
        st.sampled_from([b"b/", b"a/b ", b" b/", b"-/"]),
    ),
    min_size=1,
    max_size=6,
).map(b"".join)
LINES = st.lists(
    st.sampled_from(
        [
            b"x = 1",
            b"\ty",
            b"",
            b" ",
            b"\r",
            b"--- a/x",
            b"+++ b/x",
            b"@@ -1 +1 @@",
            b"\xff\xfe",
            b"\\ No newline",
            b"\x0c",
        ]
    ),
    max_size=12,
)


def usable(name: bytes) -> bool:
    parts = name.split(b"/")
    return all(part not in (b"", b".", b"..") and part.lower() != b".git" for part in parts)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES.filter(usable), lines=LINES, data=st.data(), newline=st.sampled_from([b"\n", b"\r\n"]))
def test_3_git_takes_the_patch_of_any_edit_of_any_file_of_any_name(
    tmp_path_factory: pytest.TempPathFactory, name: bytes, lines: list[bytes], data: st.DataObject, newline: bytes
) -> None:
    root = tmp_path_factory.mktemp("repository")
    before = newline.join(lines)
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, len(before)))
    edits = [Edit(start, end, newline.join(data.draw(LINES)))]
    path = os.path.join(os.fsencode(root), name)  # noqa: PTH118 - bytes
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
    Path(os.fsdecode(path)).write_bytes(before)
    patch = unified_patch(name.decode("utf-8", "surrogateescape"), before, edits)
    # Exactly as it stands, whatever a user has configured about white space.
    done = subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "--allow-empty", "-"],
        cwd=root,
        input=patch,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stderr, patch)
    assert Path(os.fsdecode(path)).read_bytes() == apply_edits(before, edits)


CHECKOUTS = {
    "eol=crlf": ("*.py text eol=crlf\n", []),
    "autocrlf": ("", [("core.autocrlf", "true")]),
    "ident": ("*.py ident\n", []),
    "whitespace is an error": ("", [("apply.whitespace", "error-all"), ("core.whitespace", "tab-in-indent,cr-at-eol")]),
    "a filter that is not there": ("*.py filter=lfs\n", []),
}


@pytest.mark.parametrize(("attributes", "configuration"), CHECKOUTS.values(), ids=CHECKOUTS.keys())
def test_3_a_checkout_that_git_converts(
    workshop: Workshop, attributes: str, configuration: list[tuple[str, str]]
) -> None:
    for name, value in configuration:
        workshop.git("config", name, value)
    workshop.commit({".gitattributes": attributes})
    workshop.commit({"a.py": STUBBED})
    (workshop.root / "a.py").unlink()
    workshop.git("checkout", "-q", "--", "a.py")
    before = (workshop.root / "a.py").read_bytes()
    newline = b"\r\n" if b"\r\n" in before else b"\n"
    workshop.server.text = "    return a + b\n"
    assert "1 of 1 stub filled" in workshop.fimbot("suggest", "HEAD~1").out
    assert workshop.fimbot("apply", "--all").status == 0
    assert (workshop.root / "a.py").read_bytes() == FILLED.encode().replace(b"\n", newline)
    workshop.git("checkout", "-q", "--", "a.py")
    workshop.git("apply", ".git/fimbot/patches/all.patch")
    assert (workshop.root / "a.py").read_bytes() == FILLED.encode().replace(b"\n", newline)


def test_5_two_users_get_the_same_patches_byte_for_byte(workshop: Workshop, tmp_path: Path) -> None:
    workshop.commit()
    workshop.commit({f"m{n}.py": f"def f{n}() -> int:\n    pass\n\n\n" * 3 for n in range(4)})
    workshop.server.text = lambda body: f"    return {len(body['prompt'])}\n"
    seen = []
    for run in range(2):
        places = {name: str(tmp_path / f"home{run}") for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")}
        done = workshop.fimbot("suggest", "HEAD~1", "--format", "json", at=None, **places, PYTHONHASHSEED=str(run))
        stubs = json.loads(done.out)["stubs"]
        patches = sorted((workshop.root / ".git/fimbot/patches").iterdir())
        seen.append(
            ([(stub["id"], stub["fill"]["text"]) for stub in stubs], [(p.name, p.read_bytes()) for p in patches])
        )
    assert len(seen[0][0]) == 12
    assert seen[0] == seen[1]


COMMANDS = {
    "scan": ["scan"],
    "scan of a revision": ["scan", "HEAD~1"],
    "scan of everything": ["scan", "--all"],
    "suggest": ["suggest"],
    "suggest for a revision": ["suggest", "HEAD~1"],
    "suggest for a range": ["suggest", "HEAD~1..HEAD"],
    "suggest for the index": ["suggest", "--staged"],
    "a dry run": ["suggest", "HEAD~1", "--dry-run"],
    "the list": ["apply", "--list"],
}


@pytest.fixture
def lived_in(stubbed: Workshop) -> Workshop:
    """A stash, a staged change, an unstaged one, an untracked file, and an index whose times are stale."""
    stubbed.write("a.py", STUBBED + "stashed = 1\n")
    stubbed.git("stash")
    stubbed.write("b.py", STUBBED)
    stubbed.git("add", "b.py")
    stubbed.write("a.py", STUBBED + "unstaged = 1\n")
    stubbed.write("untracked.py", STUBBED)
    os.utime(stubbed.root / "b.py", (1, 1))
    return stubbed


def test_6_nothing_but_the_patches_is_written(lived_in: Workshop) -> None:
    before = everything(lived_in.root)
    for arguments in COMMANDS.values():
        assert lived_in.fimbot(*arguments).status == 0
        assert everything(lived_in.root) == before, arguments


def test_6_apply_changes_the_files_that_it_names_and_no_other(lived_in: Workshop) -> None:
    lived_in.fimbot("suggest", "HEAD~1", "a.py")
    before = everything(lived_in.root)
    assert lived_in.fimbot("apply", "--all").status == 0
    after = everything(lived_in.root)
    assert {name for name in before | after if before.get(name) != after.get(name)} == {"a.py"}


def test_7_neither_keys_nor_secrets_are_anywhere(workshop: Workshop) -> None:
    """In lines of the file, of a file that its window draws from, in a comment that the hole swallows, in `.env`."""
    first, second = SECRETS
    workshop.commit()
    workshop.commit(
        {
            "a.py": f'import b\n\nTOKEN = "{first}"\n\n\ndef total(of: "b.Ledger") -> int:\n'
            f'    """Adds up."""\n    # TODO: ask with {second}\n    raise NotImplementedError\n',
            "b.py": f'class Ledger:\n    key = "{second}"\n    sums: list[int]\n',
            ".env": f"AWS_SECRET={first}\n",
        }
    )
    workshop.server.plan(
        scripts.status(500, {"message": f"failed for Bearer {KEY}"}),
        scripts.fill("    return sum(of.sums)\n"),
    )
    outputs = []
    for arguments in (["--dry-run"], ["--format", "json"], ["-v"], []):
        done = workshop.fimbot("suggest", "HEAD~1", *arguments)
        assert done.status == 0, done.err
        outputs.append(done.out + done.err)
    assert len(workshop.server.requests) == 2
    sent = [json.dumps(request.body) for request in workshop.server.requests]
    for secret in SECRETS:
        assert all(secret not in body for body in sent)
        assert secret not in outputs[0] + outputs[1]  # what would be sent, and the report
    written = [*workshop.home.rglob("*"), *(workshop.root / ".git").rglob("*")]
    for content in (path.read_bytes() for path in written if path.is_file()):
        assert KEY.encode() not in content
    for path in workshop.home.rglob("*"):
        assert not path.is_file() or not any(secret.encode() in path.read_bytes() for secret in SECRETS)
    assert json.loads(outputs[1].partition("\nfimbot: ")[0])["withheld"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 500, 503])
def test_7_a_key_that_the_server_says_again_is_not_repeated(stubbed: Workshop, status: int) -> None:
    echo = {"message": f"no {KEY}", "detail": [{"msg": f"Bearer {KEY}", "loc": [KEY]}], "error": {"message": KEY}}
    stubbed.server.always = scripts.status(status, echo, {"Retry-After": "0", "Location": f"/{KEY}", "X-Key": KEY})
    done = stubbed.fimbot("suggest", "HEAD~1", "-v", "--format", "json", "--deadline", "5")
    assert done.status == 3
    assert KEY not in done.out + done.err
    for place in (stubbed.home, stubbed.root):
        assert not any(KEY.encode() in path.read_bytes() for path in place.rglob("*") if path.is_file())


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_8_a_run_that_was_killed_and_is_repeated_sends_nothing_twice(workshop: Workshop) -> None:
    workshop.commit()
    workshop.commit({f"m{n}.py": f"def f{n}() -> int:\n    pass\n" for n in range(4)})
    done = scripts.fill("    return 1\n")
    workshop.server.plan(done, done, scripts.silent)
    process = subprocess.Popen(
        [sys.executable, "-m", "fimbot", "suggest", "HEAD~1"],
        cwd=workshop.root,
        env=workshop.environ | {"FIMBOT_CONCURRENCY": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 30
    while len(workshop.server.requests) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    workshop.server.text = "    return 1\n"
    assert "4 of 4 stubs filled" in workshop.fimbot("suggest", "HEAD~1").out
    bodies = [json.dumps(request.body, sort_keys=True) for request in workshop.server.requests]
    answered = bodies[:2]
    assert len(bodies) == 5  # two answered, one that nobody answered, and the two that were missing
    assert not set(answered) & set(bodies[2:])


def test_8_two_runs_at_once_leave_patches_that_apply(stubbed: Workshop) -> None:
    command = [sys.executable, "-m", "fimbot", "suggest", "HEAD~1"]
    runs = [
        subprocess.Popen(command, cwd=stubbed.root, env=stubbed.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for run in runs:
        _, err = run.communicate(timeout=60)
        assert run.returncode == 0, err
    stubbed.git("apply", ".git/fimbot/patches/all.patch")
    assert (stubbed.root / "a.py").read_text() == FILLED
