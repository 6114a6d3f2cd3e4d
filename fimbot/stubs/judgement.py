"""What a callable with nothing but filler in it is: its kind, its tier, or why it is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Language, Site
from fimbot.stubs.patterns import pattern
from fimbot.stubs.signs import has_todo, refuses, says_so_inside
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
    explicit = verdict.tier == "fill" and (site.has("missing") or says_so_inside(site))
    if lost is not None:
        verdict = _emptied_verdict(verdict, lost)
    exempt = _exemption(site, language, lost, explicit=explicit)
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
    trivial = [item for item in site.items if item.kind == "trivial-return"]
    comments = [item.text for item in site.items if item.kind == "comment"]
    marked = has_todo(site)

    if missing:
        return _missing_verdict(site, missing[0], marked=marked)
    if any(item.kind == "message" for item in site.items) or len(trivial) > 1:
        return None
    if trivial:
        return Verdict("placeholder", "fill", "a TODO and a trivial return") if marked else None
    if marked:
        return Verdict("empty-body", "fill", "only a TODO")

    why = "only a docstring" if site.has("docstring") and not site.has("nothing") else "an empty body"
    returns = language.returns_value(site.node)
    if comments:
        # It says what to do, or why there is nothing: `_purpose`.
        return Verdict("empty-body", "fill" if returns else "report", "only a comment")
    if returns and site.has("docstring"):
        return Verdict("empty-body", "fill", "only a docstring where a value is due")
    if new or returns:
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


def _exemption(site: Site, language: Language, lost: Lost | None, *, explicit: bool) -> str | None:
    """`explicit`: a marker in the body, or an idiom, says that it is to do; it wins over every word and every name.

    What a comment or the documentation said while there were statements is no reason why there are none.
    """
    exempt = language.exempt(site)
    if exempt is not None:
        return exempt
    messages = [item.text for item in site.items if item.kind == "missing" or _is_beside_idiom(item, site)]
    comments = [item.text for item in site.items if item.kind == "comment"]
    documentation = [item.text for item in site.items if item.kind == "docstring"] + [site.above]
    if any(markers.IGNORE.search(text) for text in (*messages, *comments, *documentation)):
        return "fimbot: ignore"
    if any(map(markers.CONTRACT.search, messages)):
        return "empty by contract"
    if markers.DOUBLE_TYPE.search(site.name.rpartition(".")[0]):
        return "a member of a mock, a fake or a no-op"
    if explicit:
        return None
    comments, documentation = ([text for text in told if not _said(text, lost)] for told in (comments, documentation))
    return _purpose(site, comments, documentation)


def _said(text: str, lost: Lost | None) -> bool:
    return lost is not None and lost.said(text)


def _is_beside_idiom(item: Item, site: Site) -> bool:
    """A comment in the idiom's line is a part of its message: `???` takes none."""
    rows = {each.node.end_point.row for each in site.items if each.kind == "missing"}
    return item.kind == "comment" and item.node.start_point.row in rows


def _purpose(site: Site, comments: list[str], documentation: list[str]) -> str | None:
    if any(map(markers.CONTRACT.search, comments)) or any(map(markers.is_by_contract, (*comments, *documentation))):
        return "empty by contract"
    if any(markers.EXCUSE.search(text) and not markers.is_todo(text) for text in comments):
        return "empty on purpose"
    if markers.PRETENDER.search(site.simple_name):
        return "a mock, a fake or a no-op by its name"
    return None
