"""A fill whose name nobody defines is none: it would be committed, and fail as soon as it ran."""

from __future__ import annotations

import pytest

from fimbot.fills.names import undefined_name
from fimbot.fills.prove import prove
from tests.fills.asking import frame_in, stub_in

STUB = "def under2camel(under_string):\n    # TODO: implement\n    raise NotImplementedError\n"


def undefined(head: str, body: str, stub: str = STUB, tail: str = "") -> str | None:
    source = (head + stub + tail).encode()
    found = stub_in(source)
    return undefined_name(frame_in(source, found), body)


DEFINED = {
    "a parameter": ("", "    return under_string.title()"),
    "a builtin": ("", "    return sorted(under_string)"),
    "what the file imports": ("from re import sub\n\n\n", "    return sub('_', '', under_string)"),
    "a module that gets its import with the fill": ("", "    return re.sub('_', '', under_string)"),
    "what the fill defines itself": (
        "",
        "    parts = under_string.split('_')\n    return [part.title() for part in parts]",
    ),
    "a star import may bring it": ("from helpers import *\n\n\n", "    return camel(under_string)"),
    "the file may define it by another way": ("globals()['camel'] = str\n\n\n", "    return camel(under_string)"),
    "an enumeration may": ("@enum.global_enum\nclass E: ...\n\n\n", "    return CAMEL + under_string"),
    "whoever defines it for the rest of the file does for the fill": (
        "title = _('Title')\n\n\n",
        "    return _(under_string)",
    ),
    "this interpreter cannot read the file": ("print 'two'\n\n\n", "    return nowhere"),
}


@pytest.mark.parametrize(("head", "body"), DEFINED.values(), ids=DEFINED.keys())
def test_nothing_speaks_against(head: str, body: str) -> None:
    assert undefined(head, body) is None


def test_it_may_be_defined_below() -> None:
    assert undefined("", "    return later(under_string)", tail="\n\ndef later(text):\n    return text\n") is None


UNDEFINED = {
    "a name out of another function": ("", "    return camel_string.title()", "camel_string"),
    "a function that is nowhere": ("import os\n\n\n", "    return os.fspath(to_camel(under_string))", "to_camel"),
    "what is not in the standard library": ("", "    return np.array(under_string)", "np"),
    "in the last line": ("", "    if not under_string:\n        return ''\n    return joined", "joined"),
    "an attribute of something in the module": (
        "import os\n\nHOME = os.environ['HOME']\n\n\n",
        "    return environ[under_string]",
        "environ",
    ),
    "a module of which a part was imported": (
        "from json import dumps as write\n\n\n",
        "    return json.loads(under_string)",
        "json",
    ),
    "a keyword of a call": ("CACHE = dict(size=1)\n\n\n", "    return size", "size"),
    "the variable of a comprehension": ("SQUARES = [n * n for n in range(9)]\n\n\n", "    return n", "n"),
    "an exception that has been handled": (
        "try:\n    import fast\nexcept ImportError as error:\n    fast = None\n\n\n",
        "    return error",
        "error",
    ),
    "what was deleted": ("import os\n\ntemporary = 1\ndel temporary\n\n\n", "    return temporary", "temporary"),
    "a word of the documentation": ('"""All of it.\n\nglobal state is here\n"""\n\n\n', "    return state", "state"),
    "beside a module that gets its import": ("", "    return re.sub('_', sep, under_string)", "sep"),
}


@pytest.mark.parametrize(("head", "body", "name"), UNDEFINED.values(), ids=UNDEFINED.keys())
def test_it_is_found(head: str, body: str, name: str) -> None:
    assert undefined(head, body) == name


@pytest.mark.filterwarnings("error")
def test_what_python_warns_of_in_the_file_is_not_said() -> None:
    assert undefined("PATTERN = '\\d'\n\n\n", "    return camel_string") == "camel_string"


def test_such_a_fill_is_not_suggested() -> None:
    source = STUB.encode()
    reason = prove(frame_in(source, stub_in(source)), "    return camel_string.title()")
    assert reason == "the answer uses camel_string, which is defined nowhere"
