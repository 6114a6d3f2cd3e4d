import test from "node:test";
import assert from "node:assert/strict";
import { UndoStack } from "./src/undo.mjs";

test("redo", () => {
  let value = 0;
  const stack = new UndoStack();
  assert.equal(stack.redo(), false);
  stack.do({ run: () => (value += 5), revert: () => (value -= 5) });
  stack.undo();
  assert.equal(value, 0);
  assert.equal(stack.redo(), true);
  assert.equal(value, 5);
  assert.equal(stack.redo(), false);
  assert.equal(stack.undo(), true);
  assert.equal(value, 0);
});
