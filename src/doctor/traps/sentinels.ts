/** How many sentinels there are, where, and what they are told. Pure. */

import { majorityOf } from '../../model/group-nodes.js';
import type { Finding } from '../../model/report/doctor-report.js';
import { leastDownAfter } from '../../model/timing.js';
import type { Facts, SentinelFacts, SentinelOwn, Watch } from '../facts.js';
import { found, listed } from '../found.js';

interface Watcher {
  readonly name: string;
  readonly watch: Watch;
}

/** The sentinels that answer and watch the master. */
function watchers({ sentinels }: Facts): readonly Watcher[] {
  return sentinels.flatMap(({ name, own }) =>
    own === null || own.watch === null ? [] : [{ name, watch: own.watch }],
  );
}

function answering({ sentinels }: Facts): readonly (SentinelFacts & { readonly own: SentinelOwn })[] {
  return sentinels.flatMap((node) => (node.own === null ? [] : [{ ...node, own: node.own }]));
}

/** A failover needs the votes of more than half of all sentinels that are known, dead ones counted. */
export function numberOfSentinels({ sentinels, redis }: Facts): readonly Finding[] {
  const { length } = sentinels;
  if (length === 0 || redis.length === 0) return [];
  const majority = majorityOf(length);
  if (length < 3) {
    const says =
      length === 1
        ? 'there is 1 sentinel: without it there is no failover'
        : `there are ${length} sentinels, and ${majority} must agree to a failover: without either of them there is none`;
    return [found('sentinels-too-few', 'warning', null, says)];
  }
  if (length % 2 === 1) return [];
  const message = `there are ${length} sentinels, of which ${majority} must agree to a failover: they bear the loss of ${length - majority}, as ${length - 1} would, and when the network splits them in halves neither half can act`;
  return [found('sentinels-even', 'warning', null, message)];
}

/** More sentinels would have to agree than there are. */
export function impossibleQuorum(facts: Facts): readonly Finding[] {
  const those = watchers(facts).filter(({ watch }) => watch.quorum > watch.sentinels);
  return together(those, ({ quorum, sentinels }) => `${quorum} ${sentinels}`).map(({ names, watch }) =>
    found(
      'quorum-impossible',
      'problem',
      one(names),
      `the quorum is ${watch.quorum}, and ${listed(names)} ${plural(names, 'knows', 'know')} of ${watch.sentinels} sentinels: no master is ever objectively down`,
    ),
  );
}

/** Fewer than a majority say that the master is down: no mistake, but seldom meant. */
export function lowQuorum(facts: Facts): readonly Finding[] {
  const those = watchers(facts).filter(({ watch }) => watch.quorum < majorityOf(watch.sentinels));
  return together(those, ({ quorum, sentinels }) => `${quorum} ${sentinels}`).map(({ names, watch }) =>
    found(
      'quorum-below-majority',
      'note',
      one(names),
      `the quorum is ${watch.quorum} of ${watch.sentinels} sentinels: ${watch.quorum === 1 ? '1 that does' : `${watch.quorum} that do`} not see the master ${watch.quorum === 1 ? 'begins' : 'begin'} a failover, which ${majorityOf(watch.sentinels)} must agree to`,
    ),
  );
}

export function differentQuorums(facts: Facts): readonly Finding[] {
  const groups = together(watchers(facts), ({ quorum }) => String(quorum));
  if (groups.length < 2) return [];
  const views = groups.map(({ names, watch }) => `${watch.quorum} on ${listed(names)}`);
  return [
    found(
      'quorum-differs',
      'warning',
      null,
      `the sentinels do not have the same quorum: ${views.join('; ')}`,
    ),
  ];
}

/** Of the engine's containers it is known; of others, by their addresses. */
export function onOneMachine({ sentinels, origin }: Facts): readonly Finding[] {
  const hosts = new Set(sentinels.map(({ address }) => address.host));
  const [host] = hosts;
  if (sentinels.length < 2) return [];
  if (origin.kind === 'engine') {
    const message = `all ${sentinels.length} sentinels run on one engine, with the nodes that they watch: when its machine fails, so does all of the group`;
    return [found('sentinels-one-machine', 'note', null, message)];
  }
  if (hosts.size > 1 || host === undefined) return [];
  const message = `all ${sentinels.length} sentinels are at ${host}: when that machine fails, nobody is left to act`;
  return [found('sentinels-one-machine', 'warning', null, message)];
}

/** ms below which a failover is given up before the replicas have followed. */
const LEAST_FAILOVER_TIMEOUT = 3_000;

export function lowTimes(facts: Facts): readonly Finding[] {
  const early = watchers(facts).filter(({ watch }) => watch.downAfter < leastDownAfter(watch.pingPeriod));
  const hasty = watchers(facts).filter(({ watch }) => watch.failoverTimeout < LEAST_FAILOVER_TIMEOUT);
  return [
    ...together(early, ({ downAfter, pingPeriod }) => `${downAfter} ${pingPeriod}`).map(({ names, watch }) =>
      found(
        'down-after-low',
        'warning',
        one(names),
        `down-after-milliseconds is ${watch.downAfter} on ${listed(names)}: ${consequence(watch)}`,
      ),
    ),
    ...together(hasty, ({ failoverTimeout }) => String(failoverTimeout)).map(({ names, watch }) =>
      found(
        'failover-timeout-low',
        'warning',
        one(names),
        `failover-timeout is ${watch.failoverTimeout} ms on ${listed(names)}: a failover may be given up before it is done`,
      ),
    ),
  ];
}

function consequence({ downAfter, pingPeriod }: Watch): string {
  return downAfter < 500
    ? 'a node that is busy for a moment is taken for dead, and failovers find no good replica'
    : `after a failover a sentinel may take the new master for dead before it has connected to it, which it tries once in ${pingPeriod} ms; a second failover then loses writes`;
}

/** A sentinel whose clock has jumped, or that has slept, does nothing for 30 s. */
export function tiltedSentinels(facts: Facts): readonly Finding[] {
  return answering(facts)
    .filter(({ own }) => own.isTilted)
    .map(({ name }) =>
      found('tilt', 'problem', name, `${name} is in TILT mode: it takes part in no failover for 30 s`),
    );
}

/** The same sentinels watch something else as well. */
export function otherMasters(facts: Facts): readonly Finding[] {
  const byMaster = new Map<string, string[]>();
  for (const { name, own } of answering(facts)) {
    for (const master of own.masters.filter((other) => other !== facts.masterName)) {
      byMaster.set(master, [...(byMaster.get(master) ?? []), name]);
    }
  }
  // Sentinels of a group that rsentinel made watch that group alone; others are often shared.
  const severity = facts.origin.kind === 'engine' ? 'warning' : 'note';
  return [...byMaster].map(([master, names]) =>
    found(
      'other-master',
      severity,
      one(names),
      `${listed(names)} ${plural(names, 'watches', 'watch')} another master too: ${master}`,
    ),
  );
}

interface Together {
  readonly names: readonly string[];
  readonly watch: Watch;
}

/** Sentinels that are alike in something, so that it is said once. */
function together(those: readonly Watcher[], key: (watch: Watch) => string): readonly Together[] {
  const groups = new Map<string, Together>();
  for (const { name, watch } of those) {
    const names = groups.get(key(watch))?.names ?? [];
    groups.set(key(watch), { names: [...names, name], watch });
  }
  return [...groups.values()];
}

const one = (names: readonly string[]): string | null => (names.length === 1 ? (names[0] ?? null) : null);
const plural = (names: readonly string[], single: string, several: string): string =>
  names.length === 1 ? single : several;
