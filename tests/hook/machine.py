"""A user at work in a real repository, at random: does what they have not committed survive fimbot?

After each step the working tree (bytes and modes) and Git's own files (index, refs, stash, logs, configuration) are
what a model says. What the user does changes the model; fimbot may change of it

- nothing, when a hook runs or is killed;
- holes of stubs in the working tree and no other byte, on `apply`;
- holes of stubs in the index and nothing else, on `apply --cached`.

Stubs and fills are lines of fixed texts, so that this is judged without fimbot's help: with these lines taken out, a
file is the same before and after.
"""

from __future__ import annotations

import difflib
import os
import shutil
import stat
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.doubles.langdock import KEY
from tests.hook.forks import Ended, Kill, Runner

FILL = b'    return "filled"\n'
BODIES = (b"    pass\n", b"    ...\n", b"    # TODO: later\n    raise NotImplementedError\n")
HOLE_LINES = frozenset(line for text in (FILL, *BODIES) for line in text.split(b"\n"))

NAMES = ("a.py", "b b.py", "[c].py", "d/e.py", "d/ü.py", "-f.py", "g.js", "h.txt")
POSIX_NAMES = ('"q".py', "*.py") if os.name != "nt" else ()
ATTRIBUTES = {"plain": "", "converted": "*.py text eol=crlf\n", "of another hash": ""}

blocks = st.one_of(
    st.integers(0, 99).map(lambda n: b"x%d = %d\n" % (n, n)),
    st.builds(lambda n, body: b"def f%d(a):\n%s" % (n, body), st.integers(0, 9), st.sampled_from(BODIES)),
    st.sampled_from([b"\n", b"# \xc3\xa4\n", b"\ty\n", b"# \xff\n", b"def done(a):\n    return 1\n"]),
)
contents = st.lists(blocks, max_size=8).map(b"".join)
newlines = st.sampled_from([b"\n", b"\n", b"\n", b"\r\n"])
names = st.sampled_from(NAMES + POSIX_NAMES)
# What is drawn must not depend on what a killed process left behind: so it is a number, and the rest of a division.
picks = st.integers(0, 9999)
delays = st.floats(0, 0.12, allow_nan=False)
kills = st.builds(Kill, delays, st.booleans())


@dataclass(frozen=True, slots=True)
class State:
    files: Mapping[str, tuple[bytes, int]]
    """By path: content and mode."""
    git: Mapping[str, bytes]
    """Git's own files, without objects, which only become more, and without fimbot's directory."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """What all sequences share. `tally` counts what was done."""

    directory: Path
    runner: Runner
    environ: Mapping[str, str]
    templates: Mapping[str, Path]
    tally: Counter[str] = field(default_factory=Counter)


def open_workbench(directory: Path, runner: Runner, environ: Mapping[str, str]) -> Workbench:
    """Makes the repositories that each sequence begins with a copy of. `environ`: a Workshop's."""
    templates = {name: directory / f"template {number}" for number, name in enumerate(ATTRIBUTES)}
    for name, root in templates.items():
        hash_function = "sha256" if name == "of another hash" else "sha1"
        root.mkdir()

        def git(*arguments: str, root: Path = root) -> None:
            subprocess.run(["git", *arguments], cwd=root, env=environ, check=True, capture_output=True)

        git("init", "-q", "--template=", f"--object-format={hash_function}")
        # Durability is not what is tested, and costs more than all the rest.
        for key, value in (("core.fsync", "none"), ("gc.auto", "0"), ("core.autocrlf", "false")):
            git("config", key, value)
        (root / ".gitattributes").write_text(ATTRIBUTES[name])
        (root / "a.py").write_bytes(b"x0 = 0\nx1 = 1\n\n\ndef f0(a):\n    pass\n")
        (root / "d").mkdir()
        (root / "d/e.py").write_bytes(b"x0 = 0\n" * 20)
        git("add", "--all")
        git("commit", "-qm", "first")
        hook = root / ".git/hooks/pre-commit"
        hook.parent.mkdir()
        hook.write_text(runner.hook_script())
        hook.chmod(0o755)
    return Workbench(directory, runner, environ, templates)


class UserAtWork(RuleBasedStateMachine):
    """Abstract: `machine_for` binds it to a workbench."""

    workbench: Workbench

    def __init__(self) -> None:
        super().__init__()
        self.root = Path()
        self.model = State({}, {})

    @initialize(template=st.sampled_from(sorted(ATTRIBUTES)), content=contents)
    def begin(self, template: str, content: bytes) -> None:
        self.root = self.workbench.directory / "repository"
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(self.workbench.templates[template], self.root, symlinks=True)
        self.workbench.tally["sequences"] += 1
        # A copy's times are not those in its index: git would write them down for anybody who lets it.
        self._write("a.py", self._worktree("a.py") + content)
        self._write("b b.py", b"def f1(a):\n    pass\n" + content)
        self._git("add", "b b.py")
        self.model = self._read()

    # The user edits.

    @rule(name=names, content=contents, newline=newlines)
    def write(self, name: str, content: bytes, newline: bytes) -> None:
        self._edit(name, content.replace(b"\n", newline))

    @rule(pick=picks, body=st.sampled_from(BODIES), number=st.integers(0, 9))
    def add_stub(self, pick: int, body: bytes, number: int) -> None:
        name = self._some_file(pick)
        before = self._worktree(name)
        newline = b"\r\n" if b"\r\n" in before else b"\n"
        gap = newline if before and not before.endswith(b"\n") else b""
        self._edit(name, before + gap + (b"def g%d(a):\n%s" % (number, body)).replace(b"\n", newline))

    @rule(pick=picks, line=st.sampled_from([b"x = 1\n", b"    y = 2\n", b"z\n", b"# no end"]), place=picks)
    def insert_line(self, pick: int, line: bytes, place: int) -> None:
        name = self._some_file(pick)
        lines = self._worktree(name).splitlines(keepends=True)
        at = place % (len(lines) + 1) if line.endswith(b"\n") else len(lines)
        self._edit(name, b"".join([*lines[:at], line, *lines[at:]]))

    @rule(pick=picks, place=picks, number=st.integers(1, 3))
    def delete_lines(self, pick: int, place: int, number: int) -> None:
        name = self._some_file(pick)
        lines = self._worktree(name).splitlines(keepends=True)
        start = place % (len(lines) + 1)
        self._edit(name, b"".join(lines[:start] + lines[start + number :]))

    @rule(name=names)
    def make_binary(self, name: str) -> None:
        self._edit(name, b"\0\1" + self._worktree(name))

    @rule(pick=picks)
    def delete(self, pick: int) -> None:
        name = self._some_file(pick)
        (self.root / name).unlink()
        self._expect(name, None)

    @rule(pick=picks, to=names)
    def rename(self, pick: int, to: str) -> None:
        name = self._some_file(pick)
        moved = self.model.files[name]
        (self.root / to).parent.mkdir(exist_ok=True)
        (self.root / name).replace(self.root / to)
        self._expect(name, None)
        self._expect(to, moved)

    @precondition(lambda self: os.name != "nt")
    @rule(pick=picks, mode=st.sampled_from([0o644, 0o755, 0o600]))
    def change_mode(self, pick: int, mode: int) -> None:
        name = self._some_file(pick)
        (self.root / name).chmod(mode)
        self._expect(name, (self.model.files[name][0], mode))

    # The user stages.

    @rule(pick=picks)
    def stage_file(self, pick: int) -> None:
        self._user("add", "--", f":(literal){self._some_file(pick)}")

    @rule()
    def stage_all(self) -> None:
        self._user("add", "--all")

    @rule(pick=picks)
    def announce(self, pick: int) -> None:
        self._user("add", "--intent-to-add", "--", f":(literal){self._some_file(pick)}")

    @rule(pick=picks, which=st.integers(0, 2**16 - 1))
    def stage_some_hunks(self, pick: int, which: int) -> None:
        """Between the index and the working tree: some of what differs."""
        name = self._some_file(pick)
        old, new = self._staged(name), self._worktree(name)
        mixed = _some_changes(old, new, which)
        blob = self._git("hash-object", "-w", "--stdin", input=mixed).decode().strip()
        self._user("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")

    @rule(pick=picks)
    def stage_with_a_patch(self, pick: int) -> None:
        name = self._some_file(pick)
        patch = self._git("diff-files", "-p", "--", f":(literal){name}")
        if patch:
            self._user("apply", "--cached", "--whitespace=nowarn", "-", input=patch)

    @rule(pick=picks)
    def unstage(self, pick: int) -> None:
        self._user("reset", "-q", "--", f":(literal){self._some_file(pick)}")

    # The user commits.

    @rule(options=st.sampled_from([(), ("--all",), ("--amend",), ("--no-verify",), ("--all", "--no-verify")]))
    def commit(self, options: tuple[str, ...]) -> None:
        self._commit(*options)

    @rule(pick=picks)
    def commit_one_file(self, pick: int) -> None:
        self._commit("--", f":(literal){self._some_file(pick)}")

    @rule(pop=st.booleans())
    def stash(self, pop: bool) -> None:
        self._user("stash", *(["pop"] if pop else []), "-q")

    # fimbot is at work.

    @rule(
        arguments=st.sampled_from([(), (), (), ("--check",), ("--all",), ("--mode", "warn")]),
        only=st.lists(names | st.just("nowhere.py"), max_size=3, unique=True),
    )
    def hook(self, arguments: tuple[str, ...], only: list[str]) -> None:
        self._hook(arguments, only)

    @rule(arguments=st.sampled_from([(), (), ("--check",)]), kill=kills)
    def killed_hook(self, arguments: tuple[str, ...], kill: Kill) -> None:
        self._hook(arguments, [], kill)

    @rule(kill=st.none() | st.none() | kills)
    def hook_and_apply(self, kill: Kill | None) -> None:
        self._hook((), [])
        self._apply("--all", kill=kill)

    @rule(pick=picks, kill=st.none() | kills)
    def apply_one(self, pick: int, kill: Kill | None) -> None:
        self._apply(self._some_id(pick), kill=kill)

    @rule(kill=st.none() | st.none() | kills)
    def apply_to_the_index(self, kill: Kill | None) -> None:
        self._hook((), [])
        before = self.model
        staged = self._index()
        ended = self._fimbot("apply", "--all", "--cached", kill=kill)
        after = self._read()
        lock = self.root / ".git/index.lock"
        if kill and kill.group and lock.exists():
            # git itself was killed, and says then that the user is to remove it.
            lock.unlink()
            after = self._read()
        assert after.files == before.files
        assert _without(after.git, "index") == _without(before.git, "index")
        now = self._index()
        assert _without_holes(now) == _without_holes(staged)
        self._count_applied(ended, before.git["index"] != after.git["index"])
        self.model = after

    @rule(pick=picks)
    def dismiss(self, pick: int) -> None:
        self._fimbot("dismiss", self._some_id(pick))
        self._unchanged()

    def _hook(self, options: tuple[str, ...], names: list[str], kill: Kill | None = None) -> None:
        separator = ["--"] if names else []
        ended = self._fimbot("hook", *options, *separator, *names, kill=kill)
        self._unchanged()
        if not ended.killed and "--check" not in options:
            assert ended.status in (0, 1), ended.output
        self.workbench.tally["hooks that showed something"] += ended.status == 1

    def _apply(self, which: str, kill: Kill | None) -> None:
        before = self.model
        ended = self._fimbot("apply", which, kill=kill)
        if ended.killed:
            # A new file that had not taken its place yet.
            for left in self.root.rglob(".fimbot-*"):
                left.unlink()
        after = self._read()
        assert after.git == before.git
        assert {name: mode for name, (_, mode) in after.files.items()} == {
            name: mode for name, (_, mode) in before.files.items()
        }
        changed = [name for name in before.files if before.files[name] != after.files[name]]
        for name in changed:
            assert _without_hole(after.files[name][0]) == _without_hole(before.files[name][0]), name
        assert not changed or ended.status in (0, -9), ended.output
        self._count_applied(ended, bool(changed))
        self.model = after

    def _count_applied(self, ended: Ended, changed: bool) -> None:
        self.workbench.tally["applies that changed something"] += changed
        self.workbench.tally["killed applies that changed something"] += changed and ended.killed

    def _unchanged(self) -> None:
        now = self._read()
        assert now == self.model, _difference(self.model, now)

    # How it is done.

    def _fimbot(self, *arguments: str, kill: Kill | None = None) -> Ended:
        ended = self.workbench.runner.run(arguments, self.root, self.workbench.environ, kill)
        self.workbench.tally[f"fimbot {arguments[0]}"] += 1
        self.workbench.tally["kills that met it"] += ended.killed
        note(f"fimbot {arguments}: {ended.status} {ended.output}")
        assert "Traceback" not in ended.output and KEY not in ended.output, ended.output
        return ended

    def _commit(self, *options: str) -> None:
        """The hook stops it or not: the working tree stays what it is, and so does what was staged if it stops."""
        files = self.model.files
        staged = self._index()
        status = self._git_status("commit", "--allow-empty", "-qm", "work", *options)
        self.workbench.tally["commits"] += status == 0
        now = self._read()
        assert now.files == files
        assert not status or self._index() == staged
        self.model = now

    def _edit(self, name: str, content: bytes) -> None:
        mode = self.model.files[name][1] if name in self.model.files else None
        self._write(name, content)
        self._expect(name, (content, mode or _mode(self.root / name)))

    def _write(self, name: str, content: bytes) -> None:
        (self.root / name).parent.mkdir(exist_ok=True)
        (self.root / name).write_bytes(content)

    def _expect(self, name: str, file: tuple[bytes, int] | None) -> None:
        files = {**self.model.files, name: file}
        self.model = State({name: file for name, file in files.items() if file is not None}, self.model.git)
        self.workbench.tally["edits"] += 1

    def _user(self, *arguments: str, input: bytes = b"") -> None:
        """A command of the user's own: whatever it makes of it is their work."""
        self.workbench.tally["stagings and stashes"] += 1
        self._git_status(*arguments, input=input)
        self.model = self._read()

    def _git_status(self, *arguments: str, input: bytes = b"") -> int:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=dict(self.workbench.environ),
            input=input,
            capture_output=True,
            check=False,
        )
        note(f"git {arguments}: {done.returncode} {done.stdout!r} {done.stderr!r}")
        assert b"Traceback" not in done.stderr
        assert b".lock" not in done.stderr, done.stderr
        return done.returncode

    def _git(self, *arguments: str, input: bytes = b"") -> bytes:
        return subprocess.run(
            ["git", *arguments],
            cwd=self.root,
            env=dict(self.workbench.environ),
            input=input,
            capture_output=True,
            check=True,
        ).stdout

    def _some_file(self, pick: int) -> str:
        if not self.model.files:
            self._edit("a.py", b"x = 1\n")
        return sorted(self.model.files)[pick % len(self.model.files)]

    def _some_id(self, pick: int) -> str:
        lines = self._fimbot("apply", "--list").output.splitlines()
        return lines[pick % len(lines)].split(" ")[0] if lines else "0123456789ab"

    def _worktree(self, name: str) -> bytes:
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return b""

    def _staged(self, name: str) -> bytes:
        done = subprocess.run(
            ["git", "cat-file", "blob", f":{name}"],
            cwd=self.root,
            env=dict(self.workbench.environ),
            capture_output=True,
            check=False,
        )
        return done.stdout

    def _index(self) -> dict[str, bytes]:
        """By mode, stage and path: the content."""
        listed = self._git("ls-files", "--stage", "-z").decode().split("\0")
        entries = [line.partition("\t") for line in listed if line]
        blobs = [head.split(" ")[1] for head, _, _ in entries]
        answers = self._git("cat-file", "--batch", input="".join(f"{blob}\n" for blob in blobs).encode())
        contents: dict[str, bytes] = {}
        for head, _, path in entries:
            size = int(answers[: answers.index(b"\n")].split(b" ")[2])
            start = answers.index(b"\n") + 1
            mode, _, stage = head.split(" ")
            contents[f"{mode} {stage} {path}"] = answers[start : start + size]
            answers = answers[start + size + 1 :]
        return contents

    def _read(self) -> State:
        files: dict[str, tuple[bytes, int]] = {}
        git: dict[str, bytes] = {}
        for directory, below, found in os.walk(self.root):
            at = Path(directory)
            inside = at.relative_to(self.root).as_posix()
            if inside == ".git":
                below[:] = [name for name in below if name not in ("objects", "fimbot")]
            for name in found:
                path = (at / name).relative_to(self.root).as_posix()
                if path.startswith(".git/"):
                    git[path.removeprefix(".git/")] = (at / name).read_bytes()
                else:
                    files[path] = ((at / name).read_bytes(), _mode(at / name))
        return State(files, git)


def machine_for(workbench: Workbench) -> type[UserAtWork]:
    return type("UserAtWork", (UserAtWork,), {"workbench": workbench})


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _some_changes(old: bytes, new: bytes, which: int) -> bytes:
    """`which`: a bit for each place at which they differ, and again from the first for the 17th."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    pieces: list[bytes] = []
    matcher = difflib.SequenceMatcher(None, before, after, False)
    for number, (_, start, end, new_start, new_end) in enumerate(matcher.get_opcodes()):
        pieces += after[new_start:new_end] if which >> number % 16 & 1 else before[start:end]
    return b"".join(pieces)


def _without_hole(content: bytes) -> list[bytes]:
    """The lines that no stub's body and no fill consists of. A body that lost its second `def` may hold a comment; one
    between a body and a blank line is the user's own."""
    lines = [line.removesuffix(b"\r") for line in content.split(b"\n")]
    in_hole = [line in HOLE_LINES for line in lines]
    between = [False] * len(lines)
    holes = [at for at, inside in enumerate(in_hole) if inside and lines[at]]
    for start, end in pairwise(holes):
        if all(not line or line.startswith(b"#") for line in lines[start + 1 : end]):
            between[start:end] = [True] * (end - start)
    return [
        line
        for line, inside, inner in zip(content.split(b"\n"), in_hole, between, strict=True)
        if not inside and not inner
    ]


def _without_holes(index: Mapping[str, bytes]) -> dict[str, list[bytes]]:
    return {name: _without_hole(content) for name, content in index.items()}


def _without(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    return {each: content for each, content in files.items() if each != name}


def _difference(before: State, after: State) -> list[str]:
    return [
        name
        for one, other in ((before.files, after.files), (before.git, after.git))
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]
