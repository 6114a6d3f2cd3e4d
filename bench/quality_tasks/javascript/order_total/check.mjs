import test from "node:test";
import assert from "node:assert/strict";
import { Order } from "./src/order.mjs";
import { OrderLine } from "./src/line.mjs";

test("lines", () => {
  assert.equal(new Order().total(), 0);
  assert.equal(new Order().add(new OrderLine(250, 3)).add(new OrderLine(100, 1)).total(), 850);
});

test("what is off", () => {
  assert.equal(new Order().add(new OrderLine(999, 1, { percentOff: 10 })).total(), 899);
});

test("gifts", () => {
  assert.equal(new Order().add(new OrderLine(250, 3, { gift: true })).total(), 0);
});
