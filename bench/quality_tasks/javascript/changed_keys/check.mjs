import test from "node:test";
import assert from "node:assert/strict";
import { changedKeys } from "./src/audit.mjs";

test("values that differ", () => {
  assert.deepEqual(changedKeys({ a: 1, b: 2 }, { a: 1, b: 2 }), []);
  assert.deepEqual(changedKeys({ name: "x", age: 1, city: "y" }, { name: "z", age: 2, city: "y" }), ["age", "name"]);
});

test("keys that only one has", () => {
  assert.deepEqual(changedKeys({ z: 1 }, { a: 1 }), ["a", "z"]);
  assert.deepEqual(changedKeys({}, { a: undefined }), ["a"]);
});
