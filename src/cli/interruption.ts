/**
 * Ctrl-C, SIGTERM, and SIGHUP of a terminal that is closed. The first asks the command to stop, and
 * to remove what it made; the second leaves at once and says what may remain.
 */
import { RsentinelError } from '../errors.js';
import { exitCodeOf, type StopSignal } from './exit-code.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The part of `process` that is needed. */
export interface SignalledProcess {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  exit(code: number): void;
  readonly stderr: { write(text: string): unknown };
}

export class Interruption {
  readonly #process: SignalledProcess;
  readonly #controller = new AbortController();
  #received: StopSignal | null = null;
  #group: string | null = null;

  constructor(process: SignalledProcess) {
    this.#process = process;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The first signal that came. */
  get received(): StopSignal | null {
    return this.#received;
  }

  mayRemain(group: string): void {
    this.#group = group;
  }

  listen(): void {
    for (const signal of SIGNALS) this.#process.on(signal, this.#onSignal);
  }

  stop(): void {
    for (const signal of SIGNALS) this.#process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: StopSignal): void => {
    if (this.#received !== null) {
      this.#leave(this.#received);
      return;
    }
    this.#received = signal;
    const how = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    this.#controller.abort(new RsentinelError('INTERRUPTED', `interrupted by ${how}`));
    if (this.#group !== null && signal === 'SIGINT') {
      this.#process.stderr.write('\nrsentinel: stopping; Ctrl-C again leaves at once\n');
    }
  };

  #leave(signal: StopSignal): void {
    const remains =
      this.#group === null
        ? ''
        : `; what there is of ${this.#group} stays\nhint: rsentinel down -n ${this.#group}`;
    this.#process.stderr.write(`\nrsentinel: left at once${remains}\n`);
    this.#process.exit(exitCodeOf('INTERRUPTED', signal));
  }
}
