from __future__ import annotations

from tests.stubs.cases import fill, none, report, skip, suggest, table


def member(text: str, bases: str = "") -> str:
    """A class with this member."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in text.strip("\n").split("\n"))
    return f"class A{bases}\n{{\n{lines}}}\n"


CASES = table(
    "a.cs",
    none("a finished method", member("int F()\n{\n    return x + 1;\n}")),
    none(
        "no body", "abstract class A\n{\n    public abstract int F();\n    extern void G();\n    partial void H();\n}\n"
    ),
    none("automatic properties", member("public int X { get; set; }\npublic int Y { get; } = 3;")),
    none("delegates and lambdas", member("Action a = () => { };\nAction b = delegate { };")),
    none("an unmarked trivial return", member("int F()\n{\n    return 0;\n}")),
    none("NotSupportedException", member("int F()\n{\n    throw new NotSupportedException();\n}")),
    none("a discarded call does something", member("void F()\n{\n    _ = G();\n}")),
    none("a region that is compiled on a condition", member("void F()\n{\n#if X\n    G();\n#endif\n}")),
    skip("virtual", member("public virtual void F() { }"), "A.F"),
    skip(
        "virtual that raises",
        member("public virtual int F() => throw new NotImplementedException();"),
        "A.F",
        kind="placeholder",
    ),
    skip("a default member of an interface", "interface I\n{\n    void F() { }\n}\n", "I.F"),
    skip("a constructor that delegates", member("A(int x) : base(x) { }"), "A.A"),
    skip("a constructor without parameters", member("private A() { }"), "A.A"),
    skip("a finalizer", member("~A() { }"), "A.~A"),
    skip("event accessors", member("event E X { add { } remove { } }"), "A.X.add", "A.X.remove"),
    skip("a comment of intent", member("void F()\n{\n    // Nothing to do.\n}"), "A.F"),
    skip("a null object", "class NullLogger\n{\n    void Log(string x) { }\n}\n", "NullLogger.Log"),
    report("override", member("public override void F() { }"), "A.F"),
    report(
        "override that raises",
        member("public override int F() => throw new NotImplementedException();"),
        "A.F",
        kind="placeholder",
    ),
    report(
        "an explicit member of an interface",
        member("int I.F() { throw new NotImplementedException(); }", " : I"),
        "A.F",
        kind="placeholder",
    ),
    report("perhaps a member of an interface", member("public void F() { }", " : IThing"), "A.F"),
    report(
        "a member of an interface that was left out long ago",
        member("public int F() { throw new NotImplementedException(); }", " : IThing"),
        "A.F",
        kind="placeholder",
        whole=True,
    ),
    report(
        "ConvertBack",
        member(
            "public object ConvertBack(object x)\n{\n    throw new NotImplementedException();\n}", " : IValueConverter"
        ),
        "A.ConvertBack",
        kind="placeholder",
    ),
    report("an empty setter", member("int X { get => y; set { } }"), "A.X.set"),
    report(
        "an event accessor",
        member("event E X { add { throw new NotImplementedException(); } }"),
        "A.X.add",
        kind="placeholder",
    ),
    report("an event handler", member("void Button_Click(object sender, EventArgs e) { }"), "A.Button_Click"),
    report("with an attribute", member("[Fact]\npublic void F() { }"), "A.F"),
    report("an empty method that is not new", member("void F() { }"), "A.F", whole=True),
    report(
        "in test code",
        member("public int F() => throw new NotImplementedException();"),
        "A.F",
        kind="placeholder",
        path="src/Foo.Tests/A.cs",
    ),
    report(
        "an arm of a switch",
        member("int F(int x) => x switch { 1 => 2, _ => throw new NotImplementedException() };"),
        "A.F",
        kind="expression",
    ),
    report(
        "a helper that raises for others",
        member("static void ThrowNotImplemented()\n{\n    throw new NotImplementedException();\n}"),
        "A.ThrowNotImplemented",
        kind="placeholder",
    ),
    report("a TODO beside code", member("int F()\n{\n    // TODO: cache\n    return G();\n}"), "A.F", kind="todo"),
    suggest("an empty method in new code", member("void F() { }"), "A.F", hole=" "),
    suggest("on lines of its own", member("void F()\n{\n}"), "A.F", hole=""),
    suggest("nothing but a discard", member("void F(int x)\n{\n    _ = x;\n}"), "A.F", hole="        _ = x;"),
    suggest("nothing but regions", member("void F()\n{\n    #region X\n    #endregion\n}"), "A.F"),
    suggest("a return type in old code", member("int F() { }"), "A.F", whole=True),
    fill(
        "NotImplementedException",
        member("int F()\n{\n    throw new NotImplementedException();\n}"),
        "A.F",
        hole="        throw new NotImplementedException();",
    ),
    fill("of a namespace", member("int F() { throw new System.NotImplementedException(); }"), "A.F"),
    fill(
        "as an expression",
        member("int F() => throw new NotImplementedException();"),
        "A.F",
        hole="throw new NotImplementedException()",
    ),
    fill("a property", member("public int X => throw new NotImplementedException();"), "A.X"),
    fill("a getter", member("public int X { get { throw new NotImplementedException(); } }"), "A.X.get"),
    fill(
        "a getter's expression",
        member("public int X\n{\n    get => throw new NotImplementedException();\n}"),
        "A.X.get",
    ),
    fill("an indexer", member("public int this[int i] => throw new NotImplementedException();"), "A.this"),
    fill(
        "an operator",
        member("public static A operator +(A a, A b)\n{\n    throw new NotImplementedException();\n}"),
        "A.operator +",
    ),
    fill("a constructor", member("public A(int x)\n{\n    throw new NotImplementedException();\n}"), "A.A"),
    fill(
        "a local function",
        member("int F()\n{\n    int G() => throw new NotImplementedException();\n    return G();\n}"),
        "A.F.G",
    ),
    fill(
        "an async method",
        member("[Obsolete]\npublic async Task<int> F()\n{\n    throw new NotImplementedException();\n}"),
        "A.F",
    ),
    fill(
        "an override with a TODO",
        member("public override int F()\n{\n    // TODO: implement\n    throw new NotImplementedException();\n}"),
        "A.F",
    ),
    fill(
        "only a TODO",
        member("void F()\n{\n    // TODO: later\n}"),
        "A.F",
        kind="empty-body",
        hole="        // TODO: later",
    ),
    fill("a TODO above", member("// TODO: implement\nvoid F() { }"), "A.F", kind="empty-body"),
    fill("a TODO and a trivial return", member("Task F()\n{\n    // TODO\n    return Task.CompletedTask;\n}"), "A.F"),
    fill(
        "of an interface, new",
        member("public int F() => throw new NotImplementedException();", " : IThing"),
        "A.F",
        whole=False,
    ),
    fill("discards first", member("int F(int x)\n{\n    _ = x;\n    throw new NotImplementedException();\n}"), "A.F"),
    fill("in a record", "record R(int X)\n{\n    public int F() => throw new NotImplementedException();\n}\n", "R.F"),
    fill(
        "ConvertBack of no converter",
        member("public object ConvertBack(object x)\n{\n    throw new NotImplementedException();\n}"),
        "A.ConvertBack",
    ),
    fill(
        "not supported yet", member('int F()\n{\n    throw new NotSupportedException("Not supported yet");\n}'), "A.F"
    ),
)
