from __future__ import annotations

from tests.stubs.cases import fill, none, report, skip, suggest, table

CASES = table(
    "src/a.zig",
    none("a finished function", "fn f(x: u8) u8 {\n    return x + 1;\n}\n"),
    none("an external function", "extern fn f() void;\n"),
    none("a panic that says something else", 'fn f() noreturn {\n    @panic("out of memory");\n}\n'),
    none("a discarded call", "fn f() void {\n    _ = g();\n}\n"),
    none("a trivial return without a TODO", "fn f() ?u8 {\n    return null;\n}\n"),
    none("an unreachable without a TODO", "fn f() u8 {\n    unreachable;\n}\n"),
    none("an empty test and an empty comptime block", 'test "a" {}\ncomptime {}\n'),
    none("a compile error", 'fn f() void {\n    @compileError("TODO");\n}\n'),
    none("an empty container", "const A = struct {};\n"),
    skip("a no-op by the comment above", "/// Does nothing.\nfn f() void {}\n", "f"),
    skip("a no-op by the comment inside", "fn f() void {\n    // no-op\n}\n", "f"),
    skip("a no-op by its name", "fn noopFree(p: *u8) void {\n    _ = p;\n}\n", "noopFree"),
    skip("ignored", '// fimbot: ignore\nfn f() void {\n    @panic("TODO");\n}\n', "f", kind="placeholder"),
    skip(
        "a contract beats a TODO",
        'fn f() void {\n    @panic("TODO: this target does not support it");\n}\n',
        "f",
        kind="placeholder",
    ),
    report(
        "a hook by its name",
        "const A = struct {\n    fn deinit(self: *A) void {\n        _ = self;\n    }\n};\n",
        "A.deinit",
    ),
    report("an empty body that has long been there", "fn f() void {}\n", "f", whole=True),
    report("a fixture of a test", "fn f() u8 {}\n", "f", path="tests/a.zig"),
    report("an empty function", "fn f() void {}\n", "f"),
    report("an empty function that may fail", "fn f() !void {}\n", "f"),
    report("discards where nothing is returned", "fn f(x: u8) void {\n    _ = x;\n}\n", "f"),
    report("only a remark", "fn f() void {\n    // Runs later.\n}\n", "f"),
    fill(
        "an answer that says so",
        "fn f() !void {\n    return error.Unimplemented;\n}\n",
        "f",
    ),
    report(
        "placeholders in branches",
        """
        fn f(x: u8) u8 {
            const y = g(x) catch @panic("TODO: handle it");
            return switch (y) {
                1 => @panic("TODO"),
                else => 2,
            };
        }
        """,
        "f",
        "f",
        kind="expression",
    ),
    report(
        "a placeholder after finished code",
        'fn f(x: u8) void {\n    g(x);\n    @panic("TODO");\n}\n',
        "f",
        kind="expression",
    ),
    report("a TODO in finished code", "fn f() u8 {\n    // TODO faster\n    return g();\n}\n", "f", kind="todo"),
    suggest("discards", "fn f(x: u8, y: u8) u8 {\n    _ = x;\n    _ = y;\n}\n", "f", hole="    _ = x;\n    _ = y;"),
    report("a discard with a remark", "fn f(x: u8) void {\n    _ = x; // autofix\n}\n", "f"),
    suggest("an empty body with a return type, in old code too", "fn f() u8 {}\n", "f", whole=True),
    fill("the idiom", 'fn f() u8 {\n    @panic("TODO");\n}\n', "f", hole='    @panic("TODO");'),
    fill("the idiom on one line", 'fn f() u8 { @panic("TODO"); }\n', "f", hole=' @panic("TODO"); '),
    fill("a compile error that asks for it", 'fn f() u8 {\n    @compileError("please implement f");\n}\n', "f"),
    fill("the idiom, returned", 'fn f() u8 {\n    return @panic("TODO");\n}\n', "f"),
    fill("another wording", 'fn f() u8 {\n    @panic("f is not implemented");\n}\n', "f"),
    fill("the library's panic", 'fn f(x: u8) u8 {\n    std.debug.panic("TODO: {}", .{x});\n}\n', "f"),
    fill(
        "after discards",
        'fn f(self: *A, x: u8) u8 {\n    _ = self;\n    _ = &x;\n    @panic("TODO");\n}\n',
        "f",
        hole='    _ = self;\n    _ = &x;\n    @panic("TODO");',
    ),
    fill(
        "after discards that zls wrote",
        'fn f(x: u8) u8 {\n    _ = x; // autofix\n    @panic("TODO");\n}\n',
        "f",
        hole='    _ = x; // autofix\n    @panic("TODO");',
    ),
    fill("a method", 'const A = struct {\n    pub fn f(self: A) u8 {\n        @panic("TODO");\n    }\n};\n', "A.f"),
    fill(
        "a method of a generic type",
        'fn List(comptime T: type) type {\n    return struct {\n        fn f() T {\n            @panic("TODO");\n'
        "        }\n    };\n}\n",
        "List.f",
    ),
    fill("only a TODO", "fn f() void {\n    // TODO: write\n}\n", "f", kind="empty-body", hole="    // TODO: write"),
    fill("a TODO above", "// TODO: write\nfn f() void {}\n", "f", kind="empty-body"),
    fill(
        "a TODO and a trivial return",
        "fn f() ?u8 {\n    // TODO: find it\n    return null;\n}\n",
        "f",
        hole="    // TODO: find it\n    return null;",
    ),
    fill("a TODO and an undefined result", "fn f() u8 { // TODO\n    return undefined;\n}\n", "f"),
    fill("a TODO and an unreachable", "fn f() u8 {\n    unreachable; // TODO\n}\n", "f"),
    fill(
        "a TODO and an error",
        "fn f() !u8 {\n    // TODO: find it\n    return error.NotImplemented;\n}\n",
        "f",
    ),
)
