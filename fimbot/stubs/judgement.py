"""What a callable with nothing but filler in it is: its kind, its tier, or why it is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site
from fimbot.stubs.patterns import pattern
from fimbot.stubs.signs import refuses
from fimbot.values import Kind, Tier

if TYPE_CHECKING:
    from fimbot.stubs.emptied import Lost

_HEDGE = pattern(r"(?i)\b(?:probably|might|maybe|perhaps|just return|work(?:ing)? around)\b")
_TEST_DATA = pattern(r"(?i)(?:^|/)(?:_*fixtures?_*|test[_-]?data|testing[_-]data|_*snapshots?_*)/")
_CONSTRUCTORS = frozenset({"__construct", "constructor", "initialize"})
_PLAIN_CONSTRUCTOR = pattern(r"\(\s*\)[^()]*$")


class Verdict(NamedTuple):
    kind: Kind
    tier: Tier
    why: str
    exempt: str | None = None


def judge(site: Site, language: Language, *, new: bool, lost: Lost | None = None) -> Verdict | None:
    """The verdict on a callable; None where its body does something.

    `new`: the whole callable is in the change's added lines. An unmarked empty body that has long been there is
    meant to be empty: 0 to 2 stubs in some 75 that were read, in 14 mature repositories.
    `lost`: what the callable was before the change took its statements, where it did.
    """
    if any(item.kind == "code" for item in site.items):
        return None
    verdict = _verdict(site, language, new=new)
    if verdict is None:
        return None
    if lost is not None:
        verdict = _emptied_verdict(verdict, lost)
    exempt = _exemption(site, language, lost)
    if exempt is not None:
        return Verdict(verdict.kind, "report", verdict.why, exempt)
    # Those of the languages tell what is meant to be empty; while it had statements, it was not.
    doubt = _doubt(site, lost) or (language.doubt(site) if lost is None else _doubt_of_emptied(site, lost))
    if doubt is not None and verdict.tier != "report":
        return Verdict(verdict.kind, "report", f"{verdict.why}; {doubt}")
    return verdict


def _emptied_verdict(verdict: Verdict, lost: Lost) -> Verdict:
    if verdict.tier == "fill":
        return verdict
    tier: Tier = "fill" if lost.returned or verdict.kind == "placeholder" else "suggest"
    had = "it returned a value before" if lost.returned else "it had statements before"
    return Verdict(verdict.kind, tier, f"{verdict.why.removesuffix(', not new')}; {had}")


def _doubt_of_emptied(site: Site, lost: Lost) -> str | None:
    if site.has("missing") and refuses(site):
        return "its message refuses, and promises nothing"
    if not lost.returned and _PLAIN_CONSTRUCTOR.search(site.header) and _is_constructor(site):
        return "an empty constructor without parameters: the fields may have values of their own"
    comments = [item.text for item in site.items if item.kind == "comment"]
    return (
        "a comment came with it"
        if any(not lost.said(text) and not markers.says_missing(text) for text in comments)
        else None
    )


def _is_constructor(site: Site) -> bool:
    return site.simple_name in _CONSTRUCTORS or site.name.split(".")[-2:-1] == [site.simple_name]


def _doubt(site: Site, lost: Lost | None) -> str | None:
    comments = "\n".join(item.text for item in site.items if item.kind == "comment" and not _said(item.text, lost))
    if markers.is_disabled_code(comments):
        return "its code was commented out"
    if comments.rstrip().endswith("?") or _HEDGE.search(comments):
        return "its comment doubts that there is anything to do"
    return "a test's data" if _TEST_DATA.search(site.path) else None


def _verdict(site: Site, language: Language, *, new: bool) -> Verdict | None:
    missing = [item for item in site.items if item.kind == "missing"]
    returns = [item for item in site.items if item.kind == "trivial-return"]
    comments = [item.text for item in site.items if item.kind == "comment"]
    marked = any(markers.says_missing(text) for text in comments) or markers.says_missing_above(site.above)

    if missing:
        return _missing_verdict(site, missing[0], marked=marked)
    if any(item.kind == "message" for item in site.items) or len(returns) > 1:
        return None
    if returns:
        return Verdict("placeholder", "fill", "a TODO and a trivial return") if marked else None
    if marked:
        return Verdict("empty-body", "fill", "only a TODO")

    why = "only a docstring" if site.has("docstring") and not site.has("nothing") else "an empty body"
    if comments:
        return Verdict("empty-body", "report", "only a comment")
    if new or language.returns_value(site.node):
        return Verdict("empty-body", "suggest", why)
    return Verdict("empty-body", "report", f"{why}, not new")


def _missing_verdict(site: Site, missing: Item, *, marked: bool) -> Verdict | None:
    """The idiom must be the last thing that runs; only a dead trivial return may follow it (Go)."""
    following = site.items[site.items.index(missing) + 1 :]
    if any(item.kind not in ("trivial-return", "comment") for item in following):
        return None
    if missing.certain or marked or markers.MESSAGE.search(missing.text):
        return Verdict("placeholder", "fill", "says that it is not implemented")
    return Verdict("placeholder", "report", "raises, without saying that it is to do")


def _said(text: str, lost: Lost | None) -> bool:
    return lost is not None and lost.said(text)


def _exemption(site: Site, language: Language, lost: Lost | None) -> str | None:
    """What a comment or the documentation said while there were statements is no reason why there are none."""
    exempt = language.exempt(site)
    if exempt is not None:
        return exempt
    texts = [item.text for item in site.items if item.kind in ("comment", "docstring", "missing")]
    if any(markers.IGNORE.search(text) for text in (*texts, site.above)):
        return "fimbot: ignore"
    if any(markers.CONTRACT.search(text) and not _said(text, lost) for text in (*texts, site.above)):
        return "empty by contract"
    comments = [item.text for item in site.items if item.kind == "comment"]
    if any(markers.EXCUSE.search(text) and not markers.is_todo(text) and not _said(text, lost) for text in comments):
        return "empty on purpose"
    if markers.PRETENDER.search(site.name):
        return "a mock, a fake or a no-op by its name"
    return None
