import test from "node:test";
import assert from "node:assert/strict";
import { mergeSettings } from "./src/settings.mjs";

test("overrides win, all the way down", () => {
  const defaults = { a: 1, deep: { x: 1, y: { z: 1 } } };
  assert.deepEqual(mergeSettings(defaults, { deep: { y: { w: 2 } }, b: 3 }), {
    a: 1,
    b: 3,
    deep: { x: 1, y: { z: 1, w: 2 } },
  });
  assert.deepEqual(defaults, { a: 1, deep: { x: 1, y: { z: 1 } } });
});

test("lists are replaced", () => {
  assert.deepEqual(mergeSettings({ list: [1, 2, 3] }, { list: [4] }), { list: [4] });
  assert.deepEqual(mergeSettings({ list: [1] }, { list: null }), { list: null });
});

test("undefined overrides nothing", () => {
  assert.deepEqual(mergeSettings({ a: 1 }, { a: undefined }), { a: 1 });
});
