from __future__ import annotations

from tests.stubs.cases import fill, none, report, skip, suggest, table


def a(body: str) -> str:
    """In a class A."""
    return "class A {\n" + "".join(f"    {line}\n" if line else "\n" for line in body.splitlines()) + "}\n"


CASES = table(
    "A.java",
    none("a finished method", a("int f(int x) {\n    return x + 1;\n}")),
    none(
        "abstract, native and interface methods",
        "abstract class A {\n    abstract void f();\n    native void g();\n}\ninterface I {\n    void h();\n}\n",
    ),
    none(
        "UnsupportedOperationException without such a text",
        a("void remove() {\n    throw new UnsupportedOperationException();\n}"),
    ),
    none(
        "UnsupportedOperationException with another text",
        a('void remove() {\n    throw new UnsupportedOperationException("read-only");\n}'),
    ),
    none("a lambda", a("void f() {\n    run(() -> {});\n}")),
    none("a trivial return without a TODO", a("Object f() {\n    return null;\n}")),
    none(
        "an empty static initializer and catch",
        a("static {\n}\nvoid f() {\n    try {\n        g();\n    } catch (E e) {\n    }\n}"),
    ),
    none(
        "a throw after finished code",
        a('void f() {\n    g();\n    throw new UnsupportedOperationException("Not supported yet.");\n}'),
    ),
    skip("a private constructor", a("private A() {\n}"), "A.A"),
    skip("a constructor without parameters beside others", a("A() {}\n\nA(int x) {\n    this.x = x;\n}"), "A.A"),
    skip("a pointcut", a('@Pointcut("execution(* x(..))")\nvoid f() {}'), "A.f"),
    skip("an interface's default", "interface I {\n    default void f(int x) {}\n}\n", "I.f"),
    skip("a mock", "class MockA {\n    void f() {}\n}\n", "MockA.f"),
    skip("a comment of intent", a("void f() {\n    // do nothing\n}"), "A.f"),
    skip("an intent above", a("/** Intentionally left blank. */\nvoid f() {\n}"), "A.f"),
    skip(
        "does not support",
        a('void f() {\n    throw new UnsupportedOperationException("TODO: A does not support it");\n}'),
        "A.f",
        kind="placeholder",
    ),
    skip("silenced", a("// fimbot: ignore\nvoid f() {\n    // TODO\n}"), "A.f"),
    report("a hook of an abstract class", "abstract class A {\n    protected void f() {\n    }\n}\n", "A.f"),
    report("an empty test", a("@Test\npublic void f() {\n}"), "A.f"),
    report("a listener", a("@Override\npublic void mouseExited(MouseEvent e) {\n}"), "A.mouseExited"),
    report("a hook by its name", a("void onClose() {}\nvoid destroy() {}"), "A.onClose", "A.destroy"),
    report("an empty constructor", a("A() {\n}"), "A.A"),
    report("an empty method that has long been there", a("void f() {\n}"), "A.f", whole=True),
    report("inherited documentation", a("/** {@inheritDoc} */\npublic void f() {\n}"), "A.f"),
    report("a TODO in code", a("void f() {\n    // TODO: check\n    g();\n}"), "A.f", kind="todo"),
    report(
        "a TODO of Eclipse's above finished code",
        a("Object f() {\n    // TODO Auto-generated method stub\n    return super.f();\n}"),
        "A.f",
        kind="todo",
    ),
    suggest("an empty method in new code", a("void f(int x) {\n}"), "A.f", hole=""),
    suggest("an empty method on one line", a("public static void f() {}"), "A.f"),
    suggest("a lone semicolon", a("void f() {\n    ;\n}"), "A.f"),
    suggest("an anonymous class", a("Task t = new Task() {\n    public void execute() {\n    }\n};"), "A.Task.execute"),
    suggest(
        "an enum and its constant",
        "enum E {\n    X {\n        void a() {}\n    };\n\n    void b() {}\n}\n",
        "E.X.a",
        "E.b",
    ),
    suggest("a record", "record R(int x) {\n    void f() {\n    }\n}\n", "R.f"),
    suggest("a return type, also in old code", a("int f() {\n}"), "A.f", whole=True),
    fill(
        "Not supported yet",
        a('@Override\npublic void f() {\n    throw new UnsupportedOperationException("Not supported yet.");\n}'),
        "A.f",
    ),
    fill("not implemented", a('int f() { throw new RuntimeException("Not implemented"); }'), "A.f"),
    fill("an exception class of its own", a("int f() {\n    throw new NotImplementedException();\n}"), "A.f"),
    fill(
        "Eclipse's marker as the whole body",
        a("public void f() {\n    // TODO Auto-generated method stub\n\n}"),
        "A.f",
        kind="empty-body",
    ),
    fill(
        "Eclipse's marker and null",
        a("public Object f() {\n    // TODO Auto-generated method stub\n    return null;\n}"),
        "A.f",
    ),
    fill("a TODO and false", a("boolean f() {\n    // TODO: compare\n    return false;\n}"), "A.f"),
    fill("a TODO and an empty list", a("List<X> f() {\n    /* TODO */\n    return new ArrayList<>();\n}"), "A.f"),
    fill(
        "only a TODO", a("void f() {\n    // FIXME: later\n}"), "A.f", kind="empty-body", hole="        // FIXME: later"
    ),
    fill("a TODO right above", a("// TODO: write\n@Override\npublic void f() {\n}"), "A.f", kind="empty-body"),
    fill(
        "a message first",
        a('void f() {\n    String msg = "f";\n    throw new UnsupportedOperationException(msg + "TODO");\n}'),
        "A.f",
    ),
    fill("a constructor with a TODO", a("A(int x) {\n    // TODO: keep x\n}"), "A.A", kind="empty-body"),
    none("a log call alone that says no more", a('void f() {\n    System.out.println("closed");\n}')),
    fill("a log call alone", a('void f() {\n    System.out.println("TODO");\n}'), "A.f"),
    fill(
        "only a comment where a value is due",
        a("int f(int a) {\n    // Sum of the digits of a.\n}"),
        "A.f",
        kind="empty-body",
    ),
    fill(
        "in a class named like a test",
        'class TestTrack {\n    void f() {\n        throw new Error("not implemented");\n    }\n}\n',
        "TestTrack.f",
        path="src/TestTrack.java",
    ),
)
