export const PAGE_SIZE = 20;

export function pageCount(items) {
  return Math.ceil(items / PAGE_SIZE);
}

export function pageBounds(page, items) {
  // TODO: implement
}
