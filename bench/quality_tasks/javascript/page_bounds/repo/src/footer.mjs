import { pageBounds } from "./pages.mjs";

export function footer(page, items) {
  const { first, last } = pageBounds(page, items); // numbered from 1, as the pages are; the last page may be short
  return `${first} to ${last} of ${items}`;
}
