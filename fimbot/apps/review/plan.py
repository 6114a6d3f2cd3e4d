"""What was said before, and what follows from it: new, silent, or to be minimised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from fimbot.apps.review.github.values import Conversation, Thread
from fimbot.apps.review.identity import Mark, is_gone, mark_in, marks_in
from fimbot.values import Skip, Stub

_IGNORE = re.compile(r"^\s*`?fimbot: ignore`?\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Known:
    """A stub that was told before."""

    mark: Mark
    why: str
    """It is silent: "suggested before", "resolved" ..."""
    threads: tuple[Thread, ...] = ()


def says_ignore(text: str) -> bool:
    """A line of its own, so that talking about it is not doing it."""
    return bool(_IGNORE.search(text))


def mark_now(thread: Thread, mark: Mark, wanted: Mapping[str, tuple[Stub, Mark]]) -> Mark:
    """That of the stub on whose lines the thread hangs, which has another id by now where an identical one came or
    went above. `wanted`: by id."""
    line = thread.line
    if line is None:
        return mark
    here = [
        (abs(stub.hole_end_line - line), now.id, now)
        for stub, now in wanted.values()
        if now.key == mark.key and stub.path == thread.path and stub.start_line <= line <= stub.end_line
    ]
    return min(here)[2] if here else mark


def known_stubs(conversation: Conversation, wanted: Mapping[str, tuple[Stub, Mark]]) -> dict[str, Known]:
    """By the stub's id: what has a thread, and what a review brought that has none any more."""
    threads: dict[str, list[Thread]] = {}
    marks: dict[str, Mark] = {}
    # Those of which a review's own mark says nothing: the thread tells more.
    lapsed: Counter[str] = Counter()
    for thread in conversation.threads:
        mark = mark_in(thread.body)
        if mark is None:
            continue
        now = mark_now(thread, mark, wanted)
        lapsed[mark.id] += _is_lapsed(thread) or now.id != mark.id
        if not _is_lapsed(thread):
            marks[now.id] = now
            threads.setdefault(now.id, []).append(thread)
    known = {id: Known(marks[id], _fate(found), tuple(found)) for id, found in threads.items()}
    brought = [mark for each in conversation.reviews if not each.pending for mark in marks_in(each.body) or ()]
    for mark in brought:
        if lapsed[mark.id]:
            lapsed[mark.id] -= 1
        else:
            known.setdefault(mark.id, Known(mark, "suggested before, and deleted or told in the review's text"))
    return known


def _is_lapsed(thread: Thread) -> bool:
    """Its stub was gone, so that fimbot has minimised it, and no person has said anything."""
    return thread.hidden and is_gone(thread.body) and not thread.resolved and not _says_no(thread)


def _says_no(thread: Thread) -> bool:
    return any(says_ignore(reply.body) and not reply.by_bot for reply in thread.replies)


def _fate(threads: Iterable[Thread]) -> str:
    threads = tuple(threads)
    if any(_says_no(thread) for thread in threads):
        return "ignored: somebody answered `fimbot: ignore`"
    if any(thread.resolved for thread in threads):
        return "suggested before, and resolved"
    if any(thread.hidden for thread in threads):
        return "suggested before, and hidden"
    return "suggested before"


@dataclass(frozen=True, slots=True)
class Plan:
    fresh: tuple[Stub, ...]
    silent: tuple[Skip, ...]
    gone: tuple[Thread, ...]
    """Threads to minimise: their stubs are not there any more."""


KeysIn = Callable[[str], frozenset[str] | None]
"""`Mark.key` of all stubs in a file at the head; none where there is no such file, None where that cannot be known."""

IsInPlace = Callable[[Stub, str], bool]
"""Whether some file at the head would give a stub like this one this id."""


def plan_review(
    wanted: Mapping[str, tuple[Stub, Mark]],
    known: Mapping[str, Known],
    keys_in: KeysIn,
    is_there: Callable[[str], bool],
    is_in_place: IsInPlace,
) -> Plan:
    """`wanted`: by id. `is_there`: whether there is a file of this path at the head.

    Nothing is ever minimised for what a model or a failed run says, only because the stub is gone, which is a fact.
    """
    left = {id: each for id, each in known.items() if id not in wanted}
    fresh: list[Stub] = []
    silent: list[Skip] = []
    for id, (stub, mark) in wanted.items():
        before = known.get(id) or _moved(stub, mark, left, is_there, is_in_place)
        if before is None:
            fresh.append(stub)
        else:
            left.pop(before.mark.id, None)
            silent.append(Skip(stub, before.why))
    gone = [thread for each in left.values() for thread in each.threads if _is_gone(each, thread, keys_in)]
    return Plan(tuple(fresh), tuple(silent), tuple(gone))


def _moved(
    stub: Stub,
    mark: Mark,
    left: Mapping[str, Known],
    is_there: Callable[[str], bool],
    is_in_place: IsInPlace,
) -> Known | None:
    """The same stub in a file that was renamed: GitHub's thread went along, or stayed where no file is any more. Of a
    comment that was deleted no path is known, but none of those at the head makes its id."""
    for each in left.values():
        if each.mark.key != mark.key:
            continue
        if each.threads and all(thread.path == stub.path or not is_there(thread.path) for thread in each.threads):
            return each
        if not each.threads and not is_in_place(stub, each.mark.id):
            return each
    return None


def _is_gone(known: Known, thread: Thread, keys_in: KeysIn) -> bool:
    """By the key: of two identical stubs the second takes the first one's id when that is filled."""
    if thread.hidden or thread.resolved:
        return False
    keys = keys_in(thread.path)
    return keys is not None and known.mark.key not in keys
