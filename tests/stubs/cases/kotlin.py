from __future__ import annotations

from tests.stubs.cases import fill, mixed, none, report, skip, suggest, table

CASES = table(
    "a.kt",
    none(
        "a finished function",
        """
        fun f(x: Int): Int {
            return x + 1
        }
        """,
    ),
    none("an expression body", "fun f(x: Int) = x + 1\n"),
    none("a function without a body", "interface P {\n    fun f(): Int\n}\n"),
    none("an empty lambda", "val onClick = { }\nval g = fun(x: Int) {}\n"),
    none(
        "an empty block in a branch, an initializer",
        """
        class A {
            init { }

            fun f(x: Int): Int {
                if (x > 0) { }
                return x
            }
        }
        """,
    ),
    none("an unmarked trivial return", "fun f(): Int {\n    return 0\n}\n"),
    none("a body that names what it stands for", "override fun f() = Unit\n"),
    skip("an open function", "open class A {\n    open fun f() {}\n}\n", "A.f"),
    skip("a default member of an interface", "interface P {\n    fun f() {}\n}\n", "P.f"),
    skip("a comment of intent", "fun f() {\n    // no-op\n}\n", "f"),
    skip("a comment of intent above", "// Does nothing here.\nfun f() {}\n", "f"),
    skip("a no-op by its name", "class NoopLogger {\n    fun log(x: String) {}\n}\n", "NoopLogger.log"),
    skip("the word of a subclass", 'fun f() {\n    TODO("must be overridden")\n}\n', "f", kind="placeholder"),
    skip(
        "a constructor that delegates",
        """
        class A(val x: Int) {
            constructor() : this(1) {
            }
        }
        """,
        "A.constructor",
    ),
    skip("silenced", "fun f(): Int = TODO() // fimbot: ignore\n", "f", kind="placeholder"),
    report("an override that does nothing", "class A : B {\n    override fun f() {}\n}\n", "A.f"),
    report("one platform's share of a function", "actual fun f() {}\n", "f"),
    report("a member of an anonymous object", "val o = object : B {\n    fun f() {}\n}\n", "o.f"),
    report("an empty setter", "var x: Int\n    get() = y\n    set(v) {}\n", "x.set"),
    report("an annotated function", "@Subscribe\nfun f(e: Event) {}\n", "f"),
    report("an empty function that is not new", "fun f() {}\n", "f", whole=True),
    report("a comment that says neither", "fun f() {\n    // see B\n}\n", "f"),
    report(
        "a test's double",
        'class A : B {\n    override fun f() = TODO("Not yet implemented")\n}\n',
        "A.f",
        kind="placeholder",
        path="src/commonTest/kotlin/ATest.kt",
    ),
    report(
        "a message that refuses",
        'fun f() {\n    throw NotImplementedError("OAuth1 is not supported on non JVM platforms")\n}\n',
        "f",
        kind="placeholder",
    ),
    report(
        "TODO in a branch", "fun f(x: Int) = when (x) {\n    1 -> 2\n    else -> TODO()\n}\n", "f", kind="expression"
    ),
    report("a TODO beside code", "fun f(): Int {\n    // TODO: cache\n    return g()\n}\n", "f", kind="todo"),
    suggest("an empty function in new code", "fun f() {}\n", "f", hole=""),
    suggest("of a class", "class A {\n    fun f(x: Int) {\n    }\n}\n", "A.f", hole=""),
    suggest("a return type in old code", "fun f(): Int {}\n", "f", whole=True),
    fill("TODO() for a body", 'fun f(): Int = TODO("Not yet implemented")\n', "f", hole='TODO("Not yet implemented")'),
    fill(
        "an override's TODO",
        'class A : B {\n    override fun f() {\n        TODO("Not yet implemented")\n    }\n}\n',
        "A.f",
    ),
    fill("TODO() on one line", "fun f() { TODO() }\n", "f", hole=" TODO() "),
    fill("a getter", "class A {\n    val x: Int\n        get() = TODO()\n}\n", "A.x.get", hole="TODO()"),
    fill("a getter with a block", "class A {\n    val x: Int get() { TODO() }\n}\n", "A.x.get"),
    fill("NotImplementedError", "fun f(): Int {\n    throw NotImplementedError()\n}\n", "f"),
    fill("NotImplementedError as an expression", "fun f(): Int = throw NotImplementedError()\n", "f"),
    fill(
        "an exception that says so",
        'fun f() {\n    throw UnsupportedOperationException("Not supported yet.")\n}\n',
        "f",
    ),
    fill("error()", 'fun f(): Int = error("Not implemented yet")\n', "f"),
    fill("a returned TODO", 'fun f(): Int {\n    return TODO("later")\n}\n', "f"),
    fill("only a TODO", "fun f() {\n    // TODO: later\n}\n", "f", kind="empty-body", hole="    // TODO: later"),
    fill("a TODO after the brace", "fun f() { // TODO\n}\n", "f", kind="empty-body", hole=" // TODO"),
    fill("a TODO above", "// TODO: implement\nfun f() {}\n", "f", kind="empty-body"),
    fill("a TODO and a trivial return", "fun f(): List<Int> {\n    // TODO\n    return emptyList()\n}\n", "f"),
    fill("an extension in an object", "object A {\n    fun List<Int>.f(): Int = TODO()\n}\n", "A.f"),
    fill("a suspended, annotated one", "@Throws(X::class)\nsuspend fun f(): Int {\n    TODO()\n}\n", "f"),
    fill(
        "a companion's", "class A {\n    companion object {\n        fun f(): Int = TODO()\n    }\n}\n", "A.Companion.f"
    ),
    mixed(
        "only the innermost is the stub",
        """
        fun f(): Int {
            fun g(): Int = TODO()
            return g()
        }
        """,
        "fill placeholder f.g",
    ),
    skip(
        "a default of an interface that refuses",
        'interface A {\n    fun f() { throw Error("f not implemented") }\n}\n',
        "A.f",
        kind="placeholder",
    ),
    fill("a default of an interface that is to do", "interface A {\n    fun f(): Int = TODO()\n}\n", "A.f"),
)
