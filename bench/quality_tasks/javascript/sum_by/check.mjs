import test from "node:test";
import assert from "node:assert/strict";
import { countBy, sumBy } from "./src/sums.mjs";

test("sums", () => {
  const items = [{ k: "a", n: 1 }, { k: "b", n: 5 }, { k: "a", n: 2 }];
  assert.deepEqual({ ...sumBy(items, (i) => i.k, (i) => i.n) }, { a: 3, b: 5 });
  assert.deepEqual({ ...countBy([], String) }, {});
});
