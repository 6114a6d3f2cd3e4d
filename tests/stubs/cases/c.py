from __future__ import annotations

from tests.stubs.cases import fill, none, report, skip, suggest, table

CASES = table(
    "a.c",
    none("a finished function", "int f(int x)\n{\n    return x + 1;\n}\n"),
    none("a declaration", "int f(int x);\n"),
    none("an unmarked trivial return", "int f(void) { return 0; }\n"),
    none("a macro's definition", "#define NOTHING() do { } while (0)\n#define F(x) { }\n"),
    none("a discarded call does something", "void f(void)\n{\n    (void)g();\n}\n"),
    none("code on a condition", "void f(void)\n{\n#ifdef X\n    g();\n#endif\n}\n"),
    none("an empty loop", "void f(void)\n{\n    while (g()) { }\n}\n"),
    none("a panic about something else", 'void f(void)\n{\n    panic("out of memory");\n}\n'),
    none("raises for a caller in another language", "void f(void)\n{\n    raise_NotImplementedError(NULL);\n}\n"),
    none("the body of a macro", "TEST(a, b)\n{\n}\n"),
    skip("a comment of intent", "void f(void)\n{\n    /* nothing to do */\n}\n", "f"),
    skip("a dummy", "int dummy(void) { }\n", "dummy"),
    report("an empty function", "void f(void)\n{\n}\n", "f"),
    report("an empty function behind a macro", "__weak void f(void)\n{\n}\n", "f"),
    report("nothing but a discard", "void f(int x)\n{\n    (void)x;\n}\n", "f"),
    report("nothing but a macro's discard", "void f(int x)\n{\n    UNUSED(x);\n}\n", "f"),
    report("main ends without a return", "int main(void) { }\n", "main"),
    report("a comment that says neither", "void f(void)\n{\n    /* see g */\n}\n", "f"),
    report(
        "a panic in a branch",
        'int f(int x)\n{\n    if (x) PANIC("TODO");\n    return g();\n}\n',
        "f",
        kind="expression",
    ),
    report("a TODO beside code", "int f(void)\n{\n    // TODO: cache\n    return g();\n}\n", "f", kind="todo"),
    report(
        "a TODO above a trivial return", "/* TODO: tidy */\nint f(void)\n{\n    return 0;\n}\n", "f", kind="placeholder"
    ),
    suggest("nothing where a value is due", "int f(int x)\n{\n}\n", "f", hole=""),
    suggest("a pointer is due", "static void *f(int x) { }\n", "f", whole=True),
    suggest("a discard where a value is due", "int f(int x)\n{\n    (void)x;\n}\n", "f"),
    fill("only a TODO", "void f(void)\n{\n    // TODO: later\n}\n", "f", kind="empty-body", hole="    // TODO: later"),
    fill(
        "only a TODO in a block comment", "void f(void) { /* TODO */ }\n", "f", kind="empty-body", hole=" /* TODO */ "
    ),
    fill("not implemented yet", "void f(void) {\n    /* Not implemented yet. */\n}\n", "f", kind="empty-body"),
    fill("a TODO and a trivial return", "char *f(void)\n{\n    /* TODO: implement */\n    return NULL;\n}\n", "f"),
    fill("a TODO and an error", "int f(void)\n{\n    /* TODO */\n    return -ENOSYS;\n}\n", "f"),
    fill("a panic", 'int f(int x)\n{\n    (void)x;\n    PANIC("unimplemented");\n}\n', "f"),
    fill(
        "a panic, then a dead return", 'int f(void)\n{\n    KERNEL_PANIC("not implemented");\n    return 0;\n}\n', "f"
    ),
    fill("a macro that says so", "int f(void) { TODO(); }\n", "f", hole=" TODO(); "),
    fill("an assertion that says so", 'int f(void)\n{\n    assert(!"not implemented");\n    return 0;\n}\n', "f"),
    fill("a function that returns a function", "int (*f(void))(int)\n{\n    // TODO\n    return NULL;\n}\n", "f"),
    fill("a header of C", "static inline int f(void)\n{\n    // TODO\n    return 0;\n}\n", "f", path="a.h"),
)
