function isPlain(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/**
 * A new object with the settings of both; `overrides` win, plain objects are merged all the way down, lists are
 * replaced, and undefined overrides nothing. Neither argument is changed.
 */
export function mergeSettings(defaults, overrides) {
  throw new Error("not implemented yet");
}
