export class Agenda {
  constructor(events) {
    this.events = events; // { title, start, end }, in minutes
  }

  /** The titles of the events that take place at this minute; an event is over at its end. */
  titlesAt(minute) {
    // TODO: implement
    return [];
  }

  isFree(minute) {
    return this.titlesAt(minute).length === 0;
  }
}
