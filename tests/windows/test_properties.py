"""What holds for every window: whole lines in their order, never over budget, the prefix ending at the hole."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from fimbot.stubs.find import find_stubs
from fimbot.stubs.parsed import parsed_file
from fimbot.values import WHOLE_FILE, ContextPart, Skip, Stub, Window
from fimbot.windows.lines import lines_of
from fimbot.windows.others import OtherStubs
from fimbot.windows.tokens import estimate_tokens
from fimbot.windows.window import build_window

SECRET = "AKIA" + "Q3EGRIOPLW7B2XNM"

MEMBERS = st.sampled_from(
    [
        "import os\n",
        "from a.b import (\n    c,\n    d,\n)\n",
        "X = 1\n",
        f'KEY = "{SECRET}"\n',
        'TEXT = """\n  one\n\ntwo\n"""\n',
        "# a comment\n",
        "\n",
        "def g(a):\n    return a\n",
        "class B:\n    x: int = 1\n\n    def h(self):\n        if self.x:\n            return 1\n        return 2\n",
        "@decorated\nasync def j(self, *a: int) -> None:\n    '''Doc.'''\n    await a\n",
        "é = 'ü'  # ✓\n",
        "LONG = '" + "x" * 3000 + "'\n",
        "def broken(:\n",
        "x = [\n",
    ]
)
STUBS = st.sampled_from(
    [
        "def stub(a: B) -> int:\n    # TODO: write\n    pass\n",
        "def stub(a):\n    raise NotImplementedError('TODO')\n",
        'class Owner(B):\n    y = 1\n\n    def stub(self):\n        """Doc.\n\n        More.\n        """\n'
        "        raise NotImplementedError('TODO')\n\n    def other(self):\n        return 1\n",
        f"def stub(a='{SECRET}'):\n    # TODO: {SECRET}\n    pass\n",
    ]
)
CONTEXT = st.lists(
    st.builds(ContextPart, st.sampled_from(["definition", "call", "test"]), st.just("b.py"), MEMBERS), max_size=4
)


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    parts = [*draw(st.lists(MEMBERS, max_size=12)), draw(STUBS), *draw(st.lists(MEMBERS, max_size=12))]
    text = "".join(parts)
    if draw(st.booleans()):
        text = text.rstrip("\n")
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


def stubs_of(source: bytes) -> list[Stub]:
    found = find_stubs("a.py", source, [WHOLE_FILE])
    return [one.stub if isinstance(one, Skip) else one for one in found]


def shown(source: bytes) -> list[str]:
    """The lines of a content as a window shows them."""
    text = source.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace(SECRET, "<withheld>")
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def is_within(lines: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(any(line == other for other in rest) for line in lines)


# No deadline: the first window imports the parser and the detectors.
@settings(deadline=None)
@given(sources(), CONTEXT, st.integers(min_value=10, max_value=1000))
def test_windows(source: bytes, context: list[ContextPart], budget: int) -> None:
    stubs = stubs_of(source)
    file = parsed_file("a.py", source)
    lines = lines_of(file)
    others = OtherStubs(lines, stubs)
    for stub in stubs:
        window = build_window(file, stub, budget=budget, context=context, others=others)
        assert build_window(file, stub, budget=budget, context=context, lines=lines, others=others) == window
        if isinstance(window, Window):
            check(source, stub, window, budget)


def check(source: bytes, stub: Stub, window: Window, budget: int) -> None:
    whole = window.prefix + window.suffix + "".join(part.path + part.text for part in window.context)
    assert estimate_tokens(whole) <= window.tokens <= budget
    assert SECRET not in whole
    assert (SECRET in repr(window)) == (SECRET in repr(window.stub))
    assert "\r\n" not in whole
    whole.encode()
    prefix = shown(window.prefix.encode())
    comment = [
        line for line in stub.comment.replace(SECRET, "<withheld>").replace("TODO: ", "").splitlines() if line.strip()
    ]
    while comment and prefix and prefix[-1].strip() == comment[-1].strip():
        prefix.pop()
        comment.pop()
    assert not comment
    assert is_within(prefix, shown(source[: stub.hole.start] + stub.hole.lead))
    assert window.suffix.startswith("\n") or stub.hole.end == len(source)
    assert is_within(shown(window.suffix.encode())[1:], shown(stub.hole.tail + source[stub.hole.end :])[1:])
    header = source[stub.start :].decode().split(":\n")[0].split(":\r\n")[0].replace("\r\n", "\n")
    assert header.replace(SECRET, "<withheld>") in window.prefix
