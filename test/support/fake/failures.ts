/** Failures that a test injects into the calls of a fake engine. */

/**
 * One call that goes wrong. `before`: the call throws and has no effect; `after`: it throws once it has had its effect;
 * `end`: the process ends behind its effect, and no later call of that process has one.
 */
export interface Injection {
  /** Number of the changing call, counted from 1. */
  readonly call: number;
  readonly when: 'before' | 'after' | 'end';
}

/** Thrown by an injected failure. */
class InjectedFailure extends Error {}

/** Counts the calls that change something, and lets one of them fail. */
export class Failures {
  readonly #injection: Injection | null;
  readonly #between: () => void;
  readonly #calls: string[] = [];
  #hasEnded = false;

  /** @param between runs before and behind every changing call: what others do meanwhile */
  constructor(injection: Injection | null = null, between: () => void = () => {}) {
    this.#injection = injection;
    this.#between = between;
  }

  /** Names of the changing calls so far, in their order: `start g-redis-1`. */
  get calls(): readonly string[] {
    return this.#calls;
  }

  /** Throws when the process has ended: its questions get no answer either. */
  throwIfEnded(): void {
    if (this.#hasEnded) throw new InjectedFailure('the process has ended');
  }

  /** Runs a call that changes something. @throws InjectedFailure */
  async change<T>(name: string, effect: () => T | Promise<T>): Promise<T> {
    this.throwIfEnded();
    this.#calls.push(name);
    const isIt = this.#injection?.call === this.#calls.length;
    if (isIt && this.#injection?.when === 'before') throw new InjectedFailure(`${name} failed`);
    this.#between();
    const result = await effect();
    this.#between();
    if (!isIt) return result;
    if (this.#injection?.when === 'end') this.#hasEnded = true;
    throw new InjectedFailure(`${name} failed`);
  }
}
