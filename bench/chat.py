"""How many of the ways in which a chat model wraps its answer are undone, on bodies of public code. See CHAT.md.

    python -m bench.cut_corpus DIRECTORY     # once, as for bench.cut
    python -m bench.chat DIRECTORY [--bodies 40] [--processes 2] [--language NAME]

Each body is blanked and found again as bench.cut does it, and answered with the true body in each of the wrappings.
Exact means: byte for byte the file that the bare body gives.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from bench.chat_answers import NAIVE, Wrapped, wrapped
from bench.cut import files
from bench.cut_bodies import Blanked, bodies_of
from fimbot.engines.chat.align import align, watching
from fimbot.fills.frame import Frame, edit_of, frame_of
from fimbot.fills.make import hole_complete, make_fill
from fimbot.stubs.parsed import parsed_file
from fimbot.values import Completion, Fill, Window, apply_edits

_CHUNK = 4
"""Characters that a stream brings at a time: about a token."""
_A_FILE = 2
_STREAMED = 3000
"""Characters of the longest answer that is streamed as well; the rest would take hours."""
FIMBOT = "align, cut, prove"


@dataclass(frozen=True, slots=True)
class Result:
    language: str
    wrapping: str
    case: str
    exact: dict[str, bool]
    """By rule."""
    why: str
    """Where fimbot's is not exact."""
    streamed: bool
    hung_up: bool
    streamed_exact: bool
    """Whether what had come when the stream was hung up on gives the same."""
    spared: float
    """Share of the answer that was not waited for."""


def measure(path: str, language: str) -> list[Result]:
    results = []
    for blanked in bodies_of(path, Path(path).read_bytes(), language, _A_FILE):
        if isinstance(blanked, str):
            continue
        window = Window(
            blanked.stub,
            _text(blanked.data[: blanked.stub.hole.start])[-6000:],
            _text(blanked.data[blanked.stub.hole.end :])[:4000],
            (),
            0,
        )
        intended = _filled(blanked, window, blanked.body)
        if isinstance(intended, bytes):
            results += [_measured(blanked, window, intended, answer) for answer in wrapped(blanked)]
    return results


def _measured(blanked: Blanked, window: Window, intended: bytes, answer: Wrapped) -> Result:
    def aligned(text: str) -> str:
        return align(text, window.prefix, window.suffix)

    made = _filled(blanked, window, aligned(answer.text))
    exact = {name: _spliced(blanked, rule(answer.text)) == intended for name, rule in NAIVE.items()}
    exact |= {
        f"{name}, cut, prove": _filled(blanked, window, rule(answer.text)) == intended for name, rule in NAIVE.items()
    }
    exact["cut, prove"] = _filled(blanked, window, answer.text) == intended
    exact[FIMBOT] = made == intended
    streamed_too = len(answer.text) <= _STREAMED
    end = _hung_up(blanked, window, answer.text) if streamed_too else None
    streamed = made if end is None else _filled(blanked, window, aligned(answer.text[:end]))
    return Result(
        blanked.language,
        answer.name,
        f"{blanked.stub.path}:{blanked.stub.start_line} {blanked.stub.name}",
        exact,
        "another file" if isinstance(made, bytes) else made,
        streamed_too,
        end is not None,
        streamed == made,
        1 - (len(answer.text) if end is None else end) / max(1, len(answer.text)),
    )


def _frame(blanked: Blanked) -> Frame:
    return frame_of(parsed_file(blanked.stub.path, blanked.data, blanked.stub.language), blanked.stub)


def _filled(blanked: Blanked, window: Window, text: str) -> bytes | str:
    made = make_fill(_frame(blanked), window, Completion(text, "stop", "bench", "truth"))
    if not isinstance(made, Fill):
        return made.reason
    return apply_edits(blanked.data, [edit_of(blanked.stub, made.text)])


def _spliced(blanked: Blanked, text: str) -> bytes:
    """As the rules of others leave it: put into the hole."""
    return apply_edits(blanked.data, [edit_of(blanked.stub, text.rstrip())])


def _hung_up(blanked: Blanked, window: Window, text: str) -> int | None:
    look = watching(window.prefix, window.suffix, hole_complete(_frame(blanked), window))
    return next((end for end in range(_CHUNK, len(text), _CHUNK) if look(text[:end])), None)


def _text(data: bytes) -> str:
    return data.replace(b"\r\n", b"\n").decode("utf-8", "replace")


def run(corpus: Path, bodies: int, processes: int, only: str | None) -> list[Result]:
    done: list[Result] = []
    with ProcessPoolExecutor(processes) as pool:
        for language, paths in files(corpus, only).items():
            cases: set[str] = set()
            for start in range(0, len(paths), 8):
                batch = paths[start : start + 8]
                for results in pool.map(measure, batch, [language] * len(batch)):
                    if len(cases) < bodies:
                        done += results
                        cases |= {result.case for result in results}
                if len(cases) >= bodies:
                    break
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--bodies", type=int, default=40, help="for each language")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--language")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    results = run(options.corpus, options.bodies, options.processes, options.language)
    report(results, time.monotonic() - began)
    return 0


def report(results: Sequence[Result], seconds: float) -> None:
    languages = list(dict.fromkeys(result.language for result in results))
    wrappings = list(dict.fromkeys(result.wrapping for result in results))
    cases = {(result.language, result.case) for result in results}
    print(f"{len(cases)} bodies in {len(languages)} languages, {len(results)} answers, {seconds:.0f} s")
    rules = list(results[0].exact)
    print("\n| exact, % | " + " | ".join(rules) + " |\n|---|" + "---|" * len(rules))
    for wrapping in wrappings:
        rows = [result for result in results if result.wrapping == wrapping]
        print(f"| {wrapping} | " + " | ".join(_share([row.exact[rule] for row in rows]) for rule in rules) + " |")
    print("| all | " + " | ".join(_share([row.exact[rule] for row in results]) for rule in rules) + " |")
    _table(f"{FIMBOT}, %", results, languages, wrappings, lambda row: row.exact[FIMBOT])
    print("\n| streamed | hung up, % | the same fill, % | of the answer not waited for, %: median | mean |")
    print("|---|---|---|---|---|")
    for wrapping in wrappings:
        rows = [result for result in results if result.wrapping == wrapping and result.streamed]
        spared = [100 * row.spared for row in rows]
        same = _share([row.streamed_exact for row in rows])
        left = f"{median(spared):.0f} | {mean(spared):.0f}" if spared else "- | -"
        print(f"| {wrapping} | {_share([row.hung_up for row in rows])} | {same} | {left} |")
    for row in results:
        if not row.exact[FIMBOT] or not row.streamed_exact:
            kind = "MISS" if not row.exact[FIMBOT] else "EARLY"
            print(kind, row.language, row.wrapping, row.why, row.case, sep=" | ", file=sys.stderr)


def _table(
    title: str,
    results: Sequence[Result],
    languages: Sequence[str],
    wrappings: Sequence[str],
    right: Callable[[Result], bool],
) -> None:
    print(f"\n| {title} | " + " | ".join(languages) + " |\n|---|" + "---|" * len(languages))
    for wrapping in wrappings:
        rows = [result for result in results if result.wrapping == wrapping]
        shares = [_share([right(row) for row in rows if row.language == each]) for each in languages]
        print(f"| {wrapping} | " + " | ".join(shares) + " |")


def _share(values: Sequence[bool]) -> str:
    return f"{100 * sum(values) / len(values):.1f}" if values else "-"


if __name__ == "__main__":
    sys.exit(main())
