import test from "node:test";
import assert from "node:assert/strict";
import { Endpoint } from "./src/endpoint.mjs";
import { urlOf } from "./src/urls.mjs";

test("scheme, host and segments", () => {
  assert.equal(urlOf(new Endpoint("x.test"), "users", "4"), "https://x.test/users/4");
  assert.equal(urlOf(new Endpoint("x.test", { basePath: "/api" }), "a/b"), "https://x.test/api/a%2Fb");
});

test("without TLS, with a port", () => {
  assert.equal(urlOf(new Endpoint("localhost", { secure: false, port: 8080 }), "up"), "http://localhost:8080/up");
});
