"""What share of suggestions is right in repositories that nobody prepared: public packages with tests of their own.

    python -m bench.repositories DIRECTORY [PACKAGE ...] [--bodies N] [-- OPTIONS OF fimbot suggest]

Fetches each package, commits it as it is, takes the functions listed in bench/repositories_data.py out, commits their
signatures and documentation with a stub for a body, and runs `fimbot suggest HEAD~1`. Each patch is applied with plain
`git apply` to a fresh checkout, the other bodies are put back, and the package's own tests that cover the function run.
A body counts only if those tests pass with the original and fail with the stub. `--bodies`: N of each package.
Repeated, it asks again only what was not answered. Needs git, pip with pytest, npm, node, gcc, rustc and Debian's
apt-get; the embedded model unless an engine is named.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.repositories_data import PACKAGES, Body, Package, blanked

SECONDS_PER_TEST = 30


@dataclass(frozen=True, slots=True)
class Result:
    body: Body
    verdict: str
    """right, wrong, skipped, not found, does not apply."""
    reason: str = ""


def main() -> int:
    words, _, options = "\0".join(sys.argv[1:]).partition("\0--\0")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--bodies", type=int)
    asked = parser.parse_args(words.split("\0"))
    results: dict[str, list[Result]] = {}
    for name in asked.packages or PACKAGES:
        package = replace(PACKAGES[name], bodies=_spread(PACKAGES[name].bodies, asked.bodies))
        results[name] = _measure(asked.directory.resolve() / name, package, options.split("\0") if options else ())
        _details(name, results[name])
    _table(results)
    return 0


def _spread(bodies: Sequence[Body], wanted: int | None) -> Sequence[Body]:
    if wanted is None or wanted >= len(bodies):
        return bodies
    return [bodies[at * len(bodies) // wanted] for at in range(wanted)]


def _measure(place: Path, package: Package, options: Sequence[str]) -> list[Result]:
    shutil.rmtree(place / "repository", ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True)
    repository = _fetched(place, package)
    for command in package.prepare:
        _run(command, place)
    originals = {path: (repository / path).read_text(encoding="utf-8") for path in {b.path for b in package.bodies}}
    _commit(repository, "As it was published")
    functions = {body: blanked(originals[body.path], body) for body in package.bodies}
    for body, (whole, _) in functions.items():
        _replace(repository / body.path, whole, _mark(body))
    _commit(repository, "Without some functions")
    for body, (_, stub) in functions.items():
        _replace(repository / body.path, _mark(body), stub)
    _commit(repository, "Stubs")
    stubs = _suggested(place, repository, options)
    results = []
    for body in package.bodies:
        content = (repository / body.path).read_text(encoding="utf-8")
        found = _stub_of(stubs, body, content, functions[body][1])
        results.append(_judged(place, repository, package, body, functions, found))
        print(f"  {body.name}: {results[-1].verdict} {results[-1].reason}", file=sys.stderr, flush=True)
    return results


def _mark(body: Body) -> str:
    return f"\n@{body.name}@\n"


def _fetched(place: Path, package: Package) -> Path:
    """The unpacked package. What was fetched before is not fetched again."""
    archives = place / "archive"
    if not archives.exists():
        archives.mkdir()
        if package.url:
            with urllib.request.urlopen(package.url, timeout=300) as answer:  # noqa: S310 - one of PACKAGES
                (archives / package.url.rsplit("/", 1)[-1]).write_bytes(answer.read())
        else:
            _run(package.fetch, archives)
    unpacked = place / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    for archive in archives.iterdir():
        with tarfile.open(archive) as tar:
            tar.extractall(unpacked, filter="data")
    (top,) = unpacked.glob(package.top)
    repository = place / "repository"
    shutil.move(top, repository)
    _run(("git", "init", "-q", "-b", "main"), repository)
    return repository


def _suggested(place: Path, repository: Path, options: Sequence[str]) -> list[dict[str, Any]]:
    """The stubs of fimbot's report. Its answers are kept in a cache of this bench, not in the user's."""
    command = [sys.executable, "-m", "fimbot", "suggest", "HEAD~1", "--format", "json", "--deadline", "7200", *options]
    if "--engine" not in options:
        command += ["--engine", "local"]
    done = subprocess.run(
        command,
        cwd=repository,
        stdout=subprocess.PIPE,
        env={**os.environ, "XDG_CACHE_HOME": str(place / "cache")},
        check=False,
    )
    report = json.loads(done.stdout)
    (place / "report.json").write_bytes(done.stdout)
    print(f"{place.name}: {report['summary']}", file=sys.stderr, flush=True)
    stubs: list[dict[str, Any]] = report["stubs"]
    return stubs


def _stub_of(stubs: Sequence[dict[str, Any]], body: Body, content: str, stub: str) -> dict[str, Any] | None:
    """The report's stub within the lines that were blanked."""
    first = content[: content.index(stub)].count("\n") + 1
    last = first + stub.count("\n")
    return next((s for s in stubs if s["path"] == body.path and first <= s["hole"]["start_line"] <= last), None)


def _judged(
    place: Path,
    repository: Path,
    package: Package,
    body: Body,
    functions: dict[Body, tuple[str, str]],
    stub: dict[str, Any] | None,
) -> Result:
    trees = place / "tree"
    _run(("git", "worktree", "prune"), repository)
    shutil.rmtree(trees, ignore_errors=True)
    _run(("git", "worktree", "add", "-q", "--force", "--detach", str(trees), "HEAD"), repository)
    others = [other for other in functions if other is not body]
    for other in others:
        _replace(trees / other.path, functions[other][1], functions[other][0])
    if _passes(package, body, trees):
        return Result(body, "not covered", "its tests pass with the stub")
    _replace(trees / body.path, functions[body][1], functions[body][0])
    if not _passes(package, body, trees):
        return Result(body, "not covered", "its tests fail with the original")
    if stub is None:
        return Result(body, "not found")
    if stub["status"] != "filled":
        return Result(body, "skipped", stub["reason"] or f"{stub['status']}, tier {stub['tier']}")
    _run(("git", "checkout", "-q", "--force", "HEAD"), trees)
    patch = repository / stub["fill"]["patch"]
    for command in (("git", "apply", "--check", str(patch)), ("git", "apply", str(patch))):
        if subprocess.run(command, cwd=trees, check=False).returncode:
            return Result(body, "does not apply")
    for other in others:
        _replace(trees / other.path, functions[other][1], functions[other][0])
    return Result(body, "right" if _passes(package, body, trees) else "wrong", stub["fill"]["text"])


def _passes(package: Package, body: Body, tree: Path) -> bool:
    for command in package.test(body.test):
        try:
            subprocess.run(command, cwd=tree, capture_output=True, timeout=SECONDS_PER_TEST, check=True)
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return False
    return True


def _replace(path: Path, old: str, new: str) -> None:
    content = path.read_bytes()
    if content.count(old.encode()) != 1:
        raise ValueError(f"{path}: {content.count(old.encode())} times, not once:\n{old}")
    path.write_bytes(content.replace(old.encode(), new.encode()))


def _commit(repository: Path, message: str) -> None:
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")
    _run(("git", "add", "--all", "--force"), repository)
    _run(("git", *identity, "commit", "-q", "--no-verify", "-m", message), repository)


def _run(command: Sequence[str], directory: Path) -> None:
    subprocess.run(command, cwd=directory, stdout=subprocess.DEVNULL, check=True)


def _details(name: str, results: Sequence[Result]) -> None:
    print(f"\n### {name}\n")
    for result in results:
        what = f"`{result.body.name}` ({result.body.filler or 'empty'}): {result.verdict}"
        if result.verdict in ("right", "wrong"):
            print(f"{what}\n\n{_indented(result.reason)}\n")
        else:
            print(f"{what}: {result.reason}\n" if result.reason else f"{what}\n")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").split("\n"))


def _table(results: dict[str, list[Result]]) -> None:
    columns = ("right", "wrong", "skipped", "not found", "does not apply")
    total: Counter[str] = Counter()
    print(f"\n| package | language | bodies | {' | '.join(columns)} | right of those suggested |\n|{'---|' * 9}")
    for name, each in results.items():
        counted = Counter(result.verdict for result in each if result.verdict != "not covered")
        total += counted
        print(_row(name, PACKAGES[name].language, counted, columns))
    print(_row("all", "", total, columns))


def _row(name: str, language: str, counted: Counter[str], columns: Sequence[str]) -> str:
    suggested = counted["right"] + counted["wrong"]
    share = f"{counted['right'] / suggested:.0%}" if suggested else ""
    cells = [name, language, str(counted.total()), *(str(counted[column]) for column in columns), share]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
