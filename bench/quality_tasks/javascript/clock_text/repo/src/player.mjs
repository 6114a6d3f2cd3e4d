// The time shown beside a recording.

const pad = (number) => String(number).padStart(2, "0");

export function clockText(seconds) {
  // TODO: see the tests
}

export function progress(seconds, length) {
  return length > 0 ? Math.min(1, seconds / length) : 0;
}
