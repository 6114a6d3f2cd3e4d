"""Strategies: true bodies in a few languages, and answers that are anything a model may write."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.fills.asking import PYTHON, C


@dataclass(frozen=True)
class Sample:
    path: str
    source: bytes
    indent: str
    statements: tuple[str, ...]
    blocks: tuple[tuple[str, str], ...]
    """Header and closer of a nested block."""
    closer: str
    overruns: tuple[str, ...]


_PYTHON = Sample(
    "a.py",
    PYTHON,
    "        ",
    (
        "total = amount",
        "print('}{)(', amount)  # it's done",
        'note = """\nat the margin\n    def f():\n"""',
        "values = [\n    1,\n    2,\n]",
        "self._balance -= (amount +\n1)",
        "# a remark",
        "total = amount \\\n    + 1",
        "def inner() -> int:\n    return 2",
    ),
    (("if amount > 1:", ""), ("for each in range(amount):", ""), ("with open('x') as file:", "")),
    "",
    (
        "\n\n# Test the function\nprint(1)\n",
        "\n\n    def close(self) -> None:\n        self._balance = 0\n",
        "\n\n    @property\n    def other(self) -> int:\n        return 1\n\n\nx = 1\n",
        "\n\n\nclass Other:\n    pass\n",
    ),
)
_C = Sample(
    "a.c",
    C,
    "\t",
    (
        "int sum = a;",
        'puts("}{)(");',
        "/* } it's\n * here */",
        "// it's }",
        "sum += '}';",
        'char *s =\n\t"}";',
        "sum = a /* } */ / b;",
    ),
    (("if (a) {", "}"), ("while (b--) {", "}"), ("{", "}")),
    "\n}",
    (
        "\n}\n\n// Test the function\nprintf(add(1, 2));\n",
        "\n}\n\nint main(void)\n{\n\treturn add(1, 2);\n}\n",
        "\n}\n\nint sub(int a, int b)\n{\n\treturn a - b;",
        "\n}\n",
    ),
)
_JAVASCRIPT = Sample(
    "a.js",
    b"class A {\n  one() {\n    return 1;\n  }\n\n  two(a) {\n    // TODO: implement\n  }\n\n  three() {\n  }\n}\n",
    "    ",
    (
        "const t = `}${a ? `{` : '}'}\n}\n`;",
        "const r = /[}\"'``]/.test(a);",
        "let x = { a: 1 };",
        "call(() => {\n  return 2;\n});",
        "// it's }",
        "x = a / 2; // } /",
        "function inner() { return 1; }",
    ),
    (("if (a) {", "}"), ("for (const x of a) {", "}")),
    "\n  }",
    (
        "\n  }\n\n  three() {\n  }\n}\n",
        "\n  }\n\n  four() {\n    return 4;",
        "\n  }\n}\n\n// Test the function\nconsole.log(new A().two(1));\n",
    ),
)
_GO = Sample(
    "a.go",
    b"package a\n\nfunc One() int {\n\treturn 1\n}\n\n"
    b'func Two(a int) int {\n\tpanic("TODO: implement")\n}\n\nfunc Three() {\n}\n',
    "\t",
    (
        "s := `\n}\nfunc x() {`",
        "b := '}'",
        'c := "}"',
        "x := []int{\n\t1,\n}",
        "// it's }",
        "/* }\n} */",
        "y := a / 2",
    ),
    (("if a > 1 {", "}"), ("for {", "}"), ("func() {", "}()")),
    "\n}",
    (
        "\n}\n\nfunc Four() int {\n\treturn 4",
        "\n}\n\nfunc Three() {\n}\n",
        "\n}\n\nfunc main() {\n\tprintln(Two(1))\n}\n",
    ),
)
_RUBY = Sample(
    "a.rb",
    b"class A\n  def one\n    1\n  end\n\n  def two(a)\n    raise NotImplementedError, 'TODO: implement'\n  end\n\n"
    b"  def three\n    3\n  end\nend\n",
    "    ",
    (
        "x = 'end'",
        'y = "#{a ? "end" : 1}"',
        "# it's the end",
        "z = a if a",
        "call(a) do |each|\n  each + 1\nend",
        "w = %w[end end]",
    ),
    (("if a", "end"), ("while a > 1", "end"), ("begin", "end")),
    "\n  end",
    (
        "\n  end\n\n  def three\n    3\n  end\nend\n",
        "\n  end\nend\n\n# Test the function\nputs A.new.two(1)\n",
        "\n  end\n\n  def four\n    4",
    ),
)
SAMPLES = {sample.path: sample for sample in (_PYTHON, _C, _JAVASCRIPT, _GO, _RUBY)}
_UNIT = {"a.py": "    ", "a.c": "\t", "a.js": "  ", "a.go": "\t", "a.rb": "  "}
_LITERALS = ('"""', "`")


def _deeper(text: str, indent: str) -> str:
    """Every line deeper, but for those inside a string."""
    lines, inside = [], False
    for line in text.split("\n"):
        lines.append(line if inside or not line else indent + line)
        if sum(line.count(quote) for quote in _LITERALS) % 2:
            inside = not inside
    return "\n".join(lines)


def blocks(sample: Sample) -> st.SearchStrategy[str]:
    """A run of statements from column 0, some of them nested in others."""
    unit = _UNIT[sample.path]
    code = st.sampled_from([each for each in sample.statements if not each.lstrip().startswith(("#", "//", "/*"))])
    simple = st.sampled_from(sample.statements)

    def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        def build(first: str, rest: list[str], frame: tuple[str, str]) -> str:
            body = "\n".join(_deeper(each, unit) for each in (first, *rest))
            return f"{frame[0]}\n{body}" + (f"\n{frame[1]}" if frame[1] else "")

        return st.builds(build, code, st.lists(inner, max_size=2), st.sampled_from(sample.blocks))

    one = st.recursive(simple, nested, max_leaves=4)
    return st.builds(
        lambda first, rest, gap, last: gap.join([first, *rest, last]),
        code,
        st.lists(one, max_size=3),
        st.sampled_from(["\n", "\n\n"]),
        code,
    )


@st.composite
def true_bodies(draw: st.DrawFn, sample: Sample) -> str:
    statements = draw(st.lists(blocks(sample), min_size=1, max_size=2))
    return "\n".join(_deeper(each, sample.indent) for each in statements)


def anything(sample: Sample) -> st.SearchStrategy[str]:
    """Lines of code and of what is no code, at any depth, cut off anywhere."""
    line = st.one_of(
        st.sampled_from([part for each in sample.statements for part in each.split("\n")]),
        st.sampled_from([part for each in sample.overruns for part in each.split("\n")]),
        st.sampled_from(
            ["```", "}", "end", "return 1", "{", "(", '"', "'", "`", "/*", "*/", '"""', "<|endoftext|>", "é"]
        ),
        st.text(max_size=12),
    )
    indent = st.sampled_from(["", "  ", "    ", "        ", "\t", "\t\t", " "])
    lines = st.lists(st.builds(str.__add__, indent, line), max_size=8).map("\n".join)
    return st.builds(lambda text, cut: text[: len(text) - cut], lines, st.integers(0, 4))
