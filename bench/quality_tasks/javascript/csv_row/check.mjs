import test from "node:test";
import assert from "node:assert/strict";
import { csv, csvRow } from "./src/csv.mjs";

test("plain values", () => {
  assert.equal(csvRow(["a", 1, true]), "a,1,true");
  assert.equal(csvRow([null, undefined, 0, ""]), ",,0,");
});

test("quotes", () => {
  assert.equal(csvRow(["a,b", 'say "hi"', "two\nlines"]), '"a,b","say ""hi""","two\nlines"');
  assert.equal(csv([["a"], ["b"]]), "a\r\nb\r\n");
});
