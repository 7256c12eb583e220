/**
 * Ready means proved (DESIGN section 6 and 10). `INFO sentinel` saying
 * `status=ok,slaves=2,sentinels=3` is not enough: it says so while replicas are still syncing, and
 * while the sentinels cannot even log in to each other. Pure: from what the nodes said to what is
 * still missing.
 */
import { type Address, formatAddress, sameAddress } from '../spec/address.js';
import type { Fault } from '../report/group-report.js';
import { remedy } from './remedies.js';
import type { InstanceView, RedisAnswer, SentinelAnswer, Silent, Snapshot } from './snapshot.js';

/** A node that has to be there. */
export interface Expected {
  readonly name: string;
  readonly address: Address;
}

export interface Expectation {
  readonly masterName: string;
  readonly redis: readonly Expected[];
  readonly sentinels: readonly Expected[];
}

/**
 * The links of sentinels on which a ping has been answered: `last-ping-sent` was 0. One look may
 * find a ping under way, so it is collected over several. A sentinel that is refused by another
 * (password, ACL) never gets there, and everything else looks healthy.
 */
export class LinkEvidence {
  readonly #seen = new Set<string>();

  add(snapshot: Snapshot): void {
    for (const [name, answer] of snapshot.sentinels) {
      if (answer.kind === 'silent') continue;
      for (const instance of instancesOf(answer)) {
        const connected = !instance.flags.includes('disconnected');
        if (connected && instance.runid !== '' && instance.lastPingSent === 0) this.#seen.add(key(name, instance.address));
      }
    }
  }

  has(sentinel: string, address: Address): boolean {
    return this.#seen.has(key(sentinel, address));
  }
}

function key(sentinel: string, address: Address): string {
  return `${sentinel} ${formatAddress(address)}`;
}

function instancesOf(answer: SentinelAnswer): readonly InstanceView[] {
  return [...(answer.master === null ? [] : [answer.master]), ...answer.replicas, ...answer.sentinels];
}

type Report = (code: string, node: string | null, message: string) => void;

/**
 * The conditions that do not hold, the most telling first; empty: the group is ready, as far as
 * questions can show it.
 */
export function findFaults(expected: Expectation, snapshot: Snapshot, evidence: LinkEvidence): readonly Fault[] {
  const faults: Fault[] = [];
  const report: Report = (code, node, message) => {
    if (faults.some((known) => known.code === code && known.node === node && known.message === message)) return;
    faults.push({ code, node, message, remedy: remedy(code) });
  };
  reportSilent(expected, snapshot, report);

  const views = answering(expected, snapshot);
  const master = agreedMaster(expected, views, report);
  for (const { node, answer } of views) sentinelFaults(expected, node, answer, views, evidence, report);
  if (master !== null) redisFaults(expected, snapshot, master, report);
  return faults;
}

function reportSilent(expected: Expectation, snapshot: Snapshot, report: Report): void {
  for (const [nodes, answers] of [
    [expected.redis, snapshot.redis],
    [expected.sentinels, snapshot.sentinels],
  ] as const) {
    for (const node of nodes) {
      const answer: RedisAnswer | SentinelAnswer | Silent | undefined = answers.get(node.name);
      if (answer === undefined || answer.kind === 'silent') {
        const reason = answer === undefined ? '' : ` (${answer.reason})`;
        report('node-silent', node.name, `${node.name} does not answer at ${formatAddress(node.address)}${reason}`);
      } else if (answer.kind === 'redis' && answer.loading) {
        report('node-loading', node.name, `${node.name} is still loading its data set`);
      }
    }
  }
}

interface View {
  readonly node: Expected;
  readonly answer: SentinelAnswer;
}

function answering(expected: Expectation, snapshot: Snapshot): readonly View[] {
  return expected.sentinels.flatMap((node) => {
    const answer = snapshot.sentinels.get(node.name);
    return answer === undefined || answer.kind === 'silent' ? [] : [{ node, answer }];
  });
}

/** The master that every sentinel names, with one configuration epoch; null when they do not agree. */
function agreedMaster(expected: Expectation, views: readonly View[], report: Report): Expected | null {
  const named = new Map<string, string[]>();
  const epochs = new Map<number, string[]>();
  for (const { node, answer } of views) {
    if (answer.master === null) {
      report('master-unknown', node.name, `${node.name} does not watch a master named ${expected.masterName}`);
      continue;
    }
    push(named, formatAddress(answer.master.address), node.name);
    push(epochs, answer.master.configEpoch, node.name);
  }
  if (named.size > 1) {
    const views = [...named].map(([address, by]) => `${by.join(', ')} say ${address}`).join('; ');
    report('master-disagreement', null, `the sentinels do not agree on the master: ${views}`);
    return null;
  }
  if (epochs.size > 1) {
    const views = [...epochs].map(([epoch, by]) => `${by.join(', ')} ${epoch}`).join('; ');
    report('epoch-disagreement', null, `the sentinels are at different configuration epochs: ${views}`);
  }
  const [address] = named.keys();
  if (address === undefined) return null;
  const master = expected.redis.find((node) => formatAddress(node.address) === address);
  if (master === undefined) {
    report('master-foreign', null, `the sentinels name ${address} as the master, which is no node of this group`);
    return null;
  }
  return master;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** Everything that one sentinel must know, and be able to do. */
function sentinelFaults(
  expected: Expectation,
  node: Expected,
  answer: SentinelAnswer,
  views: readonly View[],
  evidence: LinkEvidence,
  report: Report,
): void {
  const { master } = answer;
  if (master === null) return;
  const at = (address: Address): string => describe(expected, address);
  const exactly = (instance: InstanceView, flag: string, code: string): void => {
    if (instance.flags.length === 1 && instance.flags[0] === flag) return;
    const flags = instance.flags.filter((other) => other !== flag).join(', ') || 'nothing';
    report(code, nameOf(expected, instance.address), `${node.name} sees ${at(instance.address)} as ${flags}`);
  };

  exactly(master, 'master', 'master-flags');
  if (master.roleReported !== 'master') {
    report('role-reported', node.name, `${node.name} has not heard from ${at(master.address)} that it is a master`);
  }

  const replicas = expected.redis.filter((other) => !sameAddress(other.address, master.address));
  compareSets(expected, node, 'replica', replicas, answer.replicas, master.replicas, report);
  for (const replica of answer.replicas) {
    if (!replicas.some((other) => sameAddress(other.address, replica.address))) continue;
    exactly(replica, 'slave', 'replica-flags');
    if (replica.roleReported !== 'slave') {
      report('role-reported', node.name, `${node.name} has not heard from ${at(replica.address)} that it is a replica`);
    }
    if (replica.masterLinkStatus !== 'ok') {
      report('replica-link', nameOf(expected, replica.address), `${node.name} sees the link of ${at(replica.address)} to its master as ${replica.masterLinkStatus || 'unknown'}`);
    } else if (!sameAddress(replica.master, master.address)) {
      report('replica-master', nameOf(expected, replica.address), `${node.name} sees ${at(replica.address)} follow ${formatAddress(replica.master)} instead of ${at(master.address)}`);
    }
  }

  const others = expected.sentinels.filter((other) => other.name !== node.name);
  compareSets(expected, node, 'sentinel', others, answer.sentinels, master.otherSentinels, report);
  for (const other of answer.sentinels) {
    const peer = others.find((known) => sameAddress(known.address, other.address));
    if (peer === undefined) continue;
    exactly(other, 'sentinel', 'sentinel-flags');
    const myid = views.find((view) => view.node.name === peer.name)?.answer.myid ?? null;
    if (myid !== null && other.runid !== myid) {
      report('sentinel-identity', peer.name, `${node.name} knows ${peer.name} by another id than its own`);
    }
  }

  for (const instance of instancesOf(answer)) {
    if (instance.runid === '') {
      report('runid-unknown', node.name, `${node.name} has not learnt the id of ${at(instance.address)}`);
    }
    if (!evidence.has(node.name, instance.address)) {
      report('link-unproved', node.name, `no ping of ${node.name} to ${at(instance.address)} has been answered as it should`);
    }
  }
  if (!answer.quorumReply.startsWith('OK')) {
    report('quorum', node.name, `${node.name} has no quorum: ${answer.quorumReply}`);
  }
}

function compareSets(
  expected: Expectation,
  node: Expected,
  what: 'replica' | 'sentinel',
  wanted: readonly Expected[],
  known: readonly InstanceView[],
  counted: number,
  report: Report,
): void {
  for (const { name, address } of wanted) {
    if (known.some((instance) => sameAddress(instance.address, address))) continue;
    report(`${what}-unknown`, name, `${node.name} has not discovered ${name} at ${formatAddress(address)}`);
  }
  for (const instance of known) {
    if (wanted.some(({ address }) => sameAddress(instance.address, address))) continue;
    report(`${what}-foreign`, null, `${node.name} knows a ${what} at ${describe(expected, instance.address)} that should not be there`);
  }
  if (counted !== wanted.length && known.length === wanted.length) {
    report(`${what}-count`, node.name, `${node.name} counts ${counted} ${what}s instead of ${wanted.length}`);
  }
}

/** The data side: what the master and its replicas say of each other. */
function redisFaults(expected: Expectation, snapshot: Snapshot, master: Expected, report: Report): void {
  const answer = snapshot.redis.get(master.name);
  const masterAnswer = answer?.kind === 'redis' ? answer : null;
  if (masterAnswer !== null && masterAnswer.role !== 'master') {
    report('master-role', master.name, `the sentinels name ${master.name} as the master, but it says it is a replica`);
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

function replicaFaults(node: Expected, own: RedisAnswer, master: Expected, report: Report): void {
  if (own.link === null) {
    report('replica-role', node.name, `${node.name} says it is a master, beside ${master.name}`);
  } else if (!sameAddress(own.link.master, master.address)) {
    report('replica-master', node.name, `${node.name} follows ${formatAddress(own.link.master)} instead of ${master.name}`);
  } else if (own.link.status !== 'up') {
    const state = own.link.syncInProgress ? 'it is syncing' : 'it is down';
    report('replica-link-down', node.name, `the link of ${node.name} to ${master.name} is not up: ${state}`);
  }
}

function nameOf(expected: Expectation, address: Address): string | null {
  return [...expected.redis, ...expected.sentinels].find((node) => sameAddress(node.address, address))?.name ?? null;
}

function describe(expected: Expectation, address: Address): string {
  return nameOf(expected, address) ?? formatAddress(address);
}
