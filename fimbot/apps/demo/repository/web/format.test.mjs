import assert from "node:assert/strict";
import test from "node:test";

import { escapeHtml, groupBy, slugify } from "./format.mjs";

test("groupBy", () => {
  const groups = groupBy(["apple", "avocado", "banana", "apricot"], (word) => word[0]);
  assert.deepEqual([...groups], [["a", ["apple", "avocado", "apricot"]], ["b", ["banana"]]]);
  assert.deepEqual([...groupBy([], (word) => word)], []);
});

test("escapeHtml", () => {
  assert.equal(escapeHtml("plain"), "plain");
  assert.equal(escapeHtml("<a> & <b>"), "&lt;a&gt; &amp; &lt;b&gt;");
  assert.match(escapeHtml(`"it's"`), /^&quot;it&(#39|#x27|#039|apos);s&quot;$/);
});

test("slugify", () => {
  assert.equal(slugify("  Hello, World! "), "hello-world");
  assert.equal(slugify("Plain"), "plain");
  assert.equal(slugify("spaced - out"), "spaced-out");
});
