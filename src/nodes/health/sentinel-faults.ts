/** The watching side: what a sentinel must know of the others, and be able to do. */

import { formatAddress, sameAddress } from '../../model/address.js';
import type { ExpectedNode } from '../../model/group-nodes.js';
import type { LinkEvidence } from './evidence.js';
import { describe, type Expectation, nameOf, type Report, type View } from './expectation.js';
import { type InstanceView, instancesOf, type MasterView, type ReplicaView } from './snapshot.js';
import { tiltText } from './tilt.js';

type See = (code: string, concerned: string | null, message: string) => void;

/** Everything that one sentinel must know, and be able to do. */
export function sentinelFaults(
  expected: Expectation,
  view: View,
  views: readonly View[],
  evidence: LinkEvidence,
  report: Report,
): void {
  const { node, answer } = view;
  const { master } = answer;
  if (master === null) return;
  const see: See = (code, concerned, message) => report(code, concerned, message, node.name);

  const tilt = tiltText(node.name, answer);
  if (tilt !== null) report('sentinel-tilt', node.name, tilt);
  exactly(expected, master, 'master', 'master-flags', see);
  roleReported(expected, master, 'master', see);
  replicaFaults(expected, master, answer.replicas, see);
  peerFaults(expected, node, master, answer.sentinels, views, see);
  for (const instance of instancesOf(answer)) {
    const name = nameOf(expected, instance.address);
    // That it should not be known at all is told already.
    if (name === null) continue;
    const at = describe(expected, instance.address);
    // Nothing has been heard from it yet, so nothing can have been refused either.
    if (instance.runid === '') see('runid-unknown', name, `the id of ${at} is not known`);
    else if (!evidence.has(node.name, instance.address)) {
      see('link-unproved', name, `no ping to ${at} has been answered as it should be`);
    }
  }
  if (!answer.quorumReply.startsWith('OK')) see('quorum', null, `there is no quorum: ${answer.quorumReply}`);
}

function replicaFaults(
  expected: Expectation,
  master: MasterView,
  known: readonly ReplicaView[],
  see: See,
): void {
  const wanted = expected.redis.filter((other) => !sameAddress(other.address, master.address));
  compareSets(expected, 'replica', wanted, known, master.replicas, see);
  for (const replica of known) {
    const name = wanted.find((other) => sameAddress(other.address, replica.address))?.name;
    if (name === undefined) continue;
    exactly(expected, replica, 'slave', 'replica-flags', see);
    roleReported(expected, replica, 'slave', see);
    if (replica.masterLinkStatus !== 'ok') {
      see(
        'replica-link',
        name,
        `the link of ${name} to its master is ${replica.masterLinkStatus || 'unknown'}`,
      );
    } else if (!sameAddress(replica.master, master.address)) {
      const [follows, wants] = [describe(expected, replica.master), describe(expected, master.address)];
      see('replica-master', name, `${name} follows ${follows} instead of ${wants}`);
    }
  }
}

function peerFaults(
  expected: Expectation,
  node: ExpectedNode,
  master: MasterView,
  known: readonly InstanceView[],
  views: readonly View[],
  see: See,
): void {
  const wanted = expected.sentinels.filter((other) => other.name !== node.name);
  compareSets(expected, 'sentinel', wanted, known, master.otherSentinels, see);
  for (const other of known) {
    const name = wanted.find((peer) => sameAddress(peer.address, other.address))?.name;
    if (name === undefined) continue;
    exactly(expected, other, 'sentinel', 'sentinel-flags', see);
    const myid = views.find((view) => view.node.name === name)?.answer.myid ?? null;
    if (myid !== null && other.runid !== myid) {
      see('sentinel-identity', name, `${name} is known by another id than its own`);
    }
  }
}

/**
 * What another sentinel last said of the master, kept for 5 s after that has changed: an opinion,
 * no state of the sentinel itself.
 */
const OPINION = 'master_down';

/** Sentinel sees nothing but what the instance is: no `s_down`, no `disconnected`. */
function exactly(
  expected: Expectation,
  instance: InstanceView,
  flag: 'master' | 'slave' | 'sentinel',
  code: string,
  see: See,
): void {
  const others = instance.flags.filter((other) => other !== flag && other !== OPINION);
  if (others.length === 0 && instance.flags.includes(flag)) return;
  const flags = others.join(', ') || `not a ${flag}`;
  see(code, nameOf(expected, instance.address), `${describe(expected, instance.address)} is ${flags}`);
}

/** What the node itself has told the sentinel that it is. */
function roleReported(
  expected: Expectation,
  instance: MasterView | ReplicaView,
  wanted: 'master' | 'slave',
  see: See,
): void {
  if (instance.roleReported === wanted) return;
  const word = wanted === 'master' ? 'a master' : 'a replica';
  const name = describe(expected, instance.address);
  see('role-reported', nameOf(expected, instance.address), `${name} has not reported that it is ${word}`);
}

function compareSets(
  expected: Expectation,
  what: 'replica' | 'sentinel',
  wanted: readonly ExpectedNode[],
  known: readonly InstanceView[],
  counted: number,
  see: See,
): void {
  for (const { name, address } of wanted) {
    if (known.some((instance) => sameAddress(instance.address, address))) continue;
    see(`${what}-unknown`, name, `${name} at ${formatAddress(address)} has not been discovered`);
  }
  for (const instance of known) {
    if (wanted.some(({ address }) => sameAddress(instance.address, address))) continue;
    see(
      `${what}-foreign`,
      null,
      `there is a ${what} at ${describe(expected, instance.address)} that should not be there`,
    );
  }
  if (counted !== wanted.length && known.length === wanted.length) {
    see(`${what}-count`, null, `there are ${counted} ${what}s instead of ${wanted.length}`);
  }
}
