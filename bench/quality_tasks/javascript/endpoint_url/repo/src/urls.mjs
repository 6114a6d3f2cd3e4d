import { Endpoint } from "./endpoint.mjs";

/**
 * The address of a resource: scheme, host, port if there is one, base path and the segments, each of them encoded.
 * @param {Endpoint} endpoint
 * @param {...string} segments
 */
export function urlOf(endpoint, ...segments) {
  throw new Error("Not implemented");
}
