import test from "node:test";
import assert from "node:assert/strict";
import { clockText } from "../src/player.mjs";

test("clock text", () => {
  assert.equal(clockText(7), "0:07");
  assert.equal(clockText(65.9), "1:05");
  assert.equal(clockText(3600), "1:00:00");
  assert.equal(clockText(-5), "-0:05");
});
