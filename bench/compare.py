"""Whether two revisions of fimbot find the same stubs, field by field.

    git worktree add --detach /tmp/before REVISION
    python -m bench.compare /tmp/before REPOSITORY... [--trees DIRECTORY...] [--ranges 12]

The finder of each revision runs in processes of its own over the histories of the repositories (from the oldest commit,
the last 100, the last commits one by one, slices in between, and whole files), and over every file of whole directories
with six sets of added lines each. What they say is compared exactly: every field of every `Stub` and `Skip`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise, zip_longest
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]

# Both run what both revisions have: `read_changes`, `open_blobs` and `find_stubs`.
CHANGES = """
import sys
from pathlib import Path
import fimbot
from fimbot.changes import Selection, open_blobs, open_repository, read_changes
from fimbot.errors import ParseError
from fimbot.stubs.find import find_stubs
from fimbot.values import SkippedFile
assert fimbot.__file__.startswith(sys.argv[1]), fimbot.__file__
repository = open_repository(Path(sys.argv[2]))
for revision in sys.argv[3:]:
    selection = Selection("HEAD", all_files=True) if revision == "--all" else Selection(revision)
    print("range", revision)
    with open_blobs(repository, selection, max_file_bytes=1_000_000) as blobs:
        for change in read_changes(repository, selection, max_file_bytes=1_000_000):
            print(ascii(change))
            content = change if isinstance(change, SkippedFile) else blobs.read(change)
            if isinstance(content, SkippedFile):
                print(ascii(content))
                continue
            try:
                for found in find_stubs(change.path, content, change.added):
                    print("found", ascii(found))
            except ParseError as error:
                print(change.path, error)
"""

TREES = """
import os, random, sys
import fimbot
from fimbot.errors import ParseError
from fimbot.stubs.find import find_stubs
from fimbot.stubs.table import language_of
from fimbot.values import WHOLE_FILE, LineRange
assert fimbot.__file__.startswith(sys.argv[1]), fimbot.__file__

def added_sets(path, lines):
    yield [WHOLE_FILE]
    yield [LineRange(1, lines)]
    chance = random.Random(os.path.basename(path))
    for most in (1, 3, 20, 200):
        starts = sorted(chance.sample(range(1, lines + 1), min(most, lines)))
        yield [LineRange(start, start + chance.choice([0, 0, 1, 5]) ) for start in starts]

for root in sys.argv[2:]:
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            if language_of(path) is None or os.path.islink(path) or os.path.getsize(path) > 1_000_000:
                continue
            source = open(path, "rb").read()
            for number, added in enumerate(added_sets(path, source.count(b"\\n") + 1)):
                print("file", ascii(path), number)
                try:
                    for found in find_stubs(os.path.relpath(path, root), source, added):
                        print("found", ascii(found))
                except ParseError as error:
                    print(error)
"""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("before", type=Path, help="a checkout of the other revision")
    arguments.add_argument("repositories", type=Path, nargs="*")
    arguments.add_argument("--trees", type=Path, nargs="*", default=[])
    arguments.add_argument("--ranges", type=int, default=12, help="last commits, and slices, of each history")
    options = arguments.parse_args()
    before = options.before.resolve()
    same = True
    print(f"{'':24}{'files':>9}{'found':>9}{'CPU s before':>14}{'after':>8}")
    for repository in options.repositories:
        ranges = list(_ranges(repository, options.ranges))
        same &= _row(f"{repository.name}, {len(ranges)} ranges", before, CHANGES, str(repository.resolve()), *ranges)
    for tree in options.trees:
        same &= _row(str(tree)[-23:], before, TREES, str(tree.resolve()))
    print("the same" if same else "NOT the same")
    return not same


def _ranges(repository: Path, count: int) -> Iterator[str]:
    command = ["git", "-C", str(repository), "rev-list", "--first-parent", "--reverse", "HEAD"]
    commits = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    yield from ("--all", f"{commits[0]}..HEAD", f"{commits[max(0, len(commits) - 100)]}..HEAD")
    yield from (f"{commit}^!" for commit in commits[-count:])
    step = max(1, len(commits) // count)
    slices = commits[::step]
    yield from (f"{old}..{new}" for old, new in pairwise(slices))


def _row(title: str, before: Path, script: str, *arguments: str) -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        old, new = Path(scratch) / "before", Path(scratch) / "after"
        seconds = [_run(checkout, script, arguments, to) for checkout, to in ((before, old), (HERE, new))]
        files = found = 0
        with old.open(encoding="ascii") as left, new.open(encoding="ascii") as right:
            for one, other in zip_longest(left, right):
                if one != other:
                    print(f"{title}\n  before: {one}  after:  {other}")
                    return False
                files += one.startswith(("FileChange", "file"))
                found += one.startswith("found")
    print(f"{title:24}{files:>9,}{found:>9,}{seconds[0]:14.1f}{seconds[1]:8.1f}", flush=True)
    return True


def _run(checkout: Path, script: str, arguments: tuple[str, ...], to: Path) -> float:
    """The CPU seconds that it took, git's included."""
    begun = os.times()
    with to.open("wb") as output:
        command = [sys.executable, "-c", script, str(checkout), *arguments]
        environ = {**os.environ, "PYTHONPATH": str(checkout)}
        subprocess.run(command, cwd=checkout, env=environ, stdout=output, check=True)
    ended = os.times()
    return ended.children_user + ended.children_system - begun.children_user - begun.children_system


if __name__ == "__main__":
    sys.exit(main())
