/** Text that must not be printed by accident. */
import { inspect } from 'node:util';

/** What stands wherever a secret would stand. */
const MASK = '[secret]';

/**
 * A password or a key. Whoever turns it into text, JSON or a log line without asking for it by
 * {@link reveal} gets a mask.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
