/** What every function of the library can be told, and what it works with then. */

import type { DrillCourse } from '../drill/drill.js';
import type { Context } from '../engine/context.js';
import type { Engine } from '../engine/engine.js';
import type { Listener } from '../model/events.js';
import type { DrillFault, DrillLimits } from '../model/report/drill-report.js';
import type { TimingChoice } from '../model/topology.js';

/** Where groups are, and who hears what happens to them. */
export interface EngineOptions {
  /** The engine; left out: the one that the docker command would use. */
  readonly engine?: Engine | undefined;
  /** Is called with every event. */
  readonly onEvent?: Listener | undefined;
}

/** What each call can be told. */
export interface CallOptions {
  /** Ends the call; what it has made is taken back as the call's own deadline would do it. */
  readonly signal?: AbortSignal | undefined;
}

/** The same with a deadline. */
export interface WaitOptions extends CallOptions {
  /** ms that the group may take; left out: 60,000. */
  readonly waitTimeoutMs?: number | undefined;
}

/**
 * ms. A healthy group is proved ready in one or two seconds, and in ten to twelve where Sentinel's periods cannot be
 * lowered. A loaded CI machine is some four times slower.
 */
export const DEFAULT_WAIT_MS = 60_000;

/** Returns the context of one call. Loads the client of the engine, which takes some 100 ms, unless an engine is given. */
export async function contextOf(
  { engine, onEvent = () => {} }: EngineOptions,
  { signal }: CallOptions = {},
): Promise<Context> {
  return {
    engine: engine ?? (await defaultEngine(onEvent)),
    emit: onEvent,
    signal: signal ?? new AbortController().signal,
  };
}

async function defaultEngine(onEvent: Listener): Promise<Engine> {
  const { connectDocker } = await import('../engine/docker/docker-engine.js');
  return connectDocker(onEvent);
}

export interface DrillOptions extends WaitOptions {
  /** Left out: `kill`. */
  readonly fault?: DrillFault | undefined;
  /** Left out: one. */
  readonly rounds?: number | undefined;
  readonly limits?: Partial<DrillLimits> | undefined;
  readonly timing?: Exclude<TimingChoice, 'normal'> | undefined;
}

/**
 * ms for each step of a drill. A failover takes a second or two beyond `down-after-milliseconds`, which is 30 s by default; a node that
 * was paused is made a replica after 10 to 20 s.
 */
const DRILL_WAIT_MS = 90_000;

/** Returns how a drill goes, with the defaults for what is left out. */
export function courseOf({
  rounds = 1,
  limits = {},
  waitTimeoutMs = DRILL_WAIT_MS,
}: DrillOptions): DrillCourse {
  const { maxDowntime = null, maxLost = null } = limits;
  return { rounds, limits: { maxDowntime, maxLost }, waitTimeoutMs };
}
