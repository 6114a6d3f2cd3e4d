export function stockText(count) {
  // TODO: implement
}

export function isOrderable(count) {
  return count > 0;
}
