const clamp = (value) => Math.max(0, Math.min(255, Math.round(value)));

export function toHex({ red, green, blue }) {
  return "#" + [red, green, blue].map((part) => clamp(part).toString(16).padStart(2, "0")).join("");
}

/** The inverse of `toHex`; also takes the short form "#f80". null for anything else. */
export function fromHex(text) {
  // TODO: themes are written by hand
}
