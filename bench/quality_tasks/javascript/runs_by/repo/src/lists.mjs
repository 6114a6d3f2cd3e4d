export const last = (list) => list[list.length - 1];

/** Cuts a list where `keyOf` changes: neighbours with the same key stay together. [1, 3, 2] by oddness: [[1, 3], [2]]. */
export function runsBy(list, keyOf) {
  throw new Error("TODO");
}

export function unique(list) {
  return [...new Set(list)];
}
