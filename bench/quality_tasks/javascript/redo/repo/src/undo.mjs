export class UndoStack {
  #done = [];
  #undone = [];

  do(command) {
    command.run();
    this.#done.push(command);
    this.#undone = [];
  }

  undo() {
    const command = this.#done.pop();
    if (!command) return false;
    command.revert();
    this.#undone.push(command);
    return true;
  }

  /** Runs the command that was undone last again; whether there was one. */
  redo() {
    // TODO: implement
  }
}
