"""Applies stored suggestions, all or nothing.

A suggestion is bound to its stub, not to a place: the stub is looked up by its id in the content of this moment, so
that edits elsewhere in the file do not matter and a stub that was changed or filled by hand is never overwritten. The
fill is proved once more against that content.
In the working tree files are replaced (fimbot/patches/replace.py); the writing to the index is left to `git apply`,
which changes nothing unless all of it applies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches

from fimbot.errors import ParseError, PatchError, UsageError
from fimbot.fills.frame import frame_of
from fimbot.fills.prove import prove
from fimbot.fills.together import reason_in_file
from fimbot.patches.replace import Change
from fimbot.patches.store import Stored
from fimbot.patches.suggest import edits_of
from fimbot.patches.unified import unified_patch
from fimbot.stubs.find import find_stubs
from fimbot.stubs.identity import normalised
from fimbot.stubs.parsed import parsed_file
from fimbot.values import WHOLE_FILE, Edit, Skip, Stub, apply_edits, stub_of

ReadFile = Callable[[str], bytes | None]
"""The content of a path in the working tree or the index; None where there is no such file."""
GitApply = Callable[[bytes], str | None]
"""Applies a patch; None, or what git had against it."""


def choose(stored: Sequence[Stored], ids: Sequence[str]) -> tuple[Stored, ...]:
    """The suggestions that these ids name; the beginning of one will do where it is the only one.

    Raises UsageError for an id that names none or several.
    """
    chosen: set[str] = set()
    for wanted in ids:
        matches = [s.id for s in stored if s.id == wanted] or [s.id for s in stored if s.id.startswith(wanted)]
        if len(matches) > 1:
            raise UsageError(f"{wanted} names {len(matches)} suggestions: {', '.join(matches)}")
        if not matches:
            near = get_close_matches(wanted, [each.id for each in stored], n=1)
            raise UsageError(
                f"no suggestion {wanted}: "
                + (f"did you mean {near[0]}?" if near else "`fimbot apply --list` shows them")
            )
        chosen.add(matches[0])
    return tuple(each for each in stored if each.id in chosen)


def changes_of(chosen: Sequence[Stored], read: ReadFile) -> dict[str, Change]:
    """By path. Raises PatchError when one of them does not apply."""
    changes: dict[str, Change] = {}
    for path in dict.fromkeys(each.path for each in chosen):
        current, edits = _edits(path, [each for each in chosen if each.path == path], read)
        changes[path] = Change(current, apply_edits(current, edits))
    return changes


def apply_stored(chosen: Sequence[Stored], read: ReadFile, git_apply: GitApply) -> None:
    """Raises PatchError, with nothing changed, when one of them does not apply."""
    paths = dict.fromkeys(each.path for each in chosen)
    patch = b"".join(_patch(path, [each for each in chosen if each.path == path], read) for path in paths)
    refused = git_apply(patch) if patch else None
    if refused is not None:
        raise PatchError(f"git did not take the patch, nothing was changed: {refused}")


def left_after(stored: Sequence[Stored], applied: Sequence[Stored], before: Mapping[str, bytes]) -> tuple[Stored, ...]:
    """What there is still to apply. Of identical stubs in a file each takes the id of the one above it that is filled.

    `before`: by path, the content to which `applied` were applied.
    """
    done = {each.id for each in applied}
    left = {each.id: each for each in stored if each.id not in done}
    for path, source in before.items():
        filled = {each.stub_id for each in applied if each.path == path}
        here = [each for each in left.values() if each.path == path and each.twins > 1]
        alike: dict[tuple[str, bytes], list[str]] = {}
        for stub in map(stub_of, find_stubs(path, source, (WHOLE_FILE,)) if here else ()):
            alike.setdefault((stub.name, normalised(stub, source)), []).append(stub.id)
        for ids in alike.values():
            rest = [id for id in ids if id not in filled]
            for each in here:
                if each.stub_id in rest and each.twins == len(ids):
                    moved_to = ids[rest.index(each.stub_id)]
                    left[each.id] = replace(each, twins=len(rest), moved_to=moved_to)
    return tuple(left.values())


def still_fitting(stored: Sequence[Stored], read: ReadFile) -> dict[str, tuple[tuple[Stored, ...], bytes]]:
    """By file, the suggestions of an earlier run that all still apply to its content, and their patch."""
    fitting: dict[str, tuple[tuple[Stored, ...], bytes]] = {}
    for path in dict.fromkeys(each.path for each in stored):
        here = tuple(each for each in stored if each.path == path)
        with suppress(PatchError, ParseError):
            fitting[path] = here, _patch(path, here, read)
    return fitting


def _patch(path: str, suggestions: Sequence[Stored], read: ReadFile) -> bytes:
    return unified_patch(path, *_edits(path, suggestions, read))


def _edits(path: str, suggestions: Sequence[Stored], read: ReadFile) -> tuple[bytes, list[Edit]]:
    """The content of this moment, and what is to be changed in it."""
    current = read(path)
    if current is None:
        raise PatchError(f"{path} is gone, nothing was changed; run `fimbot suggest` again")
    file = parsed_file(path, current)
    found = {stub.id: stub for stub in find_stubs(path, current, (WHOLE_FILE,)) if not isinstance(stub, Skip)}
    edits: list[Edit] = []
    fills: list[tuple[Stub, str]] = []
    for suggestion in suggestions:
        stub = found.get(suggestion.stub_id)
        if suggestion.twins != (stub.twins if stub else 1):
            raise PatchError(
                f"{path}: there {_were(suggestion.twins)} like {suggestion.name} when the suggestion was made, and "
                "another number now, so it is not known which one it is for, nothing was changed; "
                "run `fimbot suggest` again"
            )
        if stub is None:
            raise PatchError(
                f"{path}: {suggestion.name} has been changed or filled since the suggestion was made, "
                "nothing was changed; run `fimbot suggest` again"
            )
        text = _text(stub, suggestion)
        # The same stub may stand at another depth by now, or in a file of another encoding.
        frame = frame_of(file, stub)
        reason = prove(frame, text)
        if reason is not None:
            raise PatchError(f"{path}: {suggestion.name}: {reason}, nothing was changed; run `fimbot suggest` again")
        edits += [edit for edit in edits_of(frame, text) if edit not in edits]
        fills.append((stub, text))
    reason = reason_in_file(file, sorted(fills, key=lambda fill: fill[0].hole.start))
    if reason is not None:
        raise PatchError(f"{path}: {reason}, nothing was changed; run `fimbot suggest` again")
    return current, edits


def _were(twins: int) -> str:
    return "was one stub" if twins == 1 else f"were {twins} stubs"


def _text(stub: Stub, suggestion: Stored) -> str:
    """With the line breaks that the file has now: the index may hold LF where the working tree has CRLF."""
    return suggestion.text.replace("\r\n", "\n").replace("\n", stub.newline)
