import { OrderLine } from "./line.mjs";

export class Order {
  /** @type {OrderLine[]} */
  lines = [];

  add(line) {
    this.lines.push(line);
    return this;
  }

  /**
   * Cents of one line after what is off, rounded to the nearest cent; gifts cost nothing.
   * @param {OrderLine} line
   */
  centsOf(line) {
    // TODO
    throw new Error("not implemented");
  }

  total() {
    return this.lines.reduce((sum, line) => sum + this.centsOf(line), 0);
  }
}
