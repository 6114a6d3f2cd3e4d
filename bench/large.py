"""What `fimbot scan` takes for a large change, beside the `git diff-tree -p -U0` that it reads.

    python -m bench.large [REPOSITORY...]

The change is 400,004 lines of ordinary code without a stub in 1,565 new files: 1,252 of Python, 157 of JavaScript, 156
of Go, one in six with an `except OSError: pass`. Of a repository it is all that came after its first commit, and its
last 100 commits. Whole processes, medians of turns; CPU and memory are scan's, with its gits.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.startup import commit, git

FILES, LINES, ROUNDS = 1_565, 400_004, 5

PYTHON = '''
class Store{n}:
    """Keeps the rows of table {n}."""

    def __init__(self, path, size={n}):
        self.path = path
        self.rows = [None] * size

    def load(self, value, *, strict=True):
        """The rows with that value."""
        for at, row in enumerate(self.rows):
            if row.get("name") == value and at % {n}:
                self.rows[at] = json.dumps(row, sort_keys=strict)
            else:
                continue
        return Counter(self.rows)


def total_{n}(items, limit={n}):
    # every row is counted once
    total = sum(len(item.rows) for item in items)
    if total > limit:
        raise ValueError("too many rows for {n}: %d" % total)
    return total

'''
CLEANED = (
    PYTHON
    + """
def clean_{n}(path):
    try:
        os.remove(path)
    except OSError:
        pass
    return path

"""
)
JAVASCRIPT = """
function load{n}(path, options) {{
  const text = fs.readFileSync(path, 'utf8');
  if (text.length > {n}) {{
    return text.split('\\n').map((line) => line.trim());
  }}
  // the rest is kept
  return [text, options && options.size || {n}];
}}

class Row{n} {{
  constructor(name, value) {{
    this.name = name;
    this.value = value;
  }}

  total(items) {{
    return items.reduce((sum, item) => sum + item.value * this.value, 0);
  }}
}}
"""
GO = """
// Load{n} reads the rows.
func Load{n}(path string, size int) ([]string, error) {{
	rows := make([]string, 0, size)
	for i := 0; i < {n}; i++ {{
		rows = append(rows, fmt.Sprintf("%s-%d", path, i))
	}}
	if len(rows) == 0 {{
		return nil, fmt.Errorf("no rows in %s", path)
	}}
	return rows, nil
}}
"""


def main() -> None:
    print(f"{'':24}{'git s':>8}{'scan s':>8}{'ratio':>7}{'CPU s':>7}{'MB':>5}")
    with tempfile.TemporaryDirectory() as scratch:
        repository = Path(scratch) / "large"
        commit(repository, {"README": "x\n"})
        for path, text in _files().items():
            (repository / path).parent.mkdir(parents=True, exist_ok=True)
            (repository / path).write_text(text, encoding="utf-8")
        git(repository, "add", "-A")
        git(repository, "commit", "-qm", "all of it")
        _row("400,004 lines", repository, "HEAD~1", "HEAD~1..HEAD")
    for name in sys.argv[1:]:
        repository = Path(name).resolve()
        listed = ["git", "rev-list", "--first-parent", "--reverse", "HEAD"]
        commits = subprocess.run(listed, cwd=repository, capture_output=True, text=True, check=True).stdout.split()
        _row(f"{repository.name}, all", repository, f"{commits[0]}..HEAD", f"{commits[0]}..HEAD")
        _row(f"{repository.name}, last 100", repository, f"{commits[-101]}..HEAD", f"{commits[-101]}..HEAD")


def _files() -> dict[str, str]:
    files: dict[str, str] = {}
    left = LINES
    for number in range(FILES):
        ending = "js" if number % 10 == 3 else "go" if number % 10 == 7 else "py"
        unit = {"js": JAVASCRIPT, "go": GO, "py": PYTHON if number % 6 else CLEANED}[ending]
        lines = left // (FILES - number)
        units, rest = divmod(lines, unit.count("\n"))
        text = "".join(unit.format(n=n) for n in range(units)) + "\n" * rest
        files[f"part{number % 40}/file{number}.{ending}"] = text
        left -= lines
    return files


def _row(title: str, repository: Path, scanned: str, compared: str) -> None:
    commands = (
        ["git", "diff-tree", "-r", "-p", "-U0", "-M", *compared.split("..")],
        [sys.executable, "-m", "fimbot", "scan", scanned],
    )
    taken: list[list[tuple[float, float, float]]] = [[], []]
    for _ in range(ROUNDS):
        for each, command in zip(taken, commands, strict=True):
            each.append(_run(command, repository))
    git_s, scan_s = (statistics.median(seconds for seconds, _, _ in each) for each in taken)
    cpu, memory = (statistics.median(values) for values in list(zip(*taken[1], strict=True))[1:])
    print(f"{title:24}{git_s:8.2f}{scan_s:8.2f}{scan_s / git_s:7.1f}{cpu:7.2f}{memory:5.0f}", flush=True)


def _run(command: Sequence[str], at: Path) -> tuple[float, float, float]:
    """Seconds, CPU seconds, and the megabytes of the largest of its processes."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=at, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    assert status == 0, command
    process.returncode = 0
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6


if __name__ == "__main__":
    main()
