/** A copy of the object with only these fields; those that it does not have are left out. */
export function pick(object, fields) {
  throw new Error("Not implemented");
}

/** A copy of the object without these fields. */
export function omit(object, fields) {
  return pick(
    object,
    Object.keys(object).filter((field) => !fields.includes(field)),
  );
}
