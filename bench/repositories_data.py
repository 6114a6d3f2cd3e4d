"""The packages of bench/repositories.py and the bodies that are blanked there."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Commands = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Body:
    path: str
    name: str
    filler: str
    """What stands in the body instead; nothing where it is empty."""
    test: str
    """What covers it, for the package's `test`."""


@dataclass(frozen=True, slots=True)
class Package:
    language: str
    bodies: Sequence[Body]
    test: Callable[[str], Commands]
    """The commands, run in the checkout, that must all succeed."""
    fetch: Sequence[str] = ()
    url: str = ""
    top: str = "*"
    """Of the archive: what becomes the repository."""
    prepare: Commands = ()
    """Run beside the checkout, for what only the tests need."""


def blanked(content: str, body: Body) -> tuple[str, str]:
    """The text of the function, and the same with its body replaced by the filler; what documents it stays.

    Found without fimbot: by `ast` in Python, elsewhere by the indentation of the closing brace.
    """
    lines = content.splitlines(keepends=True)
    first, start, end, margin = _python(content, body) if body.path.endswith(".py") else _braces(lines, body)
    filler = f"{margin}{body.filler}\n" if body.filler else ""
    head = "".join(lines[first:start])
    # Up to and including the line that follows: two functions may have the same text.
    rest = lines[end] if end < len(lines) else ""
    return head + "".join(lines[start:end]) + rest, head + filler + rest


def _python(content: str, body: Body) -> tuple[int, int, int, str]:
    for node in ast.parse(content).body:
        if isinstance(node, ast.FunctionDef) and node.name == body.name:
            documented = ast.get_docstring(node) is not None
            start = (node.body[0].end_lineno or 0) if documented else node.body[0].lineno - 1
            return node.lineno - 1, start, node.end_lineno or 0, " " * node.body[0].col_offset
    raise LookupError(body.name)


def _braces(lines: Sequence[str], body: Body) -> tuple[int, int, int, str]:
    header = re.compile(rf"(?!\s).*\b{re.escape(body.name)}(?: = function|[(<]).*[^;]\n")
    first = next(at for at, line in enumerate(lines) if header.fullmatch(line))
    start = next(at for at in range(first, len(lines)) if lines[at].rstrip().endswith("{")) + 1
    end = next(at for at in range(start, len(lines)) if lines[at].rstrip() in ("}", "};"))
    return first, start, end, "    "


def _pytest(test: str) -> Commands:
    return [[sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--noconftest", *test.split()]]


def _node(test: str) -> Commands:
    return [["node", f"test/{each}.js"] for each in test.split()]


def _unity(test: str) -> Commands:
    """As tests/CMakeLists.txt has it: each test is a program, which may include cJSON.c itself."""
    commands: list[list[str]] = []
    for each in test.split():
        compiler = ["gcc", "-w", "-o", f"tests/{each}", f"tests/{each}.c", "tests/unity/src/unity.c", "cJSON.c", "-lm"]
        # Some tests include cJSON.c for its static functions, and so define everything twice.
        commands += [[*compiler, "-Wl,--allow-multiple-definition"], ["sh", "-c", f"cd tests && exec ./{each}"]]
    return commands


def _rust(test: str) -> Commands:
    return [
        ["rustc", "--edition", "2015", "--cap-lints", "allow", "--test", "src/lib.rs", "-o", "unit"],
        ["./unit", *test.split()],
    ]


def _of(path: str, *rows: tuple[str, str, str]) -> list[Body]:
    return [Body(path, *row) for row in rows]


RAISE, PASS, TODO = "raise NotImplementedError", "pass", "pass  # TODO"
THROW = 'throw new Error("Not implemented");'
_STR, _ITER, _TIME = "tests/test_strutils.py", "tests/test_iterutils.py", "tests/test_timeutils.py"
QS_TESTS = (
    *("tape@5", "for-each", "has-property-descriptors", "iconv-lite@0.5", "mock-property", "has-override-mistake"),
    *("safer-buffer", "es-value-fixtures", "object-inspect", "has-proto", "has-symbols", "has-bigints", "side-channel"),
    "qs-iconv",
)

PACKAGES = {
    "boltons": Package(
        language="Python",
        fetch=("pip", "download", "-q", "--no-binary", ":all:", "--no-deps", "boltons==25.0.0"),
        test=_pytest,
        bodies=[
            *_of(
                "boltons/strutils.py",
                ("camel2under", RAISE, f"{_STR} boltons/strutils.py --doctest-modules"),
                ("under2camel", PASS, f"{_STR} boltons/strutils.py --doctest-modules"),
                ("ordinalize", TODO, f"{_STR} boltons/strutils.py --doctest-modules"),
                ("singularize", RAISE, f"{_STR} boltons/strutils.py --doctest-modules"),
                ("is_uuid", "", _STR),
                ("args2sh", PASS, f"{_STR} boltons/strutils.py --doctest-modules"),
                ("parse_int_list", RAISE, _STR),
                ("format_int_list", TODO, f"{_STR} boltons/strutils.py --doctest-modules"),
                ("unwrap_text", "", f"{_STR} boltons/strutils.py --doctest-modules"),
                ("bytes2human", RAISE, f"{_STR} boltons/strutils.py --doctest-modules"),
            ),
            *_of(
                "boltons/iterutils.py",
                ("split_iter", RAISE, f"{_ITER} boltons/iterutils.py --doctest-modules"),
                ("lstrip_iter", "", f"{_ITER} boltons/iterutils.py --doctest-modules"),
                ("chunk_ranges", TODO, f"{_ITER} boltons/iterutils.py --doctest-modules"),
                ("unique_iter", PASS, f"{_ITER} boltons/iterutils.py --doctest-modules"),
                ("first", RAISE, f"{_ITER} boltons/iterutils.py --doctest-modules"),
                ("flatten_iter", "", f"{_ITER} boltons/iterutils.py --doctest-modules"),
                ("same", RAISE, f"{_ITER} boltons/iterutils.py --doctest-modules"),
            ),
            *_of(
                "boltons/timeutils.py",
                ("parse_timedelta", RAISE, f"{_TIME} boltons/timeutils.py --doctest-modules"),
                ("daterange", PASS, f"{_TIME} boltons/timeutils.py --doctest-modules"),
            ),
            *_of(
                "boltons/mathutils.py",
                ("clamp", PASS, "tests/test_mathutils.py boltons/mathutils.py --doctest-modules"),
            ),
        ],
    ),
    "qs": Package(
        language="JavaScript",
        fetch=("npm", "pack", "--silent", "qs@6.14.0"),
        prepare=[["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", ".", *QS_TESTS]],
        test=_node,
        bodies=[
            *_of(
                "lib/utils.js",
                ("compactQueue", THROW, "utils parse"),
                ("arrayToObject", "", "utils parse"),
                ("assign", "// TODO", "utils"),
                ("decode", "// TODO: implement", "parse"),
                ("compact", THROW, "utils parse"),
                ("isRegExp", "", "stringify utils parse"),
                ("isBuffer", THROW, "utils"),
                ("combine", "// TODO", "utils parse"),
                ("maybeMap", "", "stringify parse"),
            ),
            *_of(
                "lib/parse.js",
                ("interpretNumericEntities", THROW, "parse"),
                ("parseArrayValue", "// TODO", "parse"),
                ("parseKeys", "", "parse"),
            ),
            *_of("lib/stringify.js", ("pushToArray", "", "stringify"), ("isNonNullishPrimitive", THROW, "stringify")),
        ],
    ),
    "cjson": Package(
        language="C",
        url="https://deb.debian.org/debian/pool/main/c/cjson/cjson_1.7.15.orig.tar.gz",
        test=_unity,
        bodies=_of(
            "cJSON.c",
            ("case_insensitive_strcmp", "/* TODO */", "compare_tests misc_tests"),
            ("cJSON_strdup", "", "cjson_add misc_tests"),
            ("cJSON_CreateString", "/* TODO: a copy of the string */", "cjson_add"),
            ("compare_double", "/* TODO */", "compare_tests"),
            ("parse_hex4", "", "parse_hex4"),
            ("buffer_skip_whitespace", "/* TODO */", "misc_tests parse_examples"),
            ("skip_utf8_bom", "", "misc_tests"),
            ("parse_array", "/* TODO */", "parse_array parse_examples"),
            ("skip_oneline_comment", "", "minify_tests"),
            ("get_array_item", "/* TODO */", "misc_tests"),
            ("get_object_item", "", "misc_tests cjson_add"),
            ("add_item_to_array", "/* TODO */", "misc_tests cjson_add"),
            ("cJSON_AddNumberToObject", "", "cjson_add"),
            ("cJSON_CreateNumber", "/* TODO */", "misc_tests cjson_add"),
            ("skip_multiline_comment", "", "minify_tests"),
            ("cJSON_IsNumber", "/* TODO */", "misc_tests"),
        ),
    ),
    "strsim": Package(
        language="Rust",
        fetch=(
            "sh",
            "-c",
            "apt-get -qq download librust-strsim-dev=0.10.0-1"
            " && dpkg-deb --fsys-tarfile ./*.deb > all.tar && rm ./*.deb",
        ),
        top="usr/share/cargo/registry/*",
        test=_rust,
        bodies=_of(
            "src/lib.rs",
            ("generic_hamming", "todo!()", "hamming"),
            ("jaro", "unimplemented!()", "jaro"),
            ("generic_jaro_winkler", "todo!()", "jaro_winkler"),
            ("generic_levenshtein", "todo!()", "levenshtein"),
            ("normalized_levenshtein", 'todo!("1 - distance / length")', "normalized_levenshtein"),
            ("osa_distance", "// TODO", "osa"),
            ("flat_index", "unimplemented!()", "damerau"),
            ("bigrams", "todo!()", "bigrams sorensen"),
            ("sorensen_dice", "", "sorensen"),
        ),
    ),
}
