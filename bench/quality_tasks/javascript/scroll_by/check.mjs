import test from "node:test";
import assert from "node:assert/strict";
import { scrollBy } from "./src/scroll.mjs";

test("scrolling", () => {
  assert.equal(scrollBy(100, 50, 1000, 200), 150);
  assert.equal(scrollBy(100, -500, 1000, 200), 0);
  assert.equal(scrollBy(700, 500, 1000, 200), 800);
});
