import test from "node:test";
import assert from "node:assert/strict";
import { runsBy } from "./src/lists.mjs";

test("runs", () => {
  assert.deepEqual(runsBy([], (n) => n), []);
  assert.deepEqual(runsBy([1, 3, 2, 5], (n) => n % 2), [[1, 3], [2], [5]]);
  assert.deepEqual(runsBy(["a", "a", "b", "a"], (s) => s), [["a", "a"], ["b"], ["a"]]);
});

test("keys may be undefined", () => {
  assert.deepEqual(runsBy([{}, {}, { k: 1 }], (o) => o.k), [[{}, {}], [{ k: 1 }]]);
});
