"""Import lines: only what the standard library has, what the fill uses, and what nobody else defines."""

from __future__ import annotations

import pytest

from fimbot.fills.frame import edit_of
from fimbot.fills.imports import needed_imports
from fimbot.values import apply_edits
from tests.fills.asking import frame_in, stub_in

STUB = "def f(x):\n    raise NotImplementedError('TODO')\n"


def imported(head: str, body: str, stub: str = STUB) -> str:
    source = (head + stub).encode()
    found = stub_in(source)
    edits = needed_imports(frame_in(source, found), body)
    after = apply_edits(source, [edit_of(found, body), *edits]).decode()
    assert after.endswith(body + found.newline)
    return after.partition("def f")[0]


NONE = {
    "nothing used": ("import os\n", "    return x.re"),
    "imported": ("import re\n", "    return re.escape(x)"),
    "imported under that name": ("import regex as re\n", "    return re.escape(x)"),
    "imported by the fill": ("import os\n", "    import re\n\n    return re.escape(x)"),
    "a variable of the file": ("re = 1\n", "    return re.escape(x)"),
    "a variable of the fill": ("import os\n", "    token = x\n    return token.text"),
    "a star import may bring it": ("from a import *\n", "    return re.escape(x)"),
    "not in the standard library": ("import os\n", "    return numpy.array(x)"),
    "no attribute of it": ("import os\n", "    return re"),
    "a submodule of what is imported": ("import urllib.parse\n", "    return urllib.parse.quote(x)"),
}


@pytest.mark.parametrize(("head", "body"), NONE.values(), ids=NONE.keys())
def test_no_import_is_added(head: str, body: str) -> None:
    assert imported(head, body) == head


def test_a_parameter_is_no_module() -> None:
    assert imported("", "    return json.x", STUB.replace("x", "json")) == ""


ADDED = {
    "in alphabetical order": ("import os\nimport sys\n\n", "import os\nimport re\nimport sys\n\n"),
    "behind the last": ("import ast\n\n", "import ast\nimport re\n\n"),
    "behind imports from modules": ("from a import b\n\n", "from a import b\nimport re\n\n"),
    "behind the future": (
        "from __future__ import annotations\n\n",
        "from __future__ import annotations\nimport re\n\n",
    ),
    "behind a docstring": ('"""Doc."""\n\n', '"""Doc."""\n\nimport re\n\n'),
    "in front of everything else": ("#!/usr/bin/env python\n", "#!/usr/bin/env python\nimport re\n\n"),
    "with the file's line break": ("import os\r\n\r\n", "import os\r\nimport re\r\n\r\n"),
}


@pytest.mark.parametrize(("head", "expected"), ADDED.values(), ids=ADDED.keys())
def test_an_import_is_added(head: str, expected: str) -> None:
    stub = STUB.replace("\n", "\r\n") if "\r\n" in head else STUB
    assert imported(head, "    return re.escape(x)", stub) == expected


def test_several_imports_are_one_edit_where_they_belong_together() -> None:
    body = "    return re.escape(json.dumps(x)) + urllib.parse.quote(x)"
    assert imported("import os\n\n", body) == "import json\nimport os\nimport re\nimport urllib.parse\n\n"


def test_other_languages_are_left_alone() -> None:
    source = b"def f(x)\n  raise NotImplementedError, 'TODO'\nend\n"
    assert needed_imports(frame_in(source, stub_in(source, "a.rb")), "  re.escape(x)") == ()
