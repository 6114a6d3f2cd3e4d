import test from "node:test";
import assert from "node:assert/strict";
import { omit, pick } from "./src/fields.mjs";

test("pick", () => {
  assert.deepEqual({ ...pick({ a: 1, b: 0, c: 3 }, ["a", "b", "x"]) }, { a: 1, b: 0 });
  assert.deepEqual({ ...omit({ a: 1, b: 2 }, ["a"]) }, { b: 2 });
});
