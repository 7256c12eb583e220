/** Failures that a test injects into the calls of a fake engine. */

/**
 * One call that goes wrong. `before`: the call throws and has no effect; `after`: it throws once it has had its effect;
 * `end`: the process ends behind its effect, and no later call of that process has one.
 */
export interface Injection {
  /** Number of the changing call, or of the changing command, counted from 1. */
  readonly call: number;
  readonly when: 'before' | 'after' | 'end';
  /** Calls to the engine, or commands to the servers. */
  readonly to: 'engine' | 'servers';
}

/** Commands that change nothing on a server. */
const READING =
  /^(?:PING|INFO|CONFIG GET|ACL DRYRUN|WAIT|SENTINEL (?:MASTERS?|REPLICAS|SENTINELS|MYID|CKQUORUM|CONFIG GET|GET-MASTER-ADDR-BY-NAME)\b|SENTINEL DEBUG$)/i;

/** Returns whether a command changes something on a server. */
export function isChange(command: string): boolean {
  return !READING.test(command);
}

/** A process that stands still right before it looks at its lock. */
export interface Standstill {
  /** Number of the look, counted from 1. */
  readonly look: number;
  /** What others do in that time. */
  readonly meanwhile: () => Promise<void>;
}

/** Thrown by an injected failure. */
class InjectedFailure extends Error {}

/** Counts the calls that change something, and lets one of them fail. */
export class Failures {
  readonly #injection: Injection | null;
  readonly #between: () => void;
  readonly #calls: string[] = [];
  /** The commands that servers were asked, as words. */
  readonly commands: string[] = [];
  #hasEnded = false;
  /** How many commands have changed something. */
  #changes = 0;
  #looks = 0;
  /** Resolves when the process does not stand still. */
  #goesOn: Promise<void> = Promise.resolve();

  /** Set before the process begins. */
  standstill: Standstill | null = null;

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

  /** How often the process has looked at its lock. */
  get looks(): number {
    return this.#looks;
  }

  /** Stands still where that is wanted. */
  async beforeLook(): Promise<void> {
    this.#looks += 1;
    // All of the process stands still, whatever it does side by side.
    if (this.standstill?.look === this.#looks) this.#goesOn = this.standstill.meanwhile();
    await this.#goesOn;
  }

  /** Runs a call that changes something. @throws InjectedFailure */
  async change<T>(name: string, effect: () => T | Promise<T>): Promise<T> {
    this.throwIfEnded();
    await this.#goesOn;
    this.#calls.push(name);
    const isIt = this.#injection?.to === 'engine' && this.#injection.call === this.#calls.length;
    if (isIt && this.#injection?.when === 'before') throw new InjectedFailure(`${name} failed`);
    this.#between();
    const result = await effect();
    this.#between();
    if (!isIt) return result;
    if (this.#injection?.when === 'end') this.#hasEnded = true;
    throw new InjectedFailure(`${name} failed`);
  }

  /** Runs a command of a client. @throws InjectedFailure, as a connection that breaks */
  command<T>(name: string, effect: () => T): T {
    this.throwIfEnded();
    this.commands.push(name);
    if (!isChange(name)) return effect();
    this.#changes += 1;
    const isIt = this.#injection?.to === 'servers' && this.#injection.call === this.#changes;
    if (isIt && this.#injection?.when === 'before') throw new InjectedFailure('Connection is closed.');
    this.#between();
    const result = effect();
    this.#between();
    if (!isIt) return result;
    if (this.#injection?.when === 'end') this.#hasEnded = true;
    throw new InjectedFailure('Connection is closed.');
  }
}
