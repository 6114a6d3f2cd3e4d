import test from "node:test";
import assert from "node:assert/strict";
import { compareVersions, newest } from "./src/versions.mjs";

test("numbers", () => {
  assert.ok(compareVersions("1.9.0", "1.10.0") < 0);
  assert.ok(compareVersions("2.0", "1.99.99") > 0);
  assert.equal(Math.sign(compareVersions("1.2", "1.2.0")), 0);
});

test("labels", () => {
  assert.ok(compareVersions("1.0.0-rc", "1.0.0") < 0);
  assert.ok(compareVersions("1.0.0", "1.0.0-rc") > 0);
  assert.ok(compareVersions("1.0.0-alpha", "1.0.0-beta") < 0);
  assert.equal(newest(["1.0.0-rc", "1.0.0", "0.9"]), "1.0.0");
});
