/** The data side: what the master and its replicas say of each other. */

import { formatAddress, sameAddress } from '../../model/address.js';
import type { ExpectedNode } from '../../model/group-nodes.js';
import type { Expectation, Report } from './expectation.js';
import type { RedisAnswer, Snapshot } from './snapshot.js';

/** @param master the node that the sentinels agree on */
export function redisFaults(
  expected: Expectation,
  snapshot: Snapshot,
  master: ExpectedNode,
  report: Report,
): void {
  const answer = snapshot.redis.get(master.name);
  const masterAnswer = answer?.kind === 'redis' ? answer : null;
  if (masterAnswer !== null && masterAnswer.role !== 'master') {
    report(
      'master-role',
      master.name,
      `the sentinels name ${master.name} as the master, but it says it is a replica`,
    );
  }
  for (const node of expected.redis) {
    if (node.name === master.name) continue;
    const own = snapshot.redis.get(node.name);
    if (own?.kind === 'redis') replicaFaults(node, own, master, report);
    if (masterAnswer === null) continue;
    const fed = masterAnswer.replicas.find((replica) => sameAddress(replica.address, node.address));
    if (fed?.state !== 'online') {
      const state = fed === undefined ? 'does not list it' : `says it is in state ${fed.state}`;
      report('replica-not-online', node.name, `${node.name} is not online: ${master.name} ${state}`);
    }
  }
}

function replicaFaults(node: ExpectedNode, own: RedisAnswer, master: ExpectedNode, report: Report): void {
  if (own.link === null) {
    report('replica-role', node.name, `${node.name} says it is a master, beside ${master.name}`);
  } else if (!sameAddress(own.link.master, master.address)) {
    report(
      'replica-master',
      node.name,
      `${node.name} follows ${formatAddress(own.link.master)} instead of ${master.name}`,
    );
  } else if (own.link.status !== 'up') {
    const state = own.link.syncInProgress ? 'it is syncing' : 'it is down';
    report('replica-link-down', node.name, `the link of ${node.name} to ${master.name} is not up: ${state}`);
  }
}
