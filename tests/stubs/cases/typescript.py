from __future__ import annotations

from tests.stubs.cases import fill, none, report, skip, suggest, table

CASES = table(
    "a.ts",
    none("a finished function", "export function f(x: number): number {\n  return x + 1;\n}\n"),
    none("signatures have no body", "abstract class A {\n  abstract f(): void;\n}\ninterface I {\n  g(): void;\n}\n"),
    none("overloads", "function f(a: string): void;\nfunction f(a: unknown): void {\n  g(a);\n}\n"),
    none("an ambient declaration", "declare function f(): void;\n"),
    none("a callback", "items.forEach((x: number): void => {});\n"),
    none("a default parameter", "function h(done: () => void = () => {}): void {\n  done();\n}\n"),
    none("a JSX attribute", "const v = <Button onClick={() => {}} />;\n", path="a.tsx"),
    none(
        "a throw after finished code",
        "function f(): void {\n  g();\n  throw new Error('Method not implemented.');\n}\n",
    ),
    skip(
        "parameter properties", "class A {\n  constructor(private readonly x: X, public y: Y) {}\n}\n", "A.constructor"
    ),
    skip("readonly alone", "class A {\n  constructor(readonly x: X) {}\n}\n", "A.constructor"),
    skip("a private constructor", "class A {\n  private constructor() {}\n}\n", "A.constructor"),
    skip("a declaration file", "declare namespace N {\n  function f(): void {\n  }\n}\n", "N.f", path="a.d.ts"),
    skip("a no-op", "export const noop = (): void => {};\n", "noop"),
    skip("a comment of intent", "class A {\n  f(): void {\n    // intentionally empty\n  }\n}\n", "A.f"),
    skip(
        "Sonar's quick fix that says why", "class A {\n  f(): void {\n    // TODO no-op in this class\n  }\n}\n", "A.f"
    ),
    report("an override", "class A extends B {\n  override f(): void {}\n}\n", "A.f"),
    report("a decorated method", "class A {\n  @Input() f(): void {}\n}\n", "A.f"),
    report("a decorator on its own line", "class A {\n  @HostListener('x')\n  f(): void {}\n}\n", "A.f"),
    report("a setter", "class A {\n  set x(v: number) {}\n}\n", "A.x"),
    report("an empty constructor", "class A {\n  constructor() {}\n}\n", "A.constructor"),
    report(
        "an event handler",
        "class A {\n  ngOnInit(): void {}\n  onChange(v: string): void {}\n}\n",
        "A.ngOnInit",
        "A.onChange",
    ),
    report("an abstract class's hook", "abstract class A {\n  f(): void {}\n}\n", "A.f"),
    report("a member of an object literal", "const o: O = { m(): void {}, n: () => {} };\n", "m", "n"),
    report("a field that others replace", "class A {\n  f = (): void => {};\n}\n", "A.f"),
    report("an empty method that has long been there", "class A {\n  f(): void {}\n}\n", "A.f", whole=True),
    suggest("an empty function in new code", "export function f(x: number): void {\n}\n", "f", hole=""),
    suggest("an empty method", "class A<T> {\n  protected async f(x: T): Promise<void> { }\n}\n", "A.f"),
    suggest(
        "a return type that is not void, also in old code",
        "export function f(x: number): string {\n}\n",
        "f",
        whole=True,
    ),
    suggest("a promise of a value", "const f = async (): Promise<string> => {};\n", "f", whole=True),
    suggest("a getter", "class A {\n  get v(): number {}\n}\n", "A.v"),
    suggest("a function in a namespace", "namespace N {\n  export function f(): void {}\n}\n", "N.f"),
    suggest("TSX", "export function View(x: number): JSX.Element {\n}\n".replace("View", "view"), "view", path="a.tsx"),
    suggest("another ending", "function f(): void {}\n", "f", path="a.mts"),
    fill(
        "Method not implemented",
        'class A implements I {\n  f(): void {\n    throw new Error("Method not implemented.");\n  }\n}\n',
        "A.f",
    ),
    fill(
        "Method not implemented, in an override",
        "class A {\n  override f(): void {\n    throw new Error('Method not implemented.');\n  }\n}\n",
        "A.f",
    ),
    fill("a getter that throws", "class A {\n  get v(): number { throw new Error('Not implemented'); }\n}\n", "A.v"),
    fill("only a TODO", "export const f = (x: number): string => {\n  // TODO: format\n};\n", "f", kind="empty-body"),
    fill(
        "a TODO above the decorators",
        "class A {\n  // TODO: write\n  @Input()\n  f(): void {}\n}\n",
        "A.f",
        kind="empty-body",
    ),
    fill("a TODO and a trivial return", "function f(): string[] {\n  // TODO\n  return [];\n}\n", "f"),
    fill("a TODO and a return that is cast", "function f(): X {\n  // TODO\n  return {} as X;\n}\n", "f"),
    fill(
        "TSX with a TODO",
        "const view = (): JSX.Element => {\n  // TODO: table\n  return <></>;\n};\n",
        "view",
        path="a.tsx",
    ),
)
