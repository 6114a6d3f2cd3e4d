import test from "node:test";
import assert from "node:assert/strict";
import { fromHex, toHex } from "./src/colour.mjs";

test("long form", () => {
  assert.deepEqual(fromHex("#0080ff"), { red: 0, green: 128, blue: 255 });
  assert.deepEqual(fromHex(toHex({ red: 1, green: 2, blue: 3 })), { red: 1, green: 2, blue: 3 });
});

test("short form", () => {
  assert.deepEqual(fromHex("#F80"), { red: 255, green: 136, blue: 0 });
});

test("anything else", () => {
  for (const text of ["", "f80", "#12345", "#ggg", "red"]) assert.equal(fromHex(text), null);
});
