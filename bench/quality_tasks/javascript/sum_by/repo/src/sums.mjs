/** An object with the sum of `amountOf(item)` for each `keyOf(item)`. */
export function sumBy(items, keyOf, amountOf) {
  // TODO: implement
}

export function countBy(items, keyOf) {
  return sumBy(items, keyOf, () => 1);
}
