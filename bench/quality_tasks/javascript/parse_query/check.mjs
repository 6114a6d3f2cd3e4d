import test from "node:test";
import assert from "node:assert/strict";
import { parseQuery } from "./src/query.mjs";

test("keys and values", () => {
  assert.deepEqual({ ...parseQuery("") }, {});
  assert.deepEqual({ ...parseQuery("page=2&q=red+tea%21") }, { page: "2", q: "red tea!" });
});

test("a key that comes again", () => {
  assert.deepEqual({ ...parseQuery("tag=a&tag=b&tag=c") }, { tag: ["a", "b", "c"] });
});

test("a key without a value", () => {
  assert.deepEqual({ ...parseQuery("draft&q=") }, { draft: true, q: "" });
});
