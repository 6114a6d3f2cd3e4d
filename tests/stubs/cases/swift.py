from __future__ import annotations

from tests.stubs.cases import fill, none, report, skip, suggest, table

CASES = table(
    "a.swift",
    none("a finished function", "func f(x: Int) -> Int {\n    return x + 1\n}\n"),
    none("a protocol's members", "protocol P {\n    func f()\n    var x: Int { get }\n}\n"),
    none("an empty closure", "let f = { }\nvar g: () -> Void = {}\n"),
    none("an unmarked trivial value", "var x: Int { 0 }\nfunc f() -> Int? { nil }\n"),
    none("observers", "var x = 3 {\n    didSet { }\n}\n"),
    none("a discarded call does something", "func f() {\n    _ = g()\n}\n"),
    none("throws for another reason", "func f() throws {\n    throw E.missing\n}\n"),
    skip(
        "the initializer that nobody calls",
        """
        class A: B {
            required init?(coder: NSCoder) {
                fatalError("init(coder:) has not been implemented")
            }
        }
        """,
        "A.init",
        kind="placeholder",
    ),
    skip(
        "another initializer that nobody calls",
        """
        class A: B {
            override init(frame: CGRect) {
                fatalError("init(frame:) has not been implemented")
            }
        }
        """,
        "A.init",
        kind="placeholder",
    ),
    skip(
        "unavailable",
        'class A {\n    @available(*, unavailable)\n    func f() {\n        fatalError("Not implemented")\n    }\n}\n',
        "A.f",
        kind="placeholder",
    ),
    skip(
        "the initializer that nobody calls, without a word",
        "class A: B {\n    required init?(coder: NSCoder) {\n        fatalError()\n    }\n}\n",
        "A.init",
        kind="placeholder",
    ),
    skip("an empty initializer", "struct A {\n    init() {}\n}\n", "A.init"),
    skip("an empty deinitializer", "class A {\n    deinit {}\n}\n", "A.deinit"),
    skip("a comment of intent", "func f() {\n    // No-op.\n}\n", "f"),
    skip(
        "the word of a subclass",
        'class A {\n    func f() {\n        fatalError("Subclasses must override")\n    }\n}\n',
        "A.f",
        kind="placeholder",
    ),
    skip("a mock", "class MockA {\n    func f() {}\n}\n", "MockA.f"),
    report("a crash without a word", "func f() -> Int {\n    fatalError()\n}\n", "f", kind="placeholder"),
    report("an override", "class A: B {\n    override func f() {}\n}\n", "A.f"),
    report("perhaps a protocol's default", "extension P {\n    func f() {}\n}\n", "P.f"),
    report(
        "an update that SwiftUI asks for",
        "struct A: UIViewRepresentable {\n    func updateUIView(_ v: V, context: C) {}\n}\n",
        "A.updateUIView",
    ),
    report("an action of Interface Builder", "class A {\n    @IBAction func tapped(_ s: Any) {}\n}\n", "A.tapped"),
    report("an empty setter", "var x: Int {\n    get { y }\n    set { }\n}\n", "x.set"),
    report("an empty function that is not new", "func f() {}\n", "f", whole=True),
    report("a helper of tests", "func f() {}\n", "f", path="Tests/ATests/ATests.swift"),
    report(
        "a crash in a branch",
        'func f(x: Int) -> Int {\n    switch x {\n    case 1: return 2\n    default: fatalError("TODO")\n    }\n}\n',
        "f",
        kind="expression",
    ),
    report("a TODO beside code", "func f() -> Int {\n    // TODO: cache\n    return g()\n}\n", "f", kind="todo"),
    suggest("an empty function in new code", "func f() {}\n", "f", hole=""),
    suggest("of a struct", "struct A {\n    mutating func f(x: Int) {\n    }\n}\n", "A.f"),
    suggest("nothing but a discard", "func f(x: Int) {\n    _ = x\n}\n", "f"),
    suggest("a return type in old code", "func f() async throws -> Int {}\n", "f", whole=True),
    fill(
        "not implemented",
        'func f() -> Int {\n    fatalError("Not implemented")\n}\n',
        "f",
        hole='    fatalError("Not implemented")',
    ),
    fill("on one line", 'func f() -> Int { fatalError("TODO") }\n', "f", hole=' fatalError("TODO") '),
    fill("a crash with a TODO", "func f() -> Int {\n    // TODO: parse\n    fatalError()\n}\n", "f"),
    fill("a computed property", 'struct A {\n    var x: Int { fatalError("Not implemented") }\n}\n', "A.x.get"),
    fill(
        "a getter", 'struct A {\n    var x: Int {\n        get { fatalError("Not implemented") }\n    }\n}\n', "A.x.get"
    ),
    fill(
        "getter and setter",
        """
        struct A {
            var x: Int {
                get { fatalError("TODO") }
                set { fatalError("TODO") }
            }
        }
        """,
        "A.x.get",
        "A.x.set",
    ),
    fill(
        "a subscript",
        'struct A {\n    subscript(i: Int) -> Int { fatalError("Not implemented") }\n}\n',
        "A.subscript.get",
    ),
    fill("only a TODO", "func f() {\n    // TODO: later\n}\n", "f", kind="empty-body", hole="    // TODO: later"),
    fill(
        "an initializer with a TODO",
        "class A {\n    init(x: Int) {\n        // TODO: keep x\n    }\n}\n",
        "A.init",
        kind="empty-body",
    ),
    fill("a TODO above", "// TODO: implement\nfunc f() {}\n", "f", kind="empty-body"),
    fill("a TODO and a trivial return", "func f() -> [Int] {\n    // TODO\n    return []\n}\n", "f"),
    fill("a TODO and a value", "func f() -> Int? {\n    // TODO\n    nil\n}\n", "f"),
    fill(
        "with attributes",
        '@MainActor\npublic func f() -> Int {\n    preconditionFailure("not implemented yet")\n}\n',
        "f",
    ),
    fill(
        "an operator",
        'extension A {\n    static func + (a: A, b: A) -> A {\n        fatalError("Not implemented")\n    }\n}\n',
        "A.+",
    ),
    fill("thrown", 'func f() throws -> Int {\n    throw NSError(domain: "Not implemented", code: 0)\n}\n', "f"),
)
