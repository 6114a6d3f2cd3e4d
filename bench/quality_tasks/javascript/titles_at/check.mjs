import test from "node:test";
import assert from "node:assert/strict";
import { Agenda } from "./src/agenda.mjs";

test("titles", () => {
  const agenda = new Agenda([{ title: "a", start: 60, end: 90 }, { title: "b", start: 80, end: 120 }]);
  assert.deepEqual(agenda.titlesAt(60), ["a"]);
  assert.deepEqual(agenda.titlesAt(85), ["a", "b"]);
  assert.deepEqual(agenda.titlesAt(90), ["b"]);
  assert.equal(agenda.isFree(120), true);
});
