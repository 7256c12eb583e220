/** Failures that a test injects into the calls of a fake engine. */

/**
 * One call that goes wrong. `before`: the call throws and has no effect; `after`: it throws once it has had its effect;
 * `end`: the process ends behind its effect, and no later call of that process has one; `silence`: that command and the next three
 * get no answer and have no effect.
 */
export interface Injection {
  /** Number of the changing call, or of the changing command, counted from 1. */
  readonly call: number;
  readonly when: 'before' | 'after' | 'end' | 'silence';
  /** Calls to the engine, or commands to the servers. */
  readonly to: 'engine' | 'servers';
}

const SILENT_COMMANDS = 4;

/** Commands that change nothing on a server. */
const READING =
  /^(?:AUTH|PING|INFO|CONFIG GET|ACL DRYRUN|WAIT|SENTINEL (?:MASTERS?|REPLICAS|SENTINELS|MYID|CKQUORUM|CONFIG GET|GET-MASTER-ADDR-BY-NAME)\b|SENTINEL DEBUG$)/i;

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
  #end: () => void = () => {};
  #hasEnded = false;
  /** How many commands have changed something. */
  #changes = 0;
  /** How many commands get no answer from now on. */
  #silentFor = 0;
  #looks = 0;
  /** Resolves when the process does not stand still. */
  #goesOn: Promise<void> = Promise.resolve();

  /** Set before the process begins. */
  standstill: Standstill | null = null;

  /** @param between runs before and behind every changing call: what others do meanwhile */
  constructor(injection: Injection | null = null, between: () => void = () => {}) {
    this.#injection = injection;
    this.#between = between;
    this.ended = new Promise((_, reject) => {
      this.#end = () => {
        this.#hasEnded = true;
        reject(new InjectedFailure('the process has ended'));
      };
    });
    this.ended.catch(() => {});
  }

  /** Names of the changing calls so far, in their order: `start g-redis-1`. */
  get calls(): readonly string[] {
    return this.#calls;
  }

  /** Rejects when the process ends. */
  readonly ended: Promise<never>;

  /** Never resolves once the process has ended: nothing of it goes on, and its questions get no answer either. */
  whileAlive(): Promise<void> {
    return this.#hasEnded ? new Promise(() => {}) : Promise.resolve();
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
    await this.whileAlive();
    await this.#goesOn;
    this.#calls.push(name);
    const isIt = this.#injection?.to === 'engine' && this.#injection.call === this.#calls.length;
    if (isIt && this.#injection?.when === 'before') throw new InjectedFailure(`${name} failed`);
    this.#between();
    const result = await effect();
    this.#between();
    if (!isIt) return result;
    if (this.#injection?.when === 'end') this.#end();
    await this.whileAlive();
    throw new InjectedFailure(`${name} failed`);
  }

  /** Runs a command of a client. @throws InjectedFailure, as a connection that breaks */
  command<T>(name: string, effect: () => T): T {
    if (this.#hasEnded) throw new InjectedFailure('the process has ended');
    this.commands.push(name);
    if (isChange(name)) this.#changes += 1;
    const isIt =
      isChange(name) && this.#injection?.to === 'servers' && this.#injection.call === this.#changes;
    if (isIt && this.#injection?.when === 'silence') this.#silentFor = SILENT_COMMANDS;
    if (this.#silentFor > 0) {
      this.#silentFor -= 1;
      throw new InjectedFailure('Command timed out');
    }
    if (!isChange(name)) return effect();
    if (isIt && this.#injection?.when === 'before') throw new InjectedFailure('Connection is closed.');
    this.#between();
    const result = effect();
    this.#between();
    if (!isIt) return result;
    if (this.#injection?.when === 'end') this.#end();
    throw new InjectedFailure('Connection is closed.');
  }
}
