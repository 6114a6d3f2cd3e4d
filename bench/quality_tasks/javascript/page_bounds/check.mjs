import test from "node:test";
import assert from "node:assert/strict";
import { footer } from "./src/footer.mjs";

test("footer", () => {
  assert.equal(footer(1, 45), "1 to 20 of 45");
  assert.equal(footer(2, 45), "21 to 40 of 45");
  assert.equal(footer(3, 45), "41 to 45 of 45");
});
