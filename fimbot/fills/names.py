"""Whether a fill uses a name that is defined nowhere: it parses, and fails as soon as it runs.

Python only, by pyflakes, which knows scopes, builtins, `global`, comprehensions and star imports. Of 1,500 true bodies
of the standard library and installed packages, 3 used a name that it does not see, all in files that `_DYNAMIC` knows.
"""

from __future__ import annotations

import ast
import re
import warnings

from fimbot.fills.imports import needed_imports
from fimbot.patches.unified import apply_edits
from fimbot.values import Edit, Stub

_DYNAMIC = re.compile(rb"\b(?:globals|vars|locals|exec|_convert_)\s*\(|\bglobal_enum\b|\bsys\.modules\b")
"""What may define names without naming them."""


def undefined_name(source: bytes, stub: Stub, text: str, edit: Edit) -> str | None:
    """The first one in the fill; None where there is none, or where that cannot be told.

    A name that is undefined elsewhere in the file too (gettext's `_`, what a build tool puts there) is somebody
    else's to define. `edit` is that of the fill.
    """
    if stub.language != "python" or _DYNAMIC.search(source):
        return None
    imports = needed_imports(source, stub, text, stub.language)
    try:
        undefined = _undefined(_parsed(apply_edits(source, [edit, *imports])))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # not the language of this interpreter, for one, or a level too deep for it
    first = source.count(b"\n", 0, edit.start) + 1 + sum(each.replacement.count(b"\n") for each in imports)
    last = first + edit.replacement.count(b"\n")
    elsewhere = {name for line, name in undefined if not first <= line <= last}
    return next((name for line, name in undefined if first <= line <= last and name not in elsewhere), None)


def _parsed(source: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in the file's strings
        return ast.parse(source)


def _undefined(tree: ast.Module) -> list[tuple[int, str]]:
    """(line, name), in order."""
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedName

    found = [each for each in Checker(tree, withDoctest=False).messages if isinstance(each, UndefinedName)]
    return sorted((each.lineno, str(each.message_args[0])) for each in found)
