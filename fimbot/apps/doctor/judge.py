"""From what was seen to what is said, one check a line."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from fimbot.apps.doctor.questions import ENOUGH_PIECES, WORD, honours_suffix
from fimbot.apps.doctor.values import Check, Examined, Model, Remaining, Seen, Status
from fimbot.errors import FimbotError

NEARLY_USED_UP = 0.1
"""Of a limit."""
ALL_GOOD, SOMETHING_BAD = 0, 1
MOST_NAMES = 5
REFUSED_KEY = (401, 403)
SECOND = "or name a second engine (--engine a,b)"
USED_UP = {429: f"it is used up: wait, {SECOND}", 402: f"its account is empty: top it up, {SECOND}"}


def judge(seen: Seen, hook_deadline: float) -> Examined:
    return Examined(seen, tuple(_checks(seen, hook_deadline)))


def exit_status(examined: list[Examined]) -> int:
    """For scripts: 0 all is good, 1 something is not, 3 none answers."""
    if not any(each.answers for each in examined):
        return FimbotError.exit_status
    bad = any(check.status == "bad" for each in examined for check in each.checks)
    return SOMETHING_BAD if bad else ALL_GOOD


def _checks(seen: Seen, hook_deadline: float) -> Iterator[Check]:
    if seen.not_ready:
        yield Check("ready", "bad", seen.not_ready)
        return
    first = [_reachable(seen), _key(seen), _model(seen)]
    yield from first
    if not _answered(seen) and _status(seen) not in USED_UP and all(check.status != "bad" for check in first):
        advice = "it takes the key, but not the question: check model and the sampling settings"
        yield Check("ready", "bad", _fault(seen), advice)
    yield _temperature(seen)
    yield _suffix(seen)
    yield _streaming(seen)
    yield _latency(seen, hook_deadline)
    yield _quota(seen)


def _fault(seen: Seen) -> str:
    return seen.word.fault if seen.word else ""


def _answered(seen: Seen) -> bool:
    return seen.word is not None and seen.word.answered


def _status(seen: Seen) -> int | None:
    return seen.word.status if seen.word else None


def _heard_of(seen: Seen) -> bool:
    return _answered(seen) or _status(seen) is not None or seen.models is not None


def _reachable(seen: Seen) -> Check:
    if seen.local:
        return Check("reachable", "good" if _answered(seen) else "bad", _fault(seen) or "it is on this machine")
    if not _heard_of(seen):
        return Check("reachable", "bad", _fault(seen), "check base-url, the network and HTTPS_PROXY; or change engine")
    if not _answered(seen) and (_status(seen) or 0) not in range(400, 500):
        return Check("reachable", "bad", _fault(seen), "it does not answer as it should: try later, or change engine")
    return Check("reachable", "good", seen.host)


def _key(seen: Seen) -> Check:
    if seen.local:
        return Check("key", "good", "none is needed")
    if not seen.keyed and not _heard_of(seen):
        return Check("key", "unknown", f"none was sent to {seen.host}")
    if not seen.keyed:
        return Check("key", "good", f"none is sent to {seen.host}")
    if _status(seen) in REFUSED_KEY:
        return Check("key", "bad", _fault(seen), f"the key went to {seen.host}, which refuses it: is it of this host?")
    if _answered(seen):
        return Check("key", "good", f"accepted by {seen.host}")
    return Check("key", "unknown", f"it went to {seen.host}")


def _model(seen: Seen) -> Check:
    listed = seen.models is not None and _entry(seen) is not None
    if _answered(seen):
        says = f"{seen.model}, {f'one of {len(seen.models or ())} listed' if listed else 'which answers'}"
        return Check("model", "good", says)
    missing = seen.models is not None and not listed
    if (_status(seen) == 404 and not listed) or (missing and _status(seen) in (400, 422)):
        return Check("model", "bad", _fault(seen) or f"{seen.model} is not listed", _other_models(seen))
    return Check("model", "good" if listed else "unknown", f"{seen.model}{' is listed' if listed else ''}")


def _entry(seen: Seen) -> Model | None:
    # Ollama lists "name:latest" for what is asked for as "name".
    names = (seen.model, f"{seen.model}:latest")
    return next((model for model in seen.models or () if model.name in names), None)


def _other_models(seen: Seen) -> str:
    names = [model.name for model in seen.models or () if model.fills is not False]
    if not names:
        return "set model to one that it has, or change engine"
    fit = [model.name for model in seen.models or () if model.fills]
    near = get_close_matches(seen.model, names, n=MOST_NAMES, cutoff=0.5)
    shown = list(dict.fromkeys([*fit, *near]))[:MOST_NAMES] or names[:MOST_NAMES]
    return f"set model to one that it has ({', '.join(shown)}), or change engine"


def _temperature(seen: Seen) -> Check:
    entry = _entry(seen)
    sent = "fimbot sends none" if seen.temperature_sent is None else f"fimbot sends {seen.temperature_sent:g}"
    if entry is None or entry.temperature is None:
        return Check("temperature", "unknown", f"its default is not told; {sent}")
    return Check("temperature", "good", f"{entry.temperature:g} is its default; {sent}")


def _suffix(seen: Seen) -> Check:
    if not _answered(seen) or seen.word is None:
        return Check("suffix", "unknown", "not asked")
    if honours_suffix(seen.word.text):
        return Check("suffix", "good", "what stands behind the hole is read")
    return Check(
        "suffix",
        "bad",
        f"what stands behind the hole is not read: it told the word {WORD!r}, and the answer is another",
        "use a model that fills in the middle; with this one, answers run past the hole",
    )


def _streaming(seen: Seen) -> Check:
    numbers = seen.numbers
    if numbers is None:
        return Check("streaming", "unknown", "not asked")
    if not numbers.answered:
        return Check("streaming", "bad", numbers.fault, "the second question was not answered: try again")
    if numbers.pieces >= ENOUGH_PIECES and numbers.hung_up:
        return Check("streaming", "good", "it comes piece by piece, and can be hung up on")
    if numbers.by_line:
        return Check("streaming", "unknown", "a chat's answer is looked at line by line")
    return Check(
        "streaming",
        "bad",
        "the answer came in one piece",
        "a proxy on the way may hold answers back; each costs its whole max-tokens so",
    )


def _latency(seen: Seen, hook_deadline: float) -> Check:
    if not _answered(seen) or seen.word is None:
        return Check("latency", "unknown", "not answered")
    firsts = [tried.first for tried in (seen.word, seen.numbers) if tried is not None and tried.first is not None]
    first = f"the first token after {firsts[0]:.2f} s, " if firsts else ""
    slow = seen.word.whole > hook_deadline
    advice = f"a commit waits {hook_deadline:g} s: a longer hook-deadline, or background = true" if slow else ""
    return Check("latency", "good", f"{first}a short answer after {seen.word.whole:.2f} s", advice)


def _quota(seen: Seen) -> Check:
    left = seen.left
    for tried in (seen.word, seen.numbers):
        if tried is not None and tried.status in USED_UP:
            return Check("quota", "bad", tried.fault, USED_UP[tried.status])
    if seen.miscounted:
        return Check("quota", "bad", seen.miscounted, "mend it: until then what others take of the quota is not seen")
    if left is None:
        return Check(
            "quota", "good" if seen.local else "unknown", "nobody counts" if seen.local else "its answers do not tell"
        )
    parts = [(left.requests, left.of_requests, "requests"), (left.tokens, left.of_tokens, "tokens")]
    told = [f"{n:,}{f' of {of:,}' if of else ''} {what}" for n, of, what in parts if n is not None]
    status: Status = "bad" if _is_low(left) else "good"
    advice = f"little is left: wait, {SECOND}" if status == "bad" else ""
    by_whom = "" if seen.remaining else ", by fimbot's own count"
    return Check("quota", status, f"{' and '.join(told)} left{by_whom}", advice)


def _is_low(left: Remaining) -> bool:
    pairs = ((left.requests, left.of_requests), (left.tokens, left.of_tokens))
    return any(n is not None and n <= NEARLY_USED_UP * (of or 0) for n, of in pairs)
