from __future__ import annotations

from tests.stubs.cases import fill, none, report, skip, suggest, table


def member(text: str, header: str = "class A") -> str:
    """A class with this member."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in text.strip("\n").split("\n"))
    return f"<?php\n{header}\n{{\n{lines}}}\n"


CASES = table(
    "a.php",
    none("a finished method", member("function f($x)\n{\n    return $x + 1;\n}")),
    none(
        "interface and abstract",
        "<?php\ninterface I {\n    function f();\n}\nabstract class A {\n    abstract function g();\n}\n",
    ),
    none("unset does something to what stays", member("function f($x)\n{\n    unset($this->items[$x]);\n}")),
    none("anonymous functions", "<?php\n$f = function () {};\n$g = fn() => null;\n"),
    none("an unmarked trivial return", member("function f()\n{\n    return null;\n}")),
    none("throws for another reason", member("function f()\n{\n    throw new LogicException('no name');\n}")),
    none("a page, no PHP", "<?php if ($x): ?>\n<b>TODO</b>\n<?php endif; ?>\n"),
    skip("promoted parameters", member("public function __construct(private int $x) {}"), "A.__construct"),
    skip(
        "private, so that nobody can",
        member("private function __clone() {}\nprivate function __construct() {}"),
        "A.__clone",
        "A.__construct",
    ),
    skip("a comment of intent", member("function f()\n{\n    // Nothing to do here.\n}"), "A.f"),
    skip("a comment of intent above", member("/** Does nothing. */\nfunction f() {}"), "A.f"),
    skip("a null object", member("function log($x) {}", "class NullLogger"), "NullLogger.log"),
    report("an empty constructor", member("public function __construct() {}"), "A.__construct"),
    report("a hook", member("function setUp() {}\nfunction onKernelRequest($e) {}"), "A.setUp", "A.onKernelRequest"),
    report("documented elsewhere", member("/** {@inheritdoc} */\npublic function f(): int {}"), "A.f"),
    report("an override by its attribute", member("#[Override]\npublic function f(): int {}"), "A.f"),
    report("of an abstract class", member("protected function f() {}", "abstract class A"), "A.f"),
    report("of an anonymous class", "<?php\n$x = new class {\n    public function f(): int {}\n};\n", "f"),
    report("an empty method that is not new", member("function f() {}"), "A.f", whole=True),
    report("a helper of tests", member("function f() {}"), "A.f", path="tests/ATest.php"),
    report(
        "a message that refuses",
        member("function f()\n{\n    throw new BadMethodCallException('Method not implemented by Laravel.');\n}"),
        "A.f",
        kind="placeholder",
    ),
    report(
        "an arm of a match",
        member(
            "function f($x)\n{\n    return match ($x) {\n        default => throw new Exception('TODO'),\n    };\n}"
        ),
        "A.f",
        kind="expression",
    ),
    report(
        "it returns before the TODO",
        member("function f()\n{\n    return null;\n    // TODO: when X can\n}"),
        "A.f",
        kind="placeholder",
    ),
    report(
        "of an interface, left out long ago",
        member("function f()\n{\n    throw new Exception('Not implemented');\n}", "class A implements I"),
        "A.f",
        kind="placeholder",
        whole=True,
    ),
    report(
        "PhpStorm's marker in a test's double",
        member("function f()\n{\n    // TODO: Implement f() method.\n}"),
        "A.f",
        path="tests/ATest.php",
    ),
    report("a TODO beside code", member("function f()\n{\n    // TODO: cache\n    return g();\n}"), "A.f", kind="todo"),
    suggest("an empty method in new code", member("public function f($x) {}"), "A.f", hole=""),
    suggest("a function", "<?php\nfunction f() {\n}\n", "f"),
    suggest("nothing but a discard", member("function f($x)\n{\n    unset($x);\n}"), "A.f"),
    suggest("a return type in old code", member("public function f(): ?int {}"), "A.f", whole=True),
    suggest(
        "of a trait and an enum",
        "<?php\ntrait T {\n    function f() {}\n}\nenum E {\n    function g() {}\n}\n",
        "T.f",
        "E.g",
    ),
    fill(
        "PhpStorm's marker",
        member("public function f()\n{\n    // TODO: Implement f() method.\n}"),
        "A.f",
        kind="empty-body",
        hole="        // TODO: Implement f() method.",
    ),
    fill("after the brace", member("function f() { // TODO\n}"), "A.f", kind="empty-body"),
    fill("with #", member("function f()\n{\n    # FIXME later\n}"), "A.f", kind="empty-body"),
    fill("a TODO above", member("// TODO: implement\nfunction f() {}"), "A.f", kind="empty-body"),
    fill("Implement ...", member("function f()\n{\n    throw new Exception('Implement f');\n}"), "A.f"),
    fill(
        "not implemented",
        member("function f(): int\n{\n    throw new \\RuntimeException('Not implemented');\n}"),
        "A.f",
    ),
    fill(
        "an exception of this name", member("function f(): int\n{\n    throw new NotImplementedException();\n}"), "A.f"
    ),
    fill(
        "of an interface, new",
        member("function f()\n{\n    throw new Exception('Not implemented');\n}", "class A implements I"),
        "A.f",
        whole=False,
    ),
    fill(
        "of an interface, not yet",
        member("function f()\n{\n    throw new Exception('Not supported yet');\n}", "class A implements I"),
        "A.f",
    ),
    fill("a TODO and a trivial return", member("function f(): array\n{\n    // TODO\n    return [];\n}"), "A.f"),
    fill(
        "a static one with an attribute",
        member("#[Pure]\nfinal public static function f(): void\n{\n    // TODO\n}"),
        "A.f",
        kind="empty-body",
    ),
    fill("in a namespace", "<?php\nnamespace N\\M;\n\nfunction f()\n{\n    // TODO\n}\n", "f", kind="empty-body"),
    suggest("a conversion", "<?php\nclass A\n{\n    public function __toString()\n    {\n    }\n}\n", "A.__toString"),
)
