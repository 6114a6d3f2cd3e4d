export class OrderLine {
  constructor(unitCents, quantity, { percentOff = 0, gift = false } = {}) {
    this.unitCents = unitCents;
    this.quantity = quantity;
    this.percentOff = percentOff;
    this.gift = gift; // costs nothing
  }
}
