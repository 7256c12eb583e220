/** Carries a planned failover to its end once the sentinels have begun it: there is no way back. */

import { setTimeout as delay } from 'node:timers/promises';
import { RsentinelError } from '../errors.js';
import type { GroupNode, GroupNodes } from '../model/group-nodes.js';
import { masterViews, type Snapshot } from '../nodes/health/snapshot.js';
import type { Live } from '../nodes/live/live.js';
import { failoverProgress, type Promotion } from './await-failover.js';
import type { WritePause } from './pause-writes.js';
import { replicaOf } from './replicaof.js';

/** ms between two looks. */
const POLL = 20;
/**
 * ms for which no sentinel may show a failover in progress, nor name another master, until it counts as given up. A
 * sentinel shows it from the reply to SENTINEL FAILOVER on (sentinelStartFailover, sentinel.c); within this time
 * the others hear of a promotion that has just ended it (hello messages, 500 ms apart while a failover goes on).
 */
const GIVEN_UP = 1_500;
/** ms for which a sentinel that does not answer may still lead a failover. */
const SILENCE = 10_000;
/** ms that a sentinel in TILT does nothing (SENTINEL_TILT_PERIOD, sentinel.c). Then it goes on where it was. */
const TILT = 30_000;
/** ms of `failover-timeout` where no sentinel tells it: Sentinel's default. */
const FAILOVER_TIMEOUT = 180_000;

/**
 * Waits until every sentinel that answers names the promoted replica, and makes the old master its replica as soon as one
 * does. Neither the context's signal nor the deadline ends this; the bound is the time in which the sentinels give a
 * failover up themselves (`failover-timeout`, and 30 s for TILT).
 * @param writes the pause of the old master; null: the master itself pauses (Valkey's COORDINATED)
 * @throws RsentinelError FAILOVER_ABORTED when the sentinels have given it up: writes may go on where they went before;
 *   WAIT_TIMEOUT when the bound has passed and a switch is still to come
 */
export async function finishSwitch(
  live: Live,
  from: GroupNode,
  writes: WritePause | null,
): Promise<Promotion> {
  const { group } = live;
  const clock = new FailoverClock(group);
  let isTold = false;
  let isDemoted = false;
  for (;;) {
    if (!isTold && (live.signal.aborted || live.deadline.aborted)) {
      isTold = true;
      live.emit({ type: 'finishing-switch', from: from.name });
    }
    const snapshot = await live.snapshot();
    const progress = failoverProgress(group, from.address, snapshot);
    const promoted = progress.kind === 'not-begun' ? null : progress.master;
    if (promoted !== null && !isDemoted) {
      isDemoted = true;
      // Sentinel would do so itself, some ten seconds later.
      await replicaOf(from.control, promoted.address, live.connections);
      await writes?.end();
    }
    if (progress.kind === 'done') return progress;

    clock.saw(snapshot, progress.kind === 'switching');
    if (clock.isGivenUp) throw givenUp(from);
    if (clock.isOver) {
      await writes?.leave();
      throw stillToCome(from);
    }
    await delay(POLL);
  }
}

/** Tells from the looks at a group whether its sentinels still go on with a failover. */
class FailoverClock {
  readonly #sentinels: readonly string[];
  readonly #began = performance.now();
  #bound = this.#began + FAILOVER_TIMEOUT + TILT;
  /** When a sentinel last showed the failover, and when all sentinels last answered. */
  #lastShown = this.#began;
  #lastAnswers = this.#began;

  constructor({ sentinels }: GroupNodes) {
    this.#sentinels = sentinels.map(({ name }) => name);
  }

  /** @param isSwitching whether a sentinel names another master already */
  saw(snapshot: Snapshot, isSwitching: boolean): void {
    const now = performance.now();
    const timeout = failoverTimeout(snapshot);
    if (timeout !== null) this.#bound = this.#began + timeout + TILT;
    if (isSwitching || isInProgress(snapshot)) this.#lastShown = now;
    if (this.#sentinels.every((name) => snapshot.sentinels.get(name)?.kind === 'sentinel'))
      this.#lastAnswers = now;
  }

  /** Whether no sentinel has a failover in progress any more; a silent one may, for {@link SILENCE}. */
  get isGivenUp(): boolean {
    const now = performance.now();
    if (now - this.#lastShown <= GIVEN_UP) return false;
    return this.#lastAnswers > this.#lastShown || now - this.#lastAnswers > SILENCE;
  }

  /** Whether the time has passed in which the sentinels give a failover up themselves. */
  get isOver(): boolean {
    return performance.now() > this.#bound;
  }
}

/** Whether a sentinel leads a failover of the master that it watches. */
function isInProgress(snapshot: Snapshot): boolean {
  return masterViews(snapshot).some(({ flags }) => flags.includes('failover_in_progress'));
}

/** `failover-timeout` in ms, the longest that a sentinel goes by; null: none answers. */
function failoverTimeout(snapshot: Snapshot): number | null {
  const all = masterViews(snapshot).map((view) => view['failover-timeout']);
  return all.length === 0 ? null : Math.max(...all);
}

function givenUp({ name }: GroupNode): RsentinelError {
  const message = `the sentinels have given up the failover: ${name} is still the master, and takes writes again`;
  return new RsentinelError('FAILOVER_ABORTED', message, {
    hint: 'Their logs say why (-failover-abort-…, `rsentinel logs`); `rsentinel status` shows whether a replica can be promoted.',
  });
}

function stillToCome({ name }: GroupNode): RsentinelError {
  const message = `the sentinels have begun to replace ${name} and have not finished: the switch is still to come`;
  return new RsentinelError('WAIT_TIMEOUT', message, {
    hint: `Writes to ${name} wait for some more seconds. Watch it with \`rsentinel status --watch\`; \`rsentinel up\` puts right what is left.`,
  });
}
