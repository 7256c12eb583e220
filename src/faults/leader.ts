/** Which sentinel was elected last. None of them can be asked; but each logs when it was. */
import type { Engine, ObservedMember } from '../engine/engine.js';

const ELECTED = /\+elected-leader master /;

/** @returns its name; null: none was, as far as their logs reach */
export async function lastLeader(
  engine: Engine,
  members: readonly ObservedMember[],
  signal: AbortSignal,
): Promise<string | null> {
  const sentinels = members.filter(({ role }) => role === 'sentinel');
  const elections = await Promise.all(
    sentinels.map(async ({ node, container }) => ({
      node,
      time: await lastElection(engine, container, signal),
    })),
  );
  return elections.reduce((last, one) => (one.time > last.time ? one : last), {
    node: null as string | null,
    time: 0n,
  }).node;
}

/** ns since 1970; 0: it never was. */
async function lastElection(engine: Engine, container: string, signal: AbortSignal): Promise<bigint> {
  let last = 0n;
  const request = { since: null, tail: null, follow: false };
  for await (const lines of engine.log(container, request, signal)) {
    for (const { text, time } of lines) if (ELECTED.test(text) && time > last) last = time;
  }
  return last;
}

/** What the sentinels have logged of a failover since a time (ns since 1970): why it does not come about. */
export async function failoverLines(
  engine: Engine,
  members: readonly ObservedMember[],
  since: bigint,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const found = await Promise.all(
    members
      .filter(({ role }) => role === 'sentinel')
      .map(async ({ node, container }) => {
        const own: string[] = [];
        for await (const lines of engine.log(container, { since, tail: null, follow: false }, signal)) {
          for (const { text } of lines) {
            const event = /([+-](?:odown|try-failover|elected-leader|failover-abort\S*|tilt)\b.*)$/.exec(
              text,
            )?.[1];
            if (event !== undefined) own.push(`${node}: ${event}`);
          }
        }
        return own.slice(-3);
      }),
  );
  return found.flat();
}
