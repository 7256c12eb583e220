/** A deadline whose time begins to run when it is told to: pulling an image is not waiting for a group. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #ms: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Aborted once the time has run out. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Lets the time run; a second call changes nothing. */
  begin(): void {
    this.#timer ??= setTimeout(() => this.#controller.abort(), this.#ms);
  }

  /** Gives the whole time again: where nodes are waited for one after the other, each has it. */
  renew(): void {
    this.cancel();
    this.begin();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
