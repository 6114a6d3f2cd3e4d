from __future__ import annotations

from tests.stubs.cases import fill, mixed, none, report, skip, suggest, table

CASES = table(
    "src/main/scala/A.scala",
    none("a finished method", "class A {\n  def f(x: Int): Int = x + 1\n}\n"),
    none("a method without a body", "abstract class A {\n  def f(x: Int): Int\n}\n"),
    none("a null without a TODO", "class A {\n  def f: String = null\n}\n"),
    none("an empty option without a TODO", "class A {\n  def f: Option[Int] = None\n}\n"),
    none("an empty lambda as an argument", "class A {\n  def f(): Unit = g(() => {})\n}\n"),
    none(
        "an exception by contract, without TODO-like text",
        """
        class A {
          def f: Int = throw new UnsupportedOperationException("read only")
        }
        """,
    ),
    none("an operator of that name", "class A {\n  def f(a: B, b: B) = a ??? b\n}\n"),
    none("ignored as a file", "// fimbot: ignore-file\nclass A {\n  def f: Int = ???\n}\n"),
    none("a value", "class A {\n  val f: Int = ???\n}\n"),
    skip("@stub", "class A {\n  @stub def f: Int = ???\n}\n", "A.f", kind="placeholder"),
    skip(
        "an intrinsic of the compiler",
        'class A {\n  @compileTimeOnly("no")\n  def f: Int = ???\n}\n',
        "A.f",
        kind="placeholder",
    ),
    skip(
        "the idiom itself",
        "object A {\n  def ??? : Nothing = throw new NotImplementedError\n}\n",
        "A.???",
        kind="placeholder",
    ),
    skip("a trait's default", "trait A {\n  def f(): Unit = {}\n  def g(): Unit = ()\n}\n", "A.f", "A.g"),
    skip("a fake", "class FakeA extends A {\n  def f: Int = ???\n}\n", "FakeA.f", kind="placeholder"),
    skip("a no-op by the comment above", "class A {\n  // no-op\n  def f(): Unit = {}\n}\n", "A.f"),
    skip("a no-op by the comment inside", "class A {\n  def f(): Unit = { /* nothing to do */ }\n}\n", "A.f"),
    skip("a no-op by the comment beside", "class A {\n  def f(): Unit = () // nothing to do\n}\n", "A.f"),
    skip("ignored", "class A {\n  // fimbot: ignore\n  def f: Int = ???\n}\n", "A.f", kind="placeholder"),
    skip(
        "a contract beats a TODO",
        'class A {\n  def f: Int = throw new NotImplementedError("subclasses must implement this")\n}\n',
        "A.f",
        kind="placeholder",
    ),
    report("an override that does nothing", "class A extends B {\n  override def f(): Unit = {}\n}\n", "A.f"),
    report(
        "an override's placeholder that has long been there",
        "class A extends B {\n  override def f: Int = ???\n}\n",
        "A.f",
        kind="placeholder",
        whole=True,
    ),
    report(
        "an old member of an anonymous instance",
        "object A {\n  def f = new B {\n    def g: Int = ???\n  }\n}\n",
        "A.f.g",
        kind="placeholder",
        whole=True,
    ),
    mixed(
        "a new member of an anonymous instance",
        "object A {\n  def f = new B {\n    def g: Int = ???\n  }\n}\n",
        "fill placeholder A.f.g",
    ),
    report("an implicit", "object A {\n  implicit def f[T](implicit t: T): B[T] = ???\n}\n", "A.f", kind="placeholder"),
    report("a null object", "object NoFile extends File {\n  def f(): Unit = ???\n}\n", "NoFile.f", kind="placeholder"),
    report("a hook of an abstract class", "abstract class A {\n  def f(): Unit = {}\n}\n", "A.f"),
    report("a hook by its name", "class A {\n  def onStop(): Unit = {}\n}\n", "A.onStop"),
    report("an empty body that has long been there", "class A {\n  def f(): Unit = {}\n}\n", "A.f", whole=True),
    report("only a remark", "class A {\n  def f(): Unit = {\n    // Runs later.\n  }\n}\n", "A.f"),
    report(
        "a fixture of a test",
        "class A {\n  def f: Int = ???\n}\n",
        "A.f",
        kind="placeholder",
        path="src/test/scala/ASuite.scala",
    ),
    report(
        "a fixture of a test that says so",
        'class A {\n  def f: Int = sys.error("not implemented")\n}\n',
        "A.f",
        kind="placeholder",
        path="test/files/A.scala",
    ),
    skip(
        "overridden by its comment, misspelt",
        "class A {\n  def f: Int = ??? // overriden in concrete classes\n}\n",
        "A.f",
        kind="placeholder",
    ),
    none(
        "a remark in whose prose the word stands",
        "class A {\n  def f: Boolean = false // Roots only.  TODO: also the others\n}\n",
    ),
    report(
        "placeholders in branches",
        """
        class A {
          def f(x: Int): Int = x match {
            case 1 => ???
            case 2 => throw new NotImplementedError
            case _ => if (x > 3) Predef.??? else 4
          }
        }
        """,
        "A.f",
        "A.f",
        "A.f",
        kind="expression",
    ),
    report(
        "a TODO in finished code",
        """
        class A {
          def f(x: Int): Int = {
            // TODO: faster
            x + 1
          }
        }
        """,
        "A.f",
        kind="todo",
    ),
    report(
        "a placeholder after finished code",
        "class A {\n  def f(x: Int): Int = {\n    g(x)\n    ???\n  }\n}\n",
        "A.f",
        kind="expression",
    ),
    suggest("an empty method", "class A {\n  def f(): Unit = {}\n}\n", "A.f", hole=""),
    suggest("an empty procedure", "class A {\n  def f() {\n  }\n}\n", "A.f", hole=""),
    suggest("the unit value", "object A {\n  def f(): Unit = ()\n}\n", "A.f", hole="()"),
    suggest("the unit value in braces", "object A {\n  def f(): Unit = {\n    ()\n  }\n}\n", "A.f", hole="    ()"),
    suggest("a discard", "object A {\n  def f(x: Int): Unit = {\n    val _ = x\n  }\n}\n", "A.f"),
    suggest(
        "an empty body with a return type, in old code too", "object A {\n  def f(): Int = {}\n}\n", "A.f", whole=True
    ),
    fill("the idiom", "class A {\n  def f: Int = ???\n}\n", "A.f", hole="???"),
    fill("the idiom, qualified", "class A {\n  def f: Int = Predef.???\n}\n", "A.f", hole="Predef.???"),
    fill("the idiom in braces", "class A {\n  def f: Int = { ??? }\n}\n", "A.f", hole=" ??? "),
    fill("the idiom on a line of its own", "class A {\n  def f: Int =\n    ???\n}\n", "A.f", hole="???"),
    fill("a trait's placeholder", "trait A {\n  def f: Int = ???\n}\n", "A.f"),
    mixed(
        "a new override's placeholder",
        "class A extends B {\n  override def f: Int = ???\n}\n",
        "fill placeholder A.f",
    ),
    fill(
        "an override's placeholder with a TODO",
        "class A extends B {\n  override def f: Int = ??? // TODO\n}\n",
        "A.f",
        hole="??? // TODO",
    ),
    fill("thrown", "class A {\n  def f: Int = throw new NotImplementedError\n}\n", "A.f"),
    fill("thrown, with a message", 'class A {\n  def f: Int = throw new NotImplementedError("later")\n}\n', "A.f"),
    fill("thrown, Scala 3", "class A {\n  def f: Int = throw NotImplementedError()\n}\n", "A.f"),
    fill(
        "unsupported yet",
        'class A {\n  def f: Int = throw new UnsupportedOperationException("Not supported yet.")\n}\n',
        "A.f",
    ),
    fill("an error with a TODO", 'class A {\n  def f: Int = {\n    sys.error("TODO")\n  }\n}\n', "A.f"),
    fill(
        "a failed future",
        'class A {\n  def f: Future[Int] = Future.failed(new NotImplementedError("f"))\n}\n',
        "A.f",
    ),
    fill(
        "after discards and a message",
        """
        class A {
          def f(x: Int): Int = {
            val _ = x
            val msg = "f is not implemented"
            throw new NotImplementedError(msg)
          }
        }
        """,
        "A.f",
        hole='    val _ = x\n    val msg = "f is not implemented"\n    throw new NotImplementedError(msg)',
    ),
    fill(
        "only a TODO",
        "class A {\n  def f(): Unit = {\n    // TODO: write\n  }\n}\n",
        "A.f",
        kind="empty-body",
        hole="    // TODO: write",
    ),
    fill("a TODO above", "class A {\n  // TODO: write\n  def f(): Unit = {}\n}\n", "A.f", kind="empty-body"),
    fill(
        "a TODO and a trivial return",
        "class A {\n  def f: Int = { // TODO\n    0\n  }\n}\n",
        "A.f",
        hole=" // TODO\n    0",
    ),
    fill(
        "a TODO beside a trivial return",
        "class A {\n  def f: Option[Int] = None // TODO: find it\n}\n",
        "A.f",
        hole="None // TODO: find it",
    ),
    fill(
        "a TODO before a trivial return",
        "class A {\n  def f: Seq[Int] =\n    // TODO: find them\n    Seq.empty\n}\n",
        "A.f",
        hole="// TODO: find them\n    Seq.empty",
    ),
    fill(
        "a remark stays",
        "class A {\n  def f: Int = {\n    // By bisection.\n    ???\n  }\n}\n",
        "A.f",
        hole="    ???",
    ),
    fill(
        "a trait's method with a TODO",
        "trait A {\n  def f(): Unit = {\n    // TODO: write\n  }\n}\n",
        "A.f",
        kind="empty-body",
    ),
    fill("several on one line", "trait A { def f: Int = ???; def g: Int = ??? }\n", "A.f", "A.g"),
    fill("a nested function alone", "object A {\n  def f = {\n    def g: Int = ???\n    g\n  }\n}\n", "A.f.g"),
    fill("Scala 3, outside of a template", "def f(x: Int): Int =\n  ???\n", "f", hole="  ???"),
    fill(
        "Scala 3, by indentation",
        "object A:\n  def f(x: Int): Int =\n    // TODO: write\n    ???\n  end f\n\n  def g = 1\n",
        "A.f",
        hole="    // TODO: write\n    ???",
    ),
    fill("Scala 3, an extension", "object A:\n  extension (s: String)\n    def f: Int = ???\n", "A.f"),
    mixed(
        "Scala 3, nothing but the unit value",
        "object A:\n  def f(): Unit =\n    ()\n\n  def g(): Int = 1\n",
        "suggest empty-body A.f",
    ),
)
