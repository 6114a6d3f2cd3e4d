// Text for narrow columns.

export function truncateEnd(text, width) {
  return text.length <= width ? text : text.slice(0, width - 1) + "…";
}

/**
 * Shortens to `width` characters with one "…" in the middle; where what is kept is odd, the beginning keeps one more.
 * Text that fits is left as it is.
 */
export function truncateMiddle(text, width) {
  throw new Error("Not implemented");
}
