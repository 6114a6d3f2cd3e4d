// What a form changed, for the audit log.

/** The keys whose values differ between two flat objects, sorted; a key that only one of them has counts as changed. */
export function changedKeys(before, after) {
  throw new Error("TODO: implement changedKeys");
}

export function auditLine(user, before, after) {
  return `${user}: ${changedKeys(before, after).join(", ") || "nothing"}`;
}
