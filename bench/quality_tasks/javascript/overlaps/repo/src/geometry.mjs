export function area({ width, height }) {
  return width * height;
}

/** Whether two rectangles { x, y, width, height } overlap; those that only touch do not. */
export function overlaps(a, b) {
  throw new Error("Not implemented");
}
