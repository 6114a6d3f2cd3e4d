/** "1.4.0-rc.2" in its parts. */
export function parseVersion(text) {
  const [core, label = ""] = text.split("-", 2);
  return { numbers: core.split(".").map(Number), label };
}

/**
 * Below 0, 0 or above 0, as for `sort`: by the numbers, a missing one being 0; of the same numbers a version with a label
 * comes before the one without, and labels are compared as text.
 */
export function compareVersions(first, second) {
  // TODO
  throw new Error("not implemented");
}

export const newest = (versions) => [...versions].sort(compareVersions).at(-1);
