"""How well stubs are found.

    python -m bench.detect                    precision and recall over the written cases of all languages
    python -m bench.detect scan DIR [--new]   the hits of a tree, each with its text, for reading them one by one

`--new` takes every line as added, as in a change that brings the whole tree. What was read is in DETECT.md.
"""

from __future__ import annotations

import argparse
import importlib
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fimbot.stubs.find import find_stubs
from fimbot.stubs.table import LANGUAGES, language_of
from fimbot.values import WHOLE_FILE, LineRange, Skip, Stub
from tests.stubs.cases import Case, find, told

MAX_BYTES = 1_000_000
NEW = LineRange(1, 10**6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command")
    scan = commands.add_parser("scan")
    scan.add_argument("directory", type=Path)
    scan.add_argument("--new", action="store_true")
    scan.add_argument("--quiet", action="store_true", help="totals only")
    arguments = parser.parse_args()
    if arguments.command == "scan":
        print_scan(arguments.directory, NEW if arguments.new else WHOLE_FILE, quiet=arguments.quiet)
    else:
        print_cases()


def print_cases() -> None:
    """A hit is a stub of tier fill or suggest, by name; a case that wants none counts against precision only."""
    total: Counter[str] = Counter()
    print(f"{'language':12}{'cases':>7}{'no-op':>7}{'wanted':>8}{'found':>7}{'right':>7}{'precision':>11}{'recall':>8}")
    for name in LANGUAGES:
        counts = _counts(_cases(name))
        total.update(counts)
        if counts["cases"]:
            print(_row(name, counts))
    print(_row("all", total))


def _cases(name: str) -> tuple[Case, ...]:
    # TSX stands among the cases of TypeScript.
    if name == "tsx":
        return ()
    cases: tuple[Case, ...] = importlib.import_module(f"tests.stubs.cases.{name}").CASES
    return cases


def _counts(cases: tuple[Case, ...]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for case in cases:
        wanted = Counter(one for one in case.wanted if one.startswith(("fill", "suggest")))
        found = Counter(one for one in map(told, find(case)) if one.startswith(("fill", "suggest")))
        counts.update(
            cases=1,
            none=not wanted,
            wanted=wanted.total(),
            found=found.total(),
            right=(wanted & found).total(),
        )
    return counts


def _row(name: str, c: Counter[str]) -> str:
    precision, recall = c["right"] / max(1, c["found"]), c["right"] / max(1, c["wanted"])
    return (
        f"{name:12}{c['cases']:7}{c['none']:7}{c['wanted']:8}{c['found']:7}{c['right']:7}{precision:11.3f}{recall:8.3f}"
    )


def print_scan(directory: Path, added: LineRange, *, quiet: bool) -> None:
    started, files, size = time.process_time(), 0, 0
    counts: Counter[tuple[str, str]] = Counter()
    for path in _files(directory):
        source = path.read_bytes()
        files, size = files + 1, size + len(source)
        shown = path.relative_to(directory).as_posix()
        for found in find_stubs(shown, source, [added]):
            if isinstance(found, Skip):
                counts[found.stub.language, "skipped"] += 1
                continue
            counts[found.language, found.tier if found.kind in ("empty-body", "placeholder") else found.kind] += 1
            if not quiet and found.tier != "report":
                print_hit(found, source)
    print(f"{files} files, {size / 1e6:.1f} MB, {time.process_time() - started:.1f} s of CPU")
    for (language, kind), count in sorted(counts.items()):
        print(f"{language:12}{kind:12}{count:7}")


def _files(directory: Path) -> Iterator[Path]:
    for path in sorted(directory.rglob("*")):
        if language_of(path.name) and path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_BYTES:
            yield path


def print_hit(stub: Stub, source: bytes) -> None:
    text = source[stub.start : stub.end].decode("utf-8", "replace")
    lines = text.splitlines()
    print(f"== {stub.path}:{stub.start_line} {stub.tier} {stub.name}: {stub.why}")
    print("\n".join(f"   {line}" for line in (lines if len(lines) <= 14 else [*lines[:6], "...", *lines[-7:]])))


if __name__ == "__main__":
    main()
