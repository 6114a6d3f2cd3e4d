"""Whether a fill uses a name that is defined nowhere: it parses, and fails as soon as it runs.

Python only, by pyflakes, which knows scopes, builtins, `global`, comprehensions and star imports. Of 1,500 true bodies
of the standard library and installed packages, 3 used a name that it does not see, all in files that `_DYNAMIC` knows.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from functools import lru_cache

from fimbot.fills.frame import Frame, edit_of
from fimbot.fills.imports import imports_everything, needed_imports
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import apply_edits

_DYNAMIC = re.compile(rb"\b(?:globals|vars|locals|exec|_convert_)\s*\(|\bglobal_enum\b|\bsys\.modules\b")
"""What may define names without naming them."""
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
"""Not the language of this interpreter, for one, or a level too deep for it."""


def undefined_name(frame: Frame, text: str) -> str | None:
    """Return the first one in the fill; None where there is none, or where that cannot be told.

    A name that is undefined elsewhere in the file too (gettext's `_`, what a build tool puts there) is somebody
    else's to define.
    """
    if frame.language.name != "python":
        return None
    module_names = _module_names(frame.file)
    if module_names is None:
        return None
    imports = needed_imports(frame, text)
    known = module_names | {name for edit in imports for name in re.findall(r"import (\w+)", edit.replacement.decode())}
    placed = frame.place(text.encode())
    if not _undefined_in(placed.data, placed.start, placed.end, known):
        return None
    # The frame knows nothing of an enclosing function's variables, nor what is undefined elsewhere: the file does, at
    # a third of a second for 4,000 lines.
    edit = edit_of(frame.stub, text)
    shift = sum(len(each.replacement) for each in imports)
    filled = apply_edits(frame.file.source, [edit, *imports])
    found = _undefined_in(filled, edit.start + shift, edit.start + shift + len(edit.replacement))
    return next(iter(found), None)


@lru_cache(maxsize=8)
def _module_names(file: ParsedFile) -> frozenset[str] | None:
    """Return the names that the module's own code binds for good; None where any name may be bound.

    Fewer than there are: what they leave open is asked of the whole file.
    """
    if _DYNAMIC.search(file.source) or imports_everything(file):
        return None
    try:
        tree = _parsed(file.source)
    except _UNREADABLE:
        return None
    bound: set[str] = set()
    unbound: set[str] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        match pending.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                bound.update(each.asname or each.name.partition(".")[0] for each in names)
            case ast.Name(id=name, ctx=ast.Store()):
                bound.add(name)
            case ast.Name(id=name, ctx=ast.Del()) | ast.ExceptHandler(name=str(name)) as node:
                unbound.add(name)
                pending += ast.iter_child_nodes(node)
            case node if not isinstance(node, _SCOPES):
                pending += ast.iter_child_nodes(node)
    return frozenset(bound - unbound)


def _undefined_in(source: bytes, start: int, end: int, known: Iterable[str] = ()) -> list[str]:
    """Return the names between these bytes that are undefined, in order, and not undefined elsewhere too."""
    try:
        undefined = _undefined(_parsed(source), known)
    except _UNREADABLE:
        return []
    first = source.count(b"\n", 0, start) + 1
    last = first + source.count(b"\n", start, end)
    elsewhere = {name for line, name in undefined if not first <= line <= last}
    return [name for line, name in undefined if first <= line <= last and name not in elsewhere]


def _parsed(source: bytes) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes in the file's strings
        return ast.parse(source)


def _undefined(tree: ast.Module, known: Iterable[str]) -> list[tuple[int, str]]:
    """(line, name), in order."""
    from pyflakes.checker import Checker
    from pyflakes.messages import UndefinedName

    checker = Checker(tree, builtins=frozenset(known), withDoctest=False)
    found = [each for each in checker.messages if isinstance(each, UndefinedName)]
    return sorted((each.lineno, str(each.message_args[0])) for each in found)
