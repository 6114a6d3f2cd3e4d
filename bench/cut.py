"""How much of a model's overrun the cut takes away, on bodies of public code. See CUT.md.

    python -m bench.cut_corpus DIRECTORY     # once: fetches sources from npm and Debian, copies the standard library
    python -m bench.cut DIRECTORY [--bodies 180] [--processes 2] [--language NAME]

Each body of two statements or more is blanked to a TODO, found again as a stub, and answered with the true body plus
an overrun. Recovered means: the file's syntax tree is again that of the original.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from bench.cut_baselines import BASELINES
from bench.cut_bodies import Blanked, bodies_of
from bench.cut_overruns import Answer, overruns
from bench.cut_patches import Filled, wrong_patches
from fimbot.fills.frame import edit_of, frame_of
from fimbot.fills.make import hole_complete, make_fill
from fimbot.fills.together import prove_all
from fimbot.stubs.language import load
from fimbot.stubs.parsed import parsed_file
from fimbot.stubs.table import language_of
from fimbot.values import Completion, Fill, Window, apply_edits

_CHUNK = 4
"""Characters that a stream brings at a time: about a token."""
_LARGEST = 20_000
"""Bytes of a file: the whole of it is parsed for every answer and every baseline."""
_A_FILE = 4
"""Bodies of one file at most."""


@dataclass(frozen=True, slots=True)
class Result:
    language: str
    overrun: str
    outcome: str
    """"recovered", or why not."""
    case: str
    exact: bool = False
    """The bytes of the original file, not only its tree."""
    outside: bool = True
    baselines: dict[str, bool] = field(default_factory=dict)
    past: int | None = None
    """Characters past the hole's end when the stream was hung up on; below 0 is too early."""
    streamed: bool = False


@dataclass(frozen=True, slots=True)
class FileResult:
    language: str
    results: tuple[Result, ...]
    excluded: tuple[str, ...]
    patches: int
    wrong_patches: int


def measure(path: str, language: str) -> FileResult:
    source = Path(path).read_bytes()
    results, excluded, fills = [], [], {}
    original = ""
    for blanked in bodies_of(path, source, language, _A_FILE):
        if isinstance(blanked, str):
            excluded.append(blanked)
            continue
        original = original or _tree(language, source)
        for answer in overruns(blanked):
            result, filled = _measured(blanked, original, answer)
            results.append(result)
            if filled is not None:
                fills[filled.edit] = filled
    wrong = 0
    if fills:
        with tempfile.TemporaryDirectory() as directory:
            wrong = wrong_patches(Path(directory), list(fills.values()))
    return FileResult(language, tuple(results), tuple(excluded), len(fills), wrong)


def _tree(language: str, source: bytes) -> str:
    return str(load(language).parse(source).root_node)


def _measured(blanked: Blanked, original: str, answer: Answer) -> tuple[Result, Filled | None]:
    stub, data = blanked.stub, blanked.data
    window = Window(stub, _text(data[: stub.hole.start])[-6000:], _text(data[stub.hole.end :])[:4000], (), 0)
    file = parsed_file(stub.path, data, stub.language)
    made = make_fill(frame_of(file, stub), window, Completion(answer.text, answer.finish, "bench", "truth"))
    (made,) = prove_all({stub.path: file}, [made])
    filled, exact, outside = None, False, True
    if isinstance(made, Fill):
        edit = edit_of(stub, made.text)
        after = apply_edits(data, [edit])
        exact = after == blanked.source
        same = exact or _tree(blanked.language, after) == original
        outcome = "recovered" if same and answer.finish != "length" else "another tree"
        outside = after.startswith(data[: stub.hole.start]) and after.endswith(data[stub.hole.end :])
        filled = Filled(Path(stub.path).name, data, edit, after)
    else:
        outcome = "recovered" if answer.finish == "length" else f"skipped: {made.reason}"
    result = Result(
        blanked.language,
        answer.name,
        outcome,
        f"{stub.path}:{stub.start_line} {stub.name}",
        exact,
        outside,
        {name: _recovers(rule, blanked, original, answer) for name, rule in BASELINES.items() if answer.compared},
        _streamed(blanked, window, answer) if answer.streamed else None,
        answer.streamed,
    )
    return result, filled


def _recovers(rule: Callable[[str, Blanked], str], blanked: Blanked, original: str, answer: Answer) -> bool:
    data = apply_edits(blanked.data, [edit_of(blanked.stub, rule(answer.text, blanked))])
    return data == blanked.source or _tree(blanked.language, data) == original


def _streamed(blanked: Blanked, window: Window, answer: Answer) -> int | None:
    done = hole_complete(
        frame_of(parsed_file(blanked.stub.path, blanked.data, blanked.stub.language), blanked.stub), window
    )
    for end in range(_CHUNK, len(answer.text) + _CHUNK, _CHUNK):
        if done(answer.text[:end]):
            return min(end, len(answer.text)) - len(blanked.body)
    return None


def _text(data: bytes) -> str:
    return data.replace(b"\r\n", b"\n").decode("utf-8", "replace")


def files(corpus: Path, only: str | None) -> dict[str, list[str]]:
    """The files of each language, in an order that depends on nothing but their names."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(corpus.rglob("*")):
        language = language_of(path.name)
        if language is not None and path.is_file() and 200 < path.stat().st_size < _LARGEST:
            found[language].append(str(path))
    for language, paths in found.items():
        random.Random(language).shuffle(paths)
    return {language: found[language] for language in sorted(found) if only in (None, language)}


def run(corpus: Path, bodies: int, processes: int, only: str | None) -> list[FileResult]:
    done: list[FileResult] = []
    with ProcessPoolExecutor(processes) as pool:
        for language, paths in files(corpus, only).items():
            count = 0
            for start in range(0, len(paths), 16):
                batch = paths[start : start + 16]
                for result in pool.map(measure, batch, [language] * len(batch)):
                    if count < bodies:
                        done.append(result)
                        count += len({each.case for each in result.results})
                if count >= bodies:
                    break
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--bodies", type=int, default=160, help="for each language")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--language")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    done = run(options.corpus, options.bodies, options.processes, options.language)
    return 0 if report(done, time.monotonic() - began) else 1


def report(done: list[FileResult], seconds: float) -> bool:
    results = [result for file in done for result in file.results]
    columns = list(dict.fromkeys(result.overrun for result in results))
    languages = list(dict.fromkeys(result.language for result in results))
    cases = {(result.language, result.case) for result in results}
    print(f"{len(cases)} bodies in {len(languages)} languages, {len(results)} answers, {seconds:.0f} s. Left out:")
    for reason, count in Counter(reason for file in done for reason in file.excluded).most_common():
        print(f"  {count} because {reason}")
    _fimbot_table(results, languages, columns)
    compared = [column for column in columns if any(r.baselines for r in results if r.overrun == column)]
    braces = [language for language in languages if language not in ("python", "haskell")]
    for title, group in (("Python", ["python"]), ("the others", braces)):
        _baseline_table(title, [r for r in results if r.language in group], compared)
    _stream_lines(results)
    recovered = sum(r.outcome == "recovered" for r in results)
    patches, wrong = sum(file.patches for file in done), sum(file.wrong_patches for file in done)
    outside = sum(r.outside for r in results)
    plain = [r.exact for r in results if r.overrun == "no overrun"]
    print(f"\nrecovered {recovered} of {len(results)}: {100 * recovered / max(1, len(results)):.2f} %")
    print(f"outside bytes identical: {outside} of {len(results)}; without overrun byte for byte: {_share(plain)} %")
    print(f"different patches: {patches}; applied by git to the expected bytes: {patches - wrong}")
    for result in results:
        if result.outcome != "recovered":
            print("MISS", result.language, result.overrun, result.outcome, result.case, sep=" | ", file=sys.stderr)
        if result.past is not None and result.past < 0:
            print("EARLY", result.language, result.overrun, result.past, result.case, sep=" | ", file=sys.stderr)
    return recovered >= 0.995 * len(results) and outside == len(results) and not wrong


def _share(values: Sequence[bool]) -> str:
    return f"{100 * sum(values) / len(values):.1f}" if values else "-"


def _fimbot_table(results: list[Result], languages: list[str], columns: list[str]) -> None:
    print("\n| overrun | " + " | ".join([*languages, "all"]) + " |\n|---|" + "---|" * (len(languages) + 1))
    for column in columns:
        rows = [r for r in results if r.overrun == column]
        shares = [_share([r.outcome == "recovered" for r in rows if r.language == each]) for each in languages]
        print(f"| {column} | " + " | ".join([*shares, _share([r.outcome == "recovered" for r in rows])]) + " |")


def _baseline_table(title: str, results: list[Result], columns: list[str]) -> None:
    print(f"\n| {title} | " + " | ".join(columns) + " |\n|---|" + "---|" * len(columns))
    for name in BASELINES:
        shares = [_share([r.baselines[name] for r in results if r.overrun == column]) for column in columns]
        print(f"| {name} | " + " | ".join(shares) + " |")
    shares = [_share([r.outcome == "recovered" for r in results if r.overrun == column]) for column in columns]
    print("| fimbot | " + " | ".join(shares) + " |")


def _stream_lines(results: list[Result]) -> None:
    print("\n| streamed | hung up, % | characters past the end: median | mean | too early |\n|---|---|---|---|---|")
    streamed = [r for r in results if r.streamed]
    for column in dict.fromkeys(r.overrun for r in streamed):
        rows = [r for r in streamed if r.overrun == column]
        past = [r.past for r in rows if r.past is not None]
        numbers = f"{median(past):.0f} | {mean(past):.1f}" if past else "- | -"
        early = sum(each < 0 for each in past)
        print(f"| {column} | {_share([r.past is not None for r in rows])} | {numbers} | {early} |")


if __name__ == "__main__":
    sys.exit(main())
