import test from "node:test";
import assert from "node:assert/strict";
import { toCamelCase, toKebabCase } from "./src/names.mjs";

test("camel case", () => {
  assert.equal(toCamelCase("font-size"), "fontSize");
  assert.equal(toCamelCase("colour"), "colour");
  assert.equal(toCamelCase(toKebabCase("borderTopWidth")), "borderTopWidth");
});
