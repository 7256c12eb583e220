/** Says what is about to be done: one line, on stderr, so that stdout stays the command's own. */
export function say(/** @type {string} */ message) {
  process.stderr.write(`==> ${message}\n`);
}

/** A set-up that cannot go on: what is wrong, what to do about it, and what the tools said. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {{ hint?: string, output?: string }} [more]
   */
  constructor(message, more = {}) {
    super(message);
    this.name = 'SetupError';
    this.hint = more.hint;
    this.output = more.output;
  }
}

/** The last lines of a tool's output. */
export function tail(/** @type {string} */ text, lines = 60) {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
