"""A case's file as other people would have written it: the same stubs, and holes that can be filled."""

from __future__ import annotations

import re

from fimbot.stubs.find import find_stubs
from fimbot.stubs.language import load
from fimbot.stubs.table import language_of
from fimbot.values import Stub
from tests.stubs.cases import Case, told
from tests.stubs.checks import check_hole


def check_rewritten(case: Case, *, with_tabs: bool = True) -> None:
    """With CRLF, with tabs, and without a line break at the end."""
    language = load(language_of(case.path) or "")
    tabs = re.sub(r"(?m)^ +", lambda blanks: "\t" * (len(blanks[0]) // len(language.indent)), case.source)
    for source in (case.source.replace("\n", "\r\n"), case.source.rstrip("\n"), *([tabs] if with_tabs else [])):
        found = find_stubs(case.path, source.encode(), case.added)
        assert [told(one) for one in found] == list(case.wanted), source
        for stub in found:
            if isinstance(stub, Stub) and stub.kind in ("empty-body", "placeholder"):
                check_hole(stub, source.encode(), language)
