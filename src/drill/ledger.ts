/** What a client has done, and what became of it: successes, errors by kind, the longest time without a success. */
import type { ClientError, Gap } from '../model/report/drill-report.js';

/** Whether a command that failed may have been carried out nevertheless. */
export type Fate = 'not-done' | 'unknown';

export interface Failure {
  readonly kind: string;
  readonly fate: Fate;
}

export class Ledger {
  readonly #done: number[] = [];
  readonly #unknown: number[] = [];
  readonly #errors = new Map<string, number>();
  #lastAt: number | null = null;
  #watchedFrom: number | null = null;
  #longest: { readonly from: number; readonly to: number } | null = null;

  /** Gaps that end after this moment count; one that has begun before it counts as a whole. ms */
  watch(from: number): void {
    this.#watchedFrom = from;
  }

  /** @param at ms */
  succeeded(number: number, at: number): void {
    this.#done.push(number);
    const from = this.#lastAt;
    this.#lastAt = at;
    if (from === null || this.#watchedFrom === null || at < this.#watchedFrom) return;
    if (this.#longest === null || at - from > this.#longest.to - this.#longest.from) {
      this.#longest = { from, to: at };
    }
  }

  failed(number: number, { kind, fate }: Failure): void {
    this.#errors.set(kind, (this.#errors.get(kind) ?? 0) + 1);
    if (fate === 'unknown') this.#unknown.push(number);
  }

  /** Numbers of all that succeeded. */
  get done(): readonly number[] {
    return this.#done;
  }

  /** Numbers of all whose fate nobody knows. */
  get unknown(): readonly number[] {
    return this.#unknown;
  }

  /** ms of the last success. */
  get lastAt(): number | null {
    return this.#lastAt;
  }

  /** By kind, the most frequent first. */
  get errors(): readonly ClientError[] {
    return [...this.#errors]
      .map(([kind, count]) => ({ kind, count }))
      .sort((a, b) => b.count - a.count || a.kind.localeCompare(b.kind));
  }

  /** The longest one since it is watched. @param zero the moment that it is counted from */
  gap(zero: number): Gap {
    const { from, to } = this.#longest ?? { from: zero, to: zero };
    const round = (ms: number) => Math.round(ms * 10) / 10;
    return { from: round(from - zero), to: round(to - zero), ms: round(to - from) };
  }
}

/** What an error of the client means for the command that met with it. */
export function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (name === 'ReplyError') return { kind: message.split(' ')[0] ?? 'ERR', fate: 'not-done' };
  // The library has not sent it: nothing was writable.
  if (message.includes("isn't writeable")) return NOT_CONNECTED;
  return { kind: 'connection-lost', fate: 'unknown' };
}

export const NOT_CONNECTED: Failure = { kind: 'not-connected', fate: 'not-done' };
