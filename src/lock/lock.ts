/** Commands that change a group do so one after the other: each holds the group's lock while it works. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context, LockedContext } from '../engine/context.js';
import type { Engine } from '../engine/engine.js';
import { fenced } from '../engine/fence.js';
import { RsentinelError } from '../errors.js';
import { type HeldLock, holderText, type LockRequest } from '../model/lock.js';
import { waitEngineIdle } from './engine-idle.js';
import { holderState, thisHolder } from './lock-holder.js';

/** ms between two looks at a lock that a process of this machine holds, or one of another. */
const POLL = { neighbour: 100, stranger: 500 } as const;
/** ms between two beats of a holder. */
const BEAT = 2_000;
/** ms without a beat after which a holder that cannot be asked otherwise counts as gone. */
const SILENCE = 10_000;

export interface LockSettings {
  /** What holds it, as users call it: `up`. */
  readonly command: string;
  /** ms to wait for another holder. */
  readonly waitTimeoutMs: number;
  /** An image that the engine may have. */
  readonly image: string | null;
  readonly directory: string | null;
  readonly file: string | null;
}

export interface Locked {
  /** Its signal is aborted as well when the lock is lost. */
  readonly context: LockedContext;
  /**
   * A holder before this one ended without releasing its lock. The engine may still be at what it
   * was told last, although nothing has changed for a while.
   */
  readonly tookOver: boolean;
}

/**
 * Does something with a group while nobody else changes it, the engine included: what a holder that was
 * killed has told it last is waited for. The lock is released whatever happens.
 * @throws RsentinelError GROUP_BUSY when somebody else has it for too long; the signal's reason;
 *   what `work` throws
 */
export async function withLock<T>(
  group: string,
  settings: LockSettings,
  context: Context,
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const { waitTimeoutMs, command, image, directory, file } = settings;
  const { engine, emit } = context;
  const request = { group, holder: await thisHolder(command), image, directory, file };
  const { id, tookOver } = await acquire(request, waitTimeoutMs, context);
  const calmly = async (locked: LockedContext): Promise<T> => {
    if (tookOver) await waitEngineIdle(group, locked);
    return work({ context: locked, tookOver });
  };
  if (id === null) return calmly({ ...context, confirmLock: () => Promise.resolve() });
  const heartbeat = new Heartbeat(engine, id, group);
  const confirmLock = () => heartbeat.confirm();
  try {
    const signal = AbortSignal.any([context.signal, heartbeat.lost]);
    signal.throwIfAborted();
    return await calmly({ ...context, engine: fenced(engine, confirmLock), signal, confirmLock });
  } finally {
    await heartbeat.stop();
    await engine.removeLock(id).catch((error: unknown) => {
      // Whoever comes next finds that its holder is gone.
      emit({ type: 'warning', message: error instanceof Error ? error.message : String(error) });
    });
  }
}

async function acquire(
  request: LockRequest,
  waitTimeoutMs: number,
  context: Context,
): Promise<{ readonly id: string | null; readonly tookOver: boolean }> {
  const deadline = performance.now() + waitTimeoutMs;
  let tookOver = false;
  for (;;) {
    context.signal.throwIfAborted();
    const outcome = await context.engine.acquireLock(request);
    if (outcome.kind === 'acquired') return { id: outcome.id, tookOver };
    if (outcome.kind === 'no-image') return { id: null, tookOver };
    if ((await untilFree(outcome.lock, request.group, deadline, context)) === 'broken') tookOver = true;
  }
}

/** @throws RsentinelError GROUP_BUSY at the deadline */
async function untilFree(
  lock: HeldLock,
  group: string,
  deadline: number,
  { engine, emit, signal }: Context,
): Promise<'released' | 'broken'> {
  const { holder } = lock;
  let told = false;
  let pulse = { seen: '', at: performance.now() };
  for (;;) {
    signal.throwIfAborted();
    if (!(await engine.hasLock(lock.id))) return 'released';
    const state = await holderState(holder);
    const seen = state === 'unknown' ? await engine.lockPulse(lock.id) : '';
    const now = performance.now();
    if (seen !== pulse.seen) pulse = { seen, at: now };
    if (state === 'dead' || (state === 'unknown' && now - pulse.at >= SILENCE)) {
      // By its id: another waiter may have done the same, and taken the lock by now.
      await engine.removeLock(lock.id);
      emit({ type: 'lock-broken', group, lock });
      return 'broken';
    }
    if (now >= deadline) throw busy(group, lock);
    if (!told) emit({ type: 'waiting-for-lock', group, lock });
    told = true;
    await delay(state === 'unknown' ? POLL.stranger : POLL.neighbour);
  }
}

function busy(group: string, lock: HeldLock): RsentinelError {
  const message = `the group ${group} is busy: ${holderText(lock)}`;
  return new RsentinelError('GROUP_BUSY', message, {
    hint: 'Wait for it to end and run the command again, or give it longer with --wait-timeout.',
  });
}

/** Shows, while a lock is held, that its holder is still there. */
class Heartbeat {
  readonly #engine: Engine;
  readonly #id: string;
  readonly #group: string;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  /** The beat that is under way; null: none is. */
  #beating: Promise<void> | null = null;

  constructor(engine: Engine, id: string, group: string) {
    this.#engine = engine;
    this.#id = id;
    this.#group = group;
    let beat = 0;
    this.#timer = setInterval(() => {
      // An engine that is slow gets no second beat meanwhile: they would queue up, and all that asks for the lock behind them.
      if (this.#beating !== null) return;
      beat += 1;
      this.#beating = this.#beat(beat).finally(() => {
        this.#beating = null;
      });
    }, BEAT);
    this.#timer.unref();
  }

  async #beat(beat: number): Promise<void> {
    try {
      if (!(await this.#engine.beatLock(this.#id, beat))) this.#lose();
    } catch {
      // An engine that does not answer now may do so at the next beat.
    }
  }

  /** Aborted when somebody else has broken the lock. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** @throws RsentinelError GROUP_BUSY when somebody else has broken the lock */
  async confirm(): Promise<void> {
    if (!(await this.#engine.hasLock(this.#id))) this.#lose();
    this.#lost.signal.throwIfAborted();
  }

  #lose(): void {
    const message = `another rsentinel has taken the lock of ${this.#group}: this one showed no sign of life for too long`;
    const hint = `Look with \`rsentinel status -n ${this.#group}\`, and run the command again.`;
    this.#lost.abort(new RsentinelError('GROUP_BUSY', message, { hint }));
  }

  /** @returns once no beat is under way */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
  }
}
