import test from "node:test";
import assert from "node:assert/strict";
import { truncateMiddle } from "./src/text.mjs";

test("text that fits", () => {
  assert.equal(truncateMiddle("harbour", 7), "harbour");
  assert.equal(truncateMiddle("", 3), "");
});

test("the middle goes", () => {
  assert.equal(truncateMiddle("abcdefghij", 7), "abc…hij");
  assert.equal(truncateMiddle("abcdefghij", 6), "abc…ij");
  assert.equal(truncateMiddle("abcdefghij", 2), "a…");
});
