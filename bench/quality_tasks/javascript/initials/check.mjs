import test from "node:test";
import assert from "node:assert/strict";
import { initials } from "./src/avatar.mjs";

test("initials", () => {
  assert.equal(initials("ada byron"), "AB");
  assert.equal(initials("Ada King Byron"), "AB");
  assert.equal(initials("Ada"), "A");
});
