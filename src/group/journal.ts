/** What an `up` has made, so that it can be taken back when it fails. */
import type { Driver } from '../driver/driver.js';
import type { Undo } from '../storage/storage.js';

export interface RollbackOutcome {
  /** For people: `container x`. */
  readonly removed: readonly string[];
  /** What could not be removed, and why. */
  readonly remaining: readonly string[];
}

export class Journal {
  readonly #containers: string[] = [];
  readonly #started: string[] = [];
  readonly #files: { readonly what: string; readonly undo: Undo }[] = [];
  #network: string | null = null;

  created(container: string): void {
    this.#containers.push(container);
  }

  started(container: string): void {
    this.#started.push(container);
  }

  wrote(what: string, undo: Undo): void {
    this.#files.push({ what, undo });
  }

  madeNetwork(name: string): void {
    this.#network = name;
  }

  get isEmpty(): boolean {
    return (
      [this.#containers, this.#started, this.#files].every(({ length }) => length === 0) &&
      this.#network === null
    );
  }

  /**
   * Takes back what was made, and stops what was started; what was there before stays.
   * Never throws: what cannot be taken back is named in the outcome.
   */
  async rollBack(group: string, driver: Driver): Promise<RollbackOutcome> {
    const removed: string[] = [];
    const remaining: string[] = [];
    const attempt = async (what: string, action: () => Promise<void>): Promise<void> => {
      try {
        await action();
        removed.push(what);
      } catch (error) {
        remaining.push(`${what} (${error instanceof Error ? error.message : String(error)})`);
      }
    };
    const stopped = this.#started.filter((name) => !this.#containers.includes(name));
    await Promise.all([
      ...this.#containers.map((name) => attempt(`container ${name}`, () => driver.remove(group, name))),
      ...stopped.map((name) => attempt(`container ${name} (stopped again)`, () => driver.stop(group, name))),
    ]);
    const network = this.#network;
    if (network !== null) await attempt(`network ${network}`, () => driver.removeNetwork(group));
    // One by one, the newest first: the group's directory was noted before those of its nodes.
    for (const { what, undo } of [...this.#files].reverse()) await attempt(what, undo);
    return { removed, remaining };
  }
}
