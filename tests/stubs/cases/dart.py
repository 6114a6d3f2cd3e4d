from __future__ import annotations

from tests.stubs.cases import fill, mixed, none, report, skip, suggest, table

CASES = table(
    "lib/a.dart",
    none("a finished function", "int f(int x) => x + 1;\n"),
    none("an abstract method", "abstract class A {\n  int f();\n}\n"),
    none("an external function", "external int f();\n"),
    none("a null without a TODO", "class A {\n  int? get f => null;\n}\n"),
    none("an empty closure as an argument", "void f() {\n  g(() {});\n}\n"),
    none("an exception by contract", "int f() => throw UnsupportedError('read only');\n"),
    none("a constructor without a body", "class A {\n  A();\n  const A.b(this.x);\n}\n"),
    none("a Provider that has to be overridden", "final p = Provider<A>((ref) => throw UnimplementedError());\n"),
    none("a string that says TODO", "void f() {\n  print('TODO: x', g());\n}\n"),
    fill("a print that says TODO, alone", "void f() {\n  print('TODO: x');\n}\n", "f"),
    skip("a constructor with field parameters", "class A {\n  A.b(this.x) {}\n}\n", "A.b"),
    skip("a constructor with an initialiser", "class A extends B {\n  A() : super(1) {}\n}\n", "A.A"),
    skip("a private constructor", "class A {\n  A._() {}\n}\n", "A._"),
    skip(
        "a riverpod provider",
        "@riverpod\nA f(FRef ref) => throw UnimplementedError();\n",
        "f",
        kind="placeholder",
    ),
    skip(
        "noSuchMethod, and the class that has it",
        """
        class A implements B {
          int f() => throw UnimplementedError();
          @override
          dynamic noSuchMethod(Invocation i) => throw UnimplementedError();
        }
        """,
        "A.f",
        "A.noSuchMethod",
        kind="placeholder",
    ),
    skip(
        "a fake by its name",
        "class FakeA {\n  int f() => throw UnimplementedError();\n}\n",
        "FakeA.f",
        kind="placeholder",
    ),
    skip(
        "a fake by its class",
        "class A extends Fake implements B {\n  int f() => throw UnimplementedError();\n}\n",
        "A.f",
        kind="placeholder",
    ),
    skip(
        "a platform interface",
        """
        abstract class APlatform extends PlatformInterface {
          Future<int> f() {
            throw UnimplementedError('f() has not been implemented.');
          }
        }
        """,
        "APlatform.f",
        kind="placeholder",
    ),
    skip("a no-op by the comment above", "class A {\n  // no-op\n  void f() {}\n}\n", "A.f"),
    skip("a no-op by the comment inside", "class A {\n  void f() {\n    // Nothing to do.\n  }\n}\n", "A.f"),
    skip("ignored", "// fimbot: ignore\nint f() => throw UnimplementedError();\n", "f", kind="placeholder"),
    skip(
        "a contract beats a TODO",
        "class A {\n  int f() => throw UnimplementedError('TODO: must be overridden');\n}\n",
        "A.f",
        kind="placeholder",
    ),
    report("an override that does nothing", "class A extends B {\n  @override\n  void f() {}\n}\n", "A.f"),
    report("an override below a comment", "class A extends B {\n  @override\n  // Later.\n  void f() {}\n}\n", "A.f"),
    report("an empty setter", "class A {\n  set f(int x) {}\n}\n", "A.f"),
    report("an empty constructor", "class A {\n  A.b() {}\n}\n", "A.b"),
    report("a hook by its name", "class A {\n  void onTap() {}\n}\n", "A.onTap"),
    report("a hook of a base class", "class _BaseA {\n  void f() {}\n}\n", "_BaseA.f"),
    report("a hook of an abstract class", "abstract class A {\n  void f() {}\n}\n", "A.f"),
    report(
        "what an abstract class leaves to its subclasses",
        "abstract class A {\n  int f() => throw UnimplementedError();\n}\n",
        "A.f",
        kind="placeholder",
    ),
    report(
        "an override that raises, without a TODO",
        "class A implements B {\n  @override\n  int get f => throw UnimplementedError();\n}\n",
        "A.f",
        kind="placeholder",
    ),
    report(
        "a message that refuses",
        "int f() => throw UnimplementedError('Pop-ups are not supported in this client.');\n",
        "f",
        kind="placeholder",
    ),
    report(
        "a fixture of a test",
        "class A {\n  int f() => throw UnimplementedError();\n}\n",
        "A.f",
        kind="placeholder",
        path="test/a_test.dart",
    ),
    report("an empty body that has long been there", "class A {\n  void f() {}\n}\n", "A.f", whole=True),
    report(
        "placeholders in branches",
        """
        int f(int x) {
          switch (x) {
            case 1:
              throw UnimplementedError();
          }
          return x > 2 ? throw UnimplementedError() : g(() => throw UnimplementedError());
        }
        """,
        "f",
        "f",
        "f",
        kind="expression",
    ),
    report("a TODO in finished code", "int f() {\n  // TODO(a): faster\n  return g();\n}\n", "f", kind="todo"),
    suggest("an empty method", "class A {\n  void f() {}\n}\n", "A.f", hole=""),
    suggest("an empty async function", "Future<void> f() async {\n}\n", "f", hole=""),
    suggest("a lone semicolon", "void f() {\n  ;\n}\n", "f", hole="  ;"),
    suggest("an empty getter, in old code too", "class A {\n  int get f {}\n}\n", "A.f", whole=True),
    suggest("an empty future, in old code too", "Future<int> f() async {}\n", "f", whole=True),
    suggest("a discard", "void f(int x) {\n  final _ = x;\n}\n", "f"),
    fill("the idiom", "int f() => throw UnimplementedError();\n", "f", hole="throw UnimplementedError()"),
    fill("the idiom in braces", "int f() { throw UnimplementedError(); }\n", "f", hole=" throw UnimplementedError(); "),
    fill(
        "as the editor writes it",
        """
        class A implements B {
          @override
          int f(int x) {
            // TODO: implement f
            throw UnimplementedError();
          }
        }
        """,
        "A.f",
        hole="    // TODO: implement f\n    throw UnimplementedError();",
    ),
    fill("the idiom with new", "int f() => throw new UnimplementedError('f');\n", "f"),
    fill("an async one", "Future<int> f() async => throw UnimplementedError();\n", "f"),
    fill(
        "an override that says so", "class A {\n  @override\n  int f() => throw UnimplementedError('TODO');\n}\n", "A.f"
    ),
    fill("a getter", "class A {\n  int get f => throw UnimplementedError();\n}\n", "A.f"),
    fill("a setter", "class A {\n  set f(int x) => throw UnimplementedError();\n}\n", "A.f"),
    fill("an operator", "class A {\n  A operator +(A b) => throw UnimplementedError();\n}\n", "A.operator+"),
    fill("a factory", "class A {\n  factory A.b() => throw UnimplementedError();\n}\n", "A.b"),
    fill("a member of an extension", "extension A on B {\n  int f() => throw UnimplementedError();\n}\n", "A.f"),
    fill("a member of an enum", "enum A { b;\n  int f() => throw UnimplementedError();\n}\n", "A.f"),
    fill("a local function", "void f() {\n  int g() { throw UnimplementedError(); }\n  g();\n}\n", "f.g"),
    fill("an exception that says so", "int f() => throw Exception('not implemented');\n", "f"),
    fill("a string that is thrown", "int f() => throw 'Not implemented';\n", "f"),
    fill("an abstract class's TODO", "abstract class A {\n  int f() => throw UnimplementedError('TODO');\n}\n", "A.f"),
    fill("only a TODO", "void f() {\n  // TODO: write\n}\n", "f", kind="empty-body", hole="  // TODO: write"),
    fill("a TODO above", "// TODO: write\nvoid f() {}\n", "f", kind="empty-body"),
    fill("a TODO and a trivial return", "int f() { // TODO\n  return 0;\n}\n", "f", hole=" // TODO\n  return 0;"),
    fill(
        "a TODO and an empty future",
        "Future<int> f() {\n  // TODO: fetch\n  return Future.value(0);\n}\n",
        "f",
    ),
    fill(
        "a TODO before a trivial expression",
        "class A {\n  String f() =>\n      // TODO: print\n      '';\n}\n",
        "A.f",
        hole="// TODO: print\n      ''",
    ),
    fill(
        "after discards and a message",
        "int f(int x) {\n  _ = x;\n  final msg = 'not implemented';\n  throw UnimplementedError(msg);\n}\n",
        "f",
    ),
    mixed(
        "the innermost one",
        "class A {\n  int f() {\n    int g() => throw UnimplementedError();\n    return g();\n  }\n}\n",
        "fill placeholder A.f.g",
    ),
)
