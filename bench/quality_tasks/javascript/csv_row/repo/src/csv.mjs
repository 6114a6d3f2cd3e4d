// Tables for spreadsheets.

/** One row without a line break: values joined by commas. A text with a comma, a quote or a line break stands in quotes,
 * its own quotes doubled; null and undefined are empty. */
export function csvRow(values) {
  throw new Error("not implemented");
}

export function csv(rows) {
  return rows.map(csvRow).join("\r\n") + "\r\n";
}
