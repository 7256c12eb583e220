/** What an `up` has done, so that it can be taken back when it fails. */
import type { Undo } from '../../model/step.js';

export interface RollbackOutcome {
  /** For people: `container x`. */
  readonly removed: readonly string[];
  /** What could not be taken back, and why. */
  readonly remaining: readonly string[];
}

/** What was done, `anchor` being its creation and its start; neighbours of one kind are taken back side by side, but for files and settings. */
type ChangeKind = 'created' | 'started' | 'stopped' | 'set-aside' | 'anchor' | 'network' | 'file' | 'setting';

interface Entry {
  readonly kind: ChangeKind;
  /** The node, or whatever else it was done to. */
  readonly subject: string;
  /** For people. */
  readonly what: string;
  readonly undo: Undo;
}

const ONE_BY_ONE: ReadonlySet<ChangeKind> = new Set(['stopped', 'set-aside', 'file', 'setting']);

export class RollbackLog {
  #entries: Entry[] = [];

  /** Notes what was done, or is about to be. */
  note(kind: ChangeKind, subject: string, what: string, undo: Undo): void {
    // Removing a container ends what runs in it.
    const isImplied = this.#entries.some(
      (one) =>
        one.subject === subject &&
        ((kind === 'started' && one.kind === 'created') || (kind === 'anchor' && one.kind === 'anchor')),
    );
    if (isImplied) return;
    const entry = { kind, subject, what, undo };
    // Nodes are reached through the anchor, and they are asked to save before they end: it goes after them.
    const first = this.#entries.findIndex((one) => one.kind === 'created' || one.kind === 'started');
    if (kind === 'anchor' && first !== -1) this.#entries.splice(first, 0, entry);
    else this.#entries.push(entry);
  }

  /** Its container is removed: it can be neither started nor paused again. */
  removed(subject: string): void {
    const isGone = ({ kind, subject: other }: Entry): boolean =>
      other === subject && (kind === 'stopped' || kind === 'started');
    this.#entries = this.#entries.filter((entry) => !isGone(entry));
  }

  /** What was done to a subject is to stay: it has its place in a group that works. */
  keep(subject: string): void {
    this.#entries = this.#entries.filter((entry) => entry.subject !== subject);
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /**
   * Takes back what was done, the latest first; what was there before stays, or comes back.
   * Never throws: what cannot be taken back is named in the outcome.
   */
  async rollBack(): Promise<RollbackOutcome> {
    const removed: string[] = [];
    const remaining: string[] = [];
    const attempt = async ({ what, undo }: Entry): Promise<void> => {
      try {
        await undo();
        removed.push(what);
      } catch (error) {
        remaining.push(`${what} (${error instanceof Error ? error.message : String(error)})`);
      }
    };
    const left = [...this.#entries].reverse();
    this.#entries = [];
    while (left.length > 0) {
      const kind = left[0]?.kind;
      const end = left.findIndex((entry) => entry.kind !== kind || ONE_BY_ONE.has(entry.kind));
      const batch = left.splice(0, end === -1 ? left.length : Math.max(1, end));
      await Promise.all(batch.map(attempt));
    }
    return { removed, remaining };
  }
}
