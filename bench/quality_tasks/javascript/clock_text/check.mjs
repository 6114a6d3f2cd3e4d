import test from "node:test";
import assert from "node:assert/strict";
import { clockText } from "./src/player.mjs";

test("minutes", () => {
  assert.equal(clockText(0), "0:00");
  assert.equal(clockText(9.2), "0:09");
  assert.equal(clockText(754), "12:34");
});

test("hours", () => {
  assert.equal(clockText(3661), "1:01:01");
  assert.equal(clockText(36000), "10:00:00");
});

test("before the start", () => {
  assert.equal(clockText(-75), "-1:15");
});
