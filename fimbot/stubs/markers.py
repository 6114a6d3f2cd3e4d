"""TODO comments, not-implemented messages, and the words by which people say that a body is meant to be empty."""

from __future__ import annotations

import re

from fimbot.stubs.patterns import pattern
from fimbot.stubs.table import PLACEHOLDER

TODO = pattern(
    r"""(?ix)
    ^\W*                                    # the comment's own characters: //, #, /*, --, ;
    (?:todo|fixme|xxx|hack|bug)
    (?![^\W_]|-\w)                          # not Todoist, not todo-list
    (?!\s*=)                                # not an assignment that was commented out
    """
)
"""At the start of a comment, any case, then something that is neither letter nor digit."""

CONTINUATION = pattern(r"\W{0,4}(?:\t| {2,})\S")
"""Of a TODO: the lines below it that are indented one step more than the marker."""

_MOST_DOCUMENTATION = 20_000

_DIRECTIVE = pattern(r"(?i)rubocop\s*:\s*todo|(?:eslint|tslint|pylint|noqa|type:\s*ignore)")

MESSAGE = pattern(
    r"(?i)not[ _-]?(?:yet[ _-]?)?(?:been[ _-]?)?implemented|unimplemented|\btodo\b|fixme|implement (?:this|the|me)\b"
    r"|please implement|need(?:s)? to implement|to be implemented|write your own|not supported yet|not yet supported"
    r"|^\W*implement\b|\byour (?:own )?(?:code|implementation|solution)\b|\bwrite me\b"
)
"""What people write where a body is missing."""

PROMISE = pattern(
    r"(?i)\btodo\b|fixme|\byet\b|implement (?:this|the|me)\b|please implement|need(?:s)? to implement|^\W*implement\b"
    r"|\byour own\b|\bwrite me\b"
)
"""A message that says more than the name of its error: that somebody is to write it."""

_PLACEHOLDER = pattern(rf"(?im)(?:#|//|/\*|--|\{{-|^[ \t]*[*;%])[^\n]{{0,100}}?\b(?:{PLACEHOLDER.decode()})")
"""What people write beside the value that a placeholder returns, in the line that the comment begins in."""

_BY_OTHERS = (
    r"(?:(?:must|should|to|can|may|is|are|gets?|usually|often) (?:be )?|^\W*)overrid"
    r"|\bsub-?class(?:es)?\b(?:(?= (?:must|should|may|can|could|need|have to|has to|will|are|is|that|to)\b)|\W*$)"
    r"|\b(?:in|by|for) (?:(?:the|its|an?|any|all|each|every) )?(?:\w+ )?(?:sub-?|derived |child )class|\bderived class"
    r"|\bneeds to implement\b|implemented (?:by|in) (?:the )?(?:concrete|derived|child|all|any|each|every|its|an?)\b"
    r"|intended to be implemented|\babstract method|placeholder for sub"
)
_NOTHING = (
    r"do(?:es)? nothing(?! yet)|nothing to do\b|do(?:es)?n[o']t do anything(?! yet)|\bno[- ]?op\b|\bnop\b"
    r"|not applicable|nothing (?:here|needed|required)"
)
_REFUSES = (
    r"should(?:n't| not) (?:be (?:necessary|needed|called|used)|call)\b|does(?: not|n't) support|intentionally"
    r"|deliberately|(?:left|leave|leave this) (?:blank|empty)|on purpose|by design|\bwhy (?:this|the) \w+ is empty"
)
CONTRACT = pattern(
    rf"(?i){_BY_OTHERS}|{_NOTHING}|{_REFUSES}|must (?:be )?(?:implement|define)"
    r"|\btodo\b\W+(?:\w+\W+){0,2}(?:coverage|docs?|documentation|docstrings?)\b"
    r"|\btodo\b\W+(?:\w+\W+){0,2}(?:remove|delete|get rid)\b(?! (?:this|the) (?:line|statement|comment|exception)\b)"
)
"""What a marker or a message says itself: the body is empty, or raises, by contract or on purpose."""

_PURPOSE = pattern(
    rf"(?i){_BY_OTHERS}|{_REFUSES}|\bempty (?:function|method|implementation)\b|\bdefault implementation|\bstub for\b"
    r"|(?:^|\b(?:this|it|which|that|and|you|method|function|\w*class(?:es)?|\w+[eo]rs?|children|\w+ions?)\W+)"
    r"must (?:be )?(?:implement|define)"
    r"|^(?:this (?:method |function )?is )?(?:an? |the )?(?:[\w-]*optional |default |empty |simple )?\w*hook\b"
)
_NO_PURPOSE = pattern(rf"(?i){_NOTHING}")
_CONDITION = pattern(r"(?i)\b(?:if|when|whenever|unless|while|until|in case|where|once)\b")
_GIVEN = pattern(r"(?i)^(?:return|creat|get|build|make|construct|yield|register)\w*\b")
_OTHER_SUBJECT = pattern(
    r"(?i)^(?:[@:\\]\w+|\w+ ?:(?! )|(?:the |an? |each |every )?"
    r"(?:argument|parameter|value|object|callback|type|caller|input|`+\w+`+|\*\w+\*)s?\b)|\bargument\b.*\bmust\b"
)
_SENTENCE = pattern(r"(?<=[.!?;])\s+|\n\s*\n|\n(?=\s*[@:\\-])")
_FRAME = pattern(
    r"(?m)^[ \t]*(?:///?!?|/?\*+/?|#+|--+|;+|%+|[rbuf]{0,2}(?:\"\"\"|'''|\"|'))[ \t]*|(?:\*/|\"\"\"|'''|\"|')\s*$"
)

EXCUSE = pattern(r"(?i)\bignored?\b|not needed|no need|unused|not used")
"""Why a body is empty, where a comment inside it says so; in documentation it is said of arguments and input."""

REFUSAL = pattern(
    r"(?i)\bnot (?:currently )?supported\b(?! yet)|unsupported|\bnot (?:available|allowed|possible|expected|valid)\b"
    r"|\bonly (?:available|supports?|supported|implemented|works?)\b"
    r"|should(?: not|n't)|must(?: not|n't| first)"
    r"|cannot|can't|\bnever\b|\bnot implemented for\b|no longer|\b(?:does|do|did)(?: not|n't) implement|deprecated"
    r"|implemented(?:/\w+)? (?:by|on|for|in|to ensure)\b|\bplease use\b|\bat this time\b"
    r"|\bcheck that\b|\bon your\b|\binstead\b|\bthere (?:is|are) no\b"
)
"""A message that says no, where a stub's says not yet."""

_CODE_LINE = pattern(r"(?m)^(?!.*\b(?:todo|fixme)\b)[^\n]*(?:[;{}]|\w\)|\w\s*[+*/-]?=\s*[\w\"'(\[][^\n]*)[ \t\r]*$")

IGNORE = pattern(r"fimbot:\s*ignore(?!-file)\b")
IGNORE_FILE = pattern(rb"fimbot:\s*ignore-file\b")
GENERATED = pattern(
    rb"(?m)^\W*(?:Code generated\b.*\bDO NOT EDIT|@generated\b|Generated by .*\bdo not (?:edit|modify))",
    re.IGNORECASE,
)

_DOUBLE = (
    r"(?:^|[.])_*(?:[Mm]ock|[Dd]ummy|[Ff]ake|[Nn]o_?[Oo]p|[Nn]oop|[Nn]ull|[Ss]py|[Ss]tub|[Uu]nimplemented)(?![a-z])"
    r"|(?:^|[._])_*(?:[Dd]o_?[Nn]othing|DO_NOTHING)(?![a-z])|(?:NoOp|Noop)(?:$|[._A-Z])"
)
DOUBLE_TYPE = pattern(
    rf"{_DOUBLE}|(?:Mock|Dummy|Fake|Stub|Spy)(?:$|[._A-Z])|_(?:mock|dummy|fake|noop|stub|spy)(?:$|[._])"
)
"""Names of classes whose emptiness is their purpose: mocks, dummies, fakes, no-ops."""

PRETENDER = pattern(_DOUBLE)
"""Names of callables that pretend; `isFake` and `canSpy` ask, and do not."""


def is_todo(comment: str) -> bool:
    return not _DIRECTIVE.search(comment) and any(TODO.match(line) for line in comment.splitlines())


def says_missing(text: str) -> bool:
    """A marker or a not-implemented message that its own words do not take back.

    A comment in whose prose the word "todo" stands is neither.
    """
    return any(_is_marker(message) for message in _messages(text)) or _is_placeholder(text)


def says_missing_above(text: str) -> bool:
    """Of the comment above: mostly documentation, in which a TODO further down is about a detail."""
    return any(map(_is_marker, _messages(text))) and (TODO.match(text) is not None or len(text) <= 100)


def _is_marker(message: str) -> bool:
    says = any(found[0].lower() not in ("todo", "fixme") for found in MESSAGE.finditer(message))
    return (is_todo(message) or says) and not CONTRACT.search(message)


def _is_placeholder(text: str) -> bool:
    found = _PLACEHOLDER.search(text)
    return found is not None and not any(said.search(text) for said in (CONTRACT, EXCUSE, REFUSAL, _DIRECTIVE))


def _messages(text: str) -> list[str]:
    """The comment, from each TODO on a message of its own, which ends before a line that does not continue it."""
    messages: list[str] = []
    within = False
    for line in text.split("\n"):
        if TODO.match(line):
            messages.append(line)
            within = True
        elif messages and (not within or CONTINUATION.match(line)):
            messages[-1] += "\n" + line
        else:
            messages.append(line)
            within = False
    return messages


def is_by_contract(documentation: str) -> bool:
    """One of its sentences, of which the callable itself is the subject, says that it does nothing or is overridden."""
    # A longer one is a text on something else, and each sentence is searched.
    text = _FRAME.sub("", documentation[:_MOST_DOCUMENTATION])
    return any(_is_contract(" ".join(sentence.split())) for sentence in _SENTENCE.split(text))


def _is_contract(sentence: str) -> bool:
    if _OTHER_SUBJECT.search(sentence):
        return False
    if _PURPOSE.search(sentence):
        return True
    return bool(_NO_PURPOSE.search(sentence)) and not _CONDITION.search(sentence) and not _GIVEN.search(sentence)


def is_disabled_code(comments: str) -> bool:
    """Code that was commented out is not missing: somebody chose to do without it."""
    return len(_CODE_LINE.findall(comments)) >= 3
