import test from "node:test";
import assert from "node:assert/strict";
import { stockText } from "./src/stock.mjs";

test("stock text", () => {
  assert.equal(stockText(0), "sold out");
  assert.equal(stockText(1), "last one");
  assert.equal(stockText(2), "2 left");
  assert.equal(stockText(5), "5 left");
  assert.equal(stockText(300), "in stock");
});
