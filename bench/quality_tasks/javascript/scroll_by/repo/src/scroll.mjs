export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

/** The new scroll position after moving by `delta`: never above the top, nor past the last screenful of the content. */
export function scrollBy(position, delta, contentHeight, screenHeight) {
  throw new Error("Not implemented");
}
