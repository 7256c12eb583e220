/** What is around the group: clocks, the machine, what others have left. Pure. */

import type { Finding } from '../../model/report/doctor-report.js';
import type { Clock, Facts, Leftover } from '../facts.js';
import { found } from '../found.js';

/** ms that clocks may be apart. */
const TOLERANCE = 1_000;

interface Ticking {
  readonly name: string;
  readonly clock: Clock;
}

const THIS_MACHINE: Ticking = { name: 'this machine', clock: { offset: 0, uncertainty: 0 } };

/** Keys expire by the clock of the master, whoever that is. */
export function differentClocks({ redis, sentinels }: Facts): readonly Finding[] {
  const nodes = [...redis, ...sentinels].flatMap(({ name, own }): Ticking[] =>
    own === null || own.clock === null ? [] : [{ name, clock: own.clock }],
  );
  const sorted = [THIS_MACHINE, ...nodes].sort((a, b) => a.clock.offset - b.clock.offset);
  const [slowest = THIS_MACHINE, fastest = THIS_MACHINE] = [sorted[0], sorted.at(-1)];
  const apart = fastest.clock.offset - slowest.clock.offset;
  const surely = apart - fastest.clock.uncertainty - slowest.clock.uncertainty;
  if (surely <= TOLERANCE) return [];
  const off = nodes.filter(({ clock }) => Math.abs(clock.offset) - clock.uncertainty > TOLERANCE / 2);
  const list = off.map(({ name, clock }) => `${name} ${signed(clock.offset)}`).join(', ');
  const message = `the clocks are ${seconds(apart)} apart (against this machine: ${list}): keys expire early or late after a failover, and logs cannot be compared`;
  return [found('clock-skew', 'warning', null, message)];
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const signed = (ms: number): string => `${ms < 0 ? '' : '+'}${seconds(ms)}`;

/** 0: the kernel refuses a fork when the data set is more than half of the memory. */
export function memoryOvercommit({ overcommit }: Facts): readonly Finding[] {
  if (overcommit !== '0') return [];
  const message =
    'vm.overcommit_memory is 0 on the machine of the nodes: saving and a first synchronisation fork the server, and fail when memory is low';
  return [found('overcommit', 'warning', null, message)];
}

/** Without br_netfilter what passes between two containers of a network passes no rule of the engine's. */
export function openNetwork({ group, origin, separates }: Facts): readonly Finding[] {
  if (origin.kind !== 'engine' || origin.mode !== 'loopback' || separates !== false) return [];
  const message = `whoever is put into the network ${group} reaches the nodes: the kernel of the engine filters nothing between containers of one network`;
  return [found('network-unfiltered', 'warning', null, message)];
}

/** Something of the group is there, and not one node. */
export function halfMade({ group, origin, redis, sentinels, isBusy }: Facts): readonly Finding[] {
  if (origin.kind !== 'engine' || isBusy || redis.length + sentinels.length > 0) return [];
  return [
    found(
      'half-made',
      'problem',
      null,
      `of ${group} there is no node on the engine, only what is around them`,
    ),
  ];
}

/** Files that are named in a message. */
const NAMED = 3;

/** What is in a repository goes wherever that goes, and stays in its history. */
export function filesInGit({ tracked }: Facts): readonly Finding[] {
  if (tracked.length === 0) return [];
  const more = tracked.length > NAMED ? ` and ${tracked.length - NAMED} more` : '';
  const message = `git tracks files of the group: ${tracked.slice(0, NAMED).join(', ')}${more}. Passwords and keys may be among them, and in the history of the repository`;
  return [found('files-in-git', 'warning', null, message)];
}

export function leftovers(facts: Facts): readonly Finding[] {
  return facts.leftovers.map((leftover) => {
    const severity = leftover.kind === 'group' ? 'note' : 'warning';
    return found('leftovers', severity, null, leftoverText(leftover));
  });
}

function leftoverText(leftover: Leftover): string {
  switch (leftover.kind) {
    case 'container':
      return `the container ${leftover.name} belongs to the group and is none of its nodes: a command that was killed has left it`;
    case 'lock':
      return `the group is locked by ${leftover.holder}, which has ended`;
    case 'group':
      return `of the group ${leftover.name} there is no node on the engine, only fragments`;
  }
}
