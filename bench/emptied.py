"""Whether a function that was emptied is found, and what real histories hold that only looks so.

    python -m bench.emptied blank DIR [DIR ...]     every function of these trees, emptied in several ways
    python -m bench.emptied history GIT-DIR [N]     what the rule adds in the last N commits (300), with its text

`blank` puts a tree into a real repository and commits, again and again, one emptied function a file; what
`fimbot scan HEAD~1..HEAD` finds of it is counted by tier, and each that is neither `fill` nor `suggest` is listed.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from fimbot import pipeline
from fimbot.changes import Selection, open_blobs, open_repository
from fimbot.settings.values import Settings
from fimbot.stubs.file import SourceFile
from fimbot.stubs.language import Body, Language
from fimbot.stubs.parsed import ParsedFile, parsed_file
from fimbot.stubs.table import language_of
from fimbot.values import WHOLE_FILE, Skip, Stub, stub_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from fimbot.stubs.collect import Findings

MAX_BYTES = 500_000
ROUNDS = 40
"""So many functions of a file at most."""
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false")


class Function(NamedTuple):
    name: str
    body: Body
    first: int
    """Where its first statement begins, after the documentation."""
    end: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    blank = commands.add_parser("blank")
    blank.add_argument("trees", nargs="+", type=Path)
    history = commands.add_parser("history")
    history.add_argument("repository", type=Path)
    history.add_argument("commits", nargs="?", type=int, default=300)
    arguments = parser.parse_args()
    if arguments.command == "history":
        print_history(arguments.repository, arguments.commits)
        return
    for tree in arguments.trees:
        print_blanked(tree)


# --- blank


def print_blanked(tree: Path) -> None:
    for way, edit in WAYS.items():
        counts: Counter[str] = Counter()
        missed: list[str] = []
        for wanted, findings in _emptied_commits(tree, edit):
            fates = {(stub_of(each).path, stub_of(each).name): _fate(each) for each in _all(findings)}
            for each in wanted:
                fate = fates.get(each, "not found")
                counts[fate if fate in ("fill", "suggest") else "missed"] += 1
                missed += [] if fate in ("fill", "suggest") else [f"   {each[0]} {each[1]}: {fate}"]
        total = counts.total()
        if total:
            found = counts["fill"] + counts["suggest"]
            print(f"{tree.name:34}{way:22}{total:6}{counts['fill']:6}{counts['suggest']:8}{found / total:8.1%}")
            print("\n".join(missed), end="\n" if missed else "", flush=True)


def _fate(found: Stub | Skip) -> str:
    return (
        f"exempt, {found.reason}"
        if isinstance(found, Skip)
        else (found.tier if found.tier != "report" else f"report, {found.why}")
    )


def _all(findings: Findings) -> tuple[Stub | Skip, ...]:
    return (*findings.wanted, *findings.listed)


def _emptied_commits(tree: Path, edit: Edit) -> Iterator[tuple[list[tuple[str, str]], Findings]]:
    """What was emptied in a commit (path, name), and what is found of it; one function of each file at a time."""
    with TemporaryDirectory(prefix="fimbot-bench-") as directory:
        root = Path(directory)
        sources = _copied(tree, root)
        _git(root, "init", "-q")
        _commit(root)
        functions = {path: list(_functions(path, source)) for path, source in sources.items()}
        for at in range(ROUNDS):
            wanted = []
            for path, source in sources.items():
                changed = None
                if at < len(functions[path]):
                    changed = edit(path, source, functions[path][at])
                (root / path).write_bytes(changed or source)
                wanted += [(path, functions[path][at].name)] if changed else []
            if wanted:
                # The trees' own state, then what was emptied: the next round begins from the whole text again.
                _commit(root)
                yield wanted, _found(root, "HEAD~1..HEAD")
                _git(root, "reset", "-q", "--hard", "HEAD~1")


def _copied(tree: Path, root: Path) -> dict[str, bytes]:
    sources = {}
    for file in sorted(tree.rglob("*")):
        path = file.relative_to(tree).as_posix()
        if file.is_file() and not file.is_symlink() and language_of(path) and file.stat().st_size <= MAX_BYTES:
            if ".min." in path or path.endswith((".pyi", ".d.ts")):
                continue
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, root / path)
            sources[path] = file.read_bytes()
    return sources


def _functions(path: str, source: bytes) -> Iterator[Function]:
    """Those with statements, and a name that no other has."""
    parsed = parsed_file(path, source)
    file, language = SourceFile(parsed, (WHOLE_FILE,)), parsed.language
    found: list[Function] = []
    owners: list[Node] = []
    for node in file.touched_nodes():
        while owners and owners[-1].end_byte <= node.start_byte:
            owners.pop()
        if node.type in language.callable_types and (simple := file.name_of(node)) and (body := language.body(node)):
            name = file.qualified_name(owners, simple)
            found += filter(None, [_function(parsed, language, name, body)])
        if node.type in language.callable_types or node.type in language.owner_types:
            owners.append(node)
    names = Counter(each.name for each in found)
    return (each for each in found if names[each.name] == 1)


def _function(file: ParsedFile, language: Language, name: str, body: Body) -> Function | None:
    if body.shape != "block":
        return None
    items = [each for each in body.items if each.type not in language.comment_types]
    kinds = [language.classify(each).kind for each in items]
    if "code" not in kinds or "missing" in kinds:
        return None
    statements = [each for each, kind in zip(items, kinds, strict=True) if kind != "docstring"]
    return Function(name, body, statements[0].start_byte, max(statements[-1].end_byte, body.items[-1].end_byte))


Edit = Callable[[str, bytes, Function], bytes | None]


def _put(text: bytes) -> Edit:
    """In place of the statements; the documentation stays."""

    def edit(path: str, source: bytes, function: Function) -> bytes | None:
        if function.body.closed:
            return None
        return source[: function.first] + text + source[function.end :]

    return edit


def _braces(path: str, source: bytes, function: Function) -> bytes | None:
    """`{}`, or `def f` and `end`."""
    if not function.body.closed:
        return None
    between = b"" if source[function.body.start - 1 : function.body.start] == b"{" else b"\n"
    return source[: function.body.start] + between + source[function.body.end :]


def _lines(path: str, source: bytes, function: Function) -> bytes | None:
    """The lines of the statements deleted, and none added."""
    start = source.rfind(b"\n", 0, function.first) + 1
    end = source.find(b"\n", function.end) + 1
    if source[start : function.first].strip() or not end:
        return None
    if function.body.closed:
        end = source.rfind(b"\n", 0, function.body.end) + 1
        if start >= end or source[end : function.body.end].strip():
            return None
    return source[:start] + source[end:]


def _all_lines(path: str, source: bytes, function: Function) -> bytes | None:
    """The documentation and the comments are gone, too."""
    start, end = source.find(b"\n", function.body.start) + 1, source.find(b"\n", function.end) + 1
    if function.body.closed or source[function.body.start : start].strip() or not 0 < start < end:
        return None
    return source[:start] + source[end:]


WAYS: dict[str, Edit] = {
    "`pass`": _put(b"pass"),
    "`...`": _put(b"..."),
    "`{}`": _braces,
    "deleted": _lines,
    "deleted, with its docs": _all_lines,
}


# --- history


def print_history(git_dir: Path, commits: int) -> None:
    """What is found only because a body was emptied."""
    listed = _git(git_dir, "rev-list", "--no-merges", f"--max-count={commits}", "HEAD").split()
    repository = git_dir
    found = 0
    with TemporaryDirectory(prefix="fimbot-bench-") as directory:
        work = Path(directory, "clone")
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(repository), str(work)], check=True)
        for commit in listed:
            findings = _found(work, f"{commit}^!")
            for each in _all(findings):
                stub = stub_of(each)
                if stub.emptied and (isinstance(each, Skip) or stub.tier == "report"):
                    print(f"-- {commit[:10]} {stub.path}:{stub.start_line} {stub.name}: {_fate(each)}")
                elif stub.emptied:
                    found += 1
                    print(f"\n== {commit[:10]} {stub.path}:{stub.start_line} {stub.name} [{stub.tier}] {stub.why}")
                    source = findings.files[stub.path].source
                    print(source[stub.start : stub.end].decode("utf-8", "replace"))
    print(f"\n{found} in {len(listed)} commits of {git_dir}")


# --- both


def _found(root: Path, revision: str) -> Findings:
    repository, selection, settings = open_repository(root), Selection(revision), Settings()
    with open_blobs(repository, selection, max_file_bytes=settings.max_file_bytes) as blobs:
        return pipeline.find(repository, selection, blobs, settings)


def _commit(root: Path) -> None:
    _git(root, "add", "-A", "-f")
    _git(root, *IDENTITY, "commit", "-q", "--no-verify", "-m", "a commit")


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True, text=True).stdout


if __name__ == "__main__":
    main()
