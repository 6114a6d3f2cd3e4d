/** A query string without its "?" as a plain object. A key that comes again makes a list of its values, in order; "+" is
 * a blank; a key without "=" is true. */
export function parseQuery(query) {
  // TODO: the search page needs this
}

export function buildQuery(values) {
  return Object.entries(values)
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join("&");
}
