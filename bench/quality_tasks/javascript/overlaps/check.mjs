import test from "node:test";
import assert from "node:assert/strict";
import { overlaps } from "./src/geometry.mjs";

const box = (x, y, width, height) => ({ x, y, width, height });

test("overlaps", () => {
  assert.equal(overlaps(box(0, 0, 2, 2), box(1, 1, 2, 2)), true);
  assert.equal(overlaps(box(0, 0, 9, 9), box(1, 1, 2, 2)), true);
  assert.equal(overlaps(box(0, 0, 2, 2), box(2, 0, 2, 2)), false);
  assert.equal(overlaps(box(0, 0, 2, 2), box(0, 5, 2, 2)), false);
});
