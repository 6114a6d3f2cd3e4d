/** "font-size" becomes "fontSize". */
export function toCamelCase(name) {
  // TODO: implement
}

/** "fontSize" becomes "font-size". */
export function toKebabCase(name) {
  return name.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}
