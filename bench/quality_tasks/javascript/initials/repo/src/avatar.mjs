// What an avatar shows.

/** The first letters of the first and the last word of a name, in upper case; of a single word only one letter. */
export function initials(name) {
  throw new Error("Not implemented");
}

export function avatarTitle(user) {
  return `${initials(user.name)} (${user.email})`;
}
