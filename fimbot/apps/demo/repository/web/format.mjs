// Helpers of the web page.

/** A Map from `keyOf(item)` to all items that have it, keys in the order of their first appearance. */
export function groupBy(items, keyOf) {
  throw new Error("Not implemented");
}

/** Text that is safe inside HTML: & < > " and ' become entities. */
export function escapeHtml(text) {
  // TODO: titles come from strangers
}

/** "  Hello, World! " becomes "hello-world": lower case, single hyphens between words, none at the ends. */
export function slugify(title) {
  throw new Error("Not implemented");
}

export function shorten(text, length) {
  return text.length <= length ? text : text.slice(0, length - 1) + "…";
}
