import test from "node:test";
import assert from "node:assert/strict";
import { RecentCache } from "./src/recent.mjs";

test("forgets the least recently used", () => {
  const cache = new RecentCache(2);
  cache.set("a", 1);
  cache.set("b", 2);
  cache.get("a");
  cache.set("c", 3);
  assert.equal(cache.size, 2);
  assert.equal(cache.get("b"), undefined);
  assert.equal(cache.get("a"), 1);
});

test("replacing counts as use", () => {
  const cache = new RecentCache(2);
  cache.set("a", 1);
  cache.set("b", 2);
  cache.set("a", 9);
  cache.set("c", 3);
  assert.equal(cache.get("a"), 9);
  assert.equal(cache.get("b"), undefined);
});
