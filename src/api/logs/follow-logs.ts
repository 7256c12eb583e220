/** Follows the logs of nodes through stops, starts and replacements of their containers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../../engine/context.js';
import type { ObservedMember } from '../../engine/engine.js';
import { ReorderBuffer } from './merge.js';
import { linesOf, type NodeLine } from './node-lines.js';

/** ms that a line is held, so that an older one of another node can go first. */
const TURN = 100;
/** ms that the engine gets to hand over the last lines of containers that are gone. */
const LAST_WORDS = 1_000;
/** Turns between two looks for nodes that have been started again, or are new. */
const LOOK_EVERY = 5;
/** Lines above which the engine has to wait for whoever reads. */
const MOST_HELD = 10_000;

/**
 * Ends when nothing is left of the group, or of the nodes that were named.
 * @param since ns since 1970, for nodes of which nothing was read yet
 * @param last time of the last line of each node that was read already
 */
export async function* followLogs(
  group: string,
  names: readonly string[],
  since: bigint | null,
  last: ReadonlyMap<string, bigint>,
  { engine, signal }: Context,
): AsyncGenerator<readonly NodeLine[]> {
  const buffer = new ReorderBuffer<NodeLine>();
  const seen = new Map(last);
  const open = new Map<string, Promise<void>>();
  const stop = new AbortController();
  let failure: { readonly error: unknown } | null = null;

  /** Reads a container until it ends. */
  const pump = async ({ node, container }: ObservedMember): Promise<void> => {
    const before = seen.get(node) ?? -1n;
    const request = { since: before < 0n ? since : before + 1n, tail: null, follow: true };
    for await (const batch of linesOf(node, engine.log(container, request, stop.signal))) {
      const fresh = batch.filter(({ time }) => time > before);
      for (const { time } of fresh) if (time > (seen.get(node) ?? -1n)) seen.set(node, time);
      buffer.add(fresh);
      while (buffer.size > MOST_HELD && !stop.signal.aborted) await delay(TURN);
    }
  };
  /** A container that does not run gives what is new in its log, and ends: nothing is missed. */
  const look = async (): Promise<number> => {
    const { members } = await engine.observe(group);
    const wanted = members.filter(({ node, role }) =>
      names.length === 0 ? role === 'redis' || role === 'sentinel' : names.includes(node),
    );
    for (const member of wanted.filter(({ node }) => !open.has(node))) {
      const ended = pump(member)
        .catch((error: unknown) => {
          failure = { error };
        })
        .finally(() => open.delete(member.node));
      open.set(member.node, ended);
    }
    return wanted.length;
  };

  try {
    for (let turn = 0; ; turn += 1) {
      const isOver = turn % LOOK_EVERY === 0 && (await look()) === 0;
      if (isOver) await Promise.race([Promise.all(open.values()), delay(LAST_WORDS)]);
      else await delay(TURN);
      signal.throwIfAborted();
      throwIfFailed(failure);
      const lines = isOver ? [...buffer.turn(), ...buffer.turn()] : buffer.turn();
      if (lines.length > 0) yield lines;
      if (isOver) return;
    }
  } finally {
    stop.abort();
  }
}

function throwIfFailed(failure: { readonly error: unknown } | null): void {
  if (failure !== null) throw failure.error;
}
