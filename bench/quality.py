"""What share of small tasks the embedded model gets right, by who cuts its answer and what it is shown: QUALITY.md.

    fimbot model pull
    python -m bench.quality ANSWERS.jsonl [--no-ask] [--task NAME]

Asks what ANSWERS.jsonl does not hold yet: once for each task and context, at temperature 0, and once more for what
fails. Then runs each task's tests on what each rule makes of the answer. That runs code that a model wrote: in a child
process, without a sandbox.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path
from statistics import mean, median

from bench.cut_baselines import BASELINES
from bench.cut_bodies import Blanked
from bench.quality_ask import SETTINGS, TEMPERATURE, VARIANTS, Answer, Answers, Asking, askings
from bench.quality_check import CHECKS, Task, all_tasks, missing_runtime, passes
from fimbot.engines.open import open_engine
from fimbot.engines.protocol import Engine
from fimbot.fills.frame import edit_of, frame_of
from fimbot.fills.make import make_fill
from fimbot.stubs.language import load
from fimbot.values import Completion, Fill, apply_edits


@dataclass(frozen=True, slots=True)
class Verdict:
    task: Task
    parses: bool
    passes: bool
    reason: str = ""
    """Why there is no suggestion; "" where there is one."""


@dataclass
class Judge:
    """Runs the tests once for each content of a file."""

    known: dict[tuple[str, bytes], bool] = field(default_factory=dict)

    def judge(self, asking: Asking, text: str) -> Verdict:
        content = apply_edits(asking.source, [edit_of(asking.stub, text)])
        found = (asking.task.name, content)
        if found not in self.known:
            self.known[found] = passes(asking.task, asking.stub.path, content)
        parses = not load(asking.stub.language).parse(content).root_node.has_error
        return Verdict(asking.task, parses, self.known[found])

    def fimbot(self, asking: Asking, completion: Completion) -> Verdict:
        made = make_fill(frame_of(asking.file, asking.stub), asking.window, completion)
        if isinstance(made, Fill):
            return self.judge(asking, made.text)
        return Verdict(asking.task, parses=False, passes=False, reason=made.reason)


def as_blanked(asking: Asking) -> Blanked:
    """What the rules of others look at: file, hole and language."""
    return Blanked(
        language=asking.stub.language,
        source=b"",
        data=asking.source,
        stub=asking.stub,
        body="",
        header="",
        closer="",
        name=asking.stub.name,
        statements=(),
        ends=False,
        literal_lines=False,
        unit="",
        comment="",
    )


def interval(good: int, of: int) -> tuple[float, float]:
    """Wilson's interval of 95 %, as shares (https://doi.org/10.1080/01621459.1927.10502953)."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, good / of
    middle = share + z * z / (2 * of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    return (middle - reach) / (1 + z * z / of), (middle + reach) / (1 + z * z / of)


def row(name: str, verdicts: Sequence[Verdict]) -> str:
    cells = [name]
    for language in CHECKS:
        here = [verdict for verdict in verdicts if verdict.task.language == language]
        cells.append(f"{sum(verdict.passes for verdict in here)}/{len(here)}")
    good = sum(verdict.passes for verdict in verdicts)
    low, high = interval(good, len(verdicts))
    suggested = [verdict for verdict in verdicts if not verdict.reason]
    cells += [
        f"{good}/{len(verdicts)}",
        f"{100 * low:.0f}-{100 * high:.0f} %",
        f"{sum(verdict.parses for verdict in suggested)}/{len(suggested)}",
    ]
    return "| " + " | ".join(cells) + " |"


def header(first: str) -> str:
    cells = [first, *CHECKS, "all", "95 % interval", "parses, of those in the file"]
    return "| " + " | ".join(cells) + " |\n|" + "---|" * len(cells)


@dataclass(frozen=True, slots=True)
class Measured:
    """The tasks with their questions, and the answers to them."""

    tasks: dict[str, dict[str, Asking]]
    answers: Answers
    judge: Judge

    def pairs(self, variant: str) -> list[tuple[Asking, Answer]]:
        found = ((each[variant], self.answers.get(each[variant])) for each in self.tasks.values())
        return [(asking, answer) for asking, answer in found if answer is not None]

    def fimbot(self, variant: str) -> list[Verdict]:
        return [self.judge.fimbot(asking, answer.completion()) for asking, answer in self.pairs(variant)]


def rules(measured: Measured) -> Iterable[str]:
    pairs = measured.pairs("full")
    yield header("cut by")
    for name, rule in BASELINES.items():
        verdicts = [measured.judge.judge(asking, rule(answer.text, as_blanked(asking))) for asking, answer in pairs]
        yield row(name, verdicts)
    whole = [measured.judge.fimbot(asking, answer.whole()) for asking, answer in pairs]
    hung_up = measured.fimbot("full")
    yield row("fimbot, the whole answer", whole)
    yield row("fimbot, hung up on", hung_up)
    yield ""
    for verdict in hung_up:
        if not verdict.passes:
            yield f"- {verdict.task.name}: {'skipped: ' + verdict.reason if verdict.reason else 'tests fail'}"


def context(measured: Measured) -> Iterable[str]:
    kinds: Counter[str] = Counter()
    for each in measured.tasks.values():
        kinds.update({part.kind for part in each["full"].window.context})
    yield "Windows with a part of this kind: " + ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
    yield ""
    yield header("context")
    for variant in VARIANTS:
        yield row(variant, measured.fimbot(variant))
    yield ""
    full = {verdict.task.name: verdict.passes for verdict in measured.fimbot("full")}
    for variant in list(VARIANTS)[1:]:
        other = {verdict.task.name: verdict.passes for verdict in measured.fimbot(variant)}
        asked = [
            name
            for name in full
            if name in other and measured.tasks[name]["full"].key != measured.tasks[name][variant].key
        ]
        lost = [name for name in asked if full[name] and not other[name]]
        won = [name for name in asked if other[name] and not full[name]]
        right, before = sum(other[name] for name in asked), sum(full[name] for name in asked)
        yield (
            f"- {variant}: another window for {len(asked)} tasks, {right} right instead of {before}; "
            f"lost: {', '.join(lost) or 'none'}; won: {', '.join(won) or 'none'}"
        )


def costs(measured: Measured) -> Iterable[str]:
    answers = [answer for _, answer in measured.pairs("full")]
    if not answers:
        return
    ended = Counter(answer.finish for answer in answers)
    yield "How the answers ended: " + ", ".join(f"{name} {count}" for name, count in ended.most_common())
    yield f"Hung up on at the hole's end: {sum(answer.complete is not None for answer in answers)} of {len(answers)}"
    yield (
        f"Tokens of an answer: {mean(answer.complete_tokens for answer in answers):.0f} with hanging up, "
        f"{mean(answer.tokens for answer in answers):.0f} or more without"
    )
    yield (
        f"Seconds of an answer: median {median(answer.complete_seconds for answer in answers):.1f}, "
        f"longest {max(answer.complete_seconds for answer in answers):.1f}"
    )


def failing(measured: Measured) -> list[tuple[Asking, Verdict]]:
    verdicts = zip(measured.pairs("full"), measured.fimbot("full"), strict=True)
    return [(asking, verdict) for (asking, _), verdict in verdicts if not verdict.passes]


def second_asks(measured: Measured) -> Iterable[str]:
    for title, skipped in (("skipped", True), ("that fail their tests", False)):
        tasks = [asking for asking, verdict in failing(measured) if bool(verdict.reason) is skipped]
        again = [(asking, measured.answers.get(asking.sampled())) for asking in tasks]
        verdicts = [measured.judge.fimbot(asking, answer.completion()) for asking, answer in again if answer]
        right = [verdict.task.name for verdict in verdicts if verdict.passes]
        yield f"- {title} at temperature 0: {len(tasks)}, asked again: {len(verdicts)}, right then: {len(right)}"
        yield f"  ({', '.join(right) or 'none'})"


def progress(done: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{done}", end="", file=sys.stderr, flush=True)


def ask_all(measured: Measured, engine: Engine) -> None:
    for variant in VARIANTS:
        for name, each in measured.tasks.items():
            progress(f"{variant}: {name}")
            # Where the rules of others are not compared, what follows the hole's end is of no use.
            measured.answers.ask(each[variant], engine, go_on=variant == "full")
    for asking, _ in failing(measured):
        progress(f"again: {asking.task.name}")
        measured.answers.ask(asking.sampled(), engine, go_on=False)
    progress("")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("answers", type=Path)
    parser.add_argument("--no-ask", action="store_true", help="only what the file holds")
    parser.add_argument("--task", action="append", help="python/dock_fee; may come again")
    options = parser.parse_args()
    wanted = [task for task in all_tasks() if not options.task or task.name in options.task]
    for language in CHECKS:
        if (program := missing_runtime(language)) is not None:
            print(f"{language}: left out, {program} is not there", file=sys.stderr)
            wanted = [task for task in wanted if task.language != language]
    tasks = {task.name: askings(task, VARIANTS) for task in wanted}
    measured = Measured(tasks, Answers(options.answers), Judge())
    if not options.no_ask:
        ask_all(measured, open_engine(SETTINGS, os.environ).engine)
    sections: dict[str, Callable[[Measured], Iterable[str]]] = {
        "Cut by each rule": rules,
        "With each part of the context and without it": context,
        "What it takes": costs,
        f"Asked again at temperature {TEMPERATURE}": second_asks,
    }
    for title, lines in sections.items():
        print(f"\n## {title}\n")
        for line in lines(measured):
            print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
