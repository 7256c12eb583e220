/**
 * Ready means proved (DESIGN section 6 and 10). `INFO sentinel` saying
 * `status=ok,slaves=2,sentinels=3` is not enough: it says so while replicas are still syncing, and
 * while the sentinels cannot even log in to each other. Pure: from what the nodes said to what is
 * still missing.
 */

import { formatAddress } from '../../model/address.js';
import type { ExpectedNode } from '../../model/group-nodes.js';
import type { Fault } from '../../model/report/group-report.js';
import type { TlsFailureKind } from '../../tls/failure.js';
import type { LinkEvidence } from './evidence.js';
import type { Expectation, Report, View } from './expectation.js';
import { redisFaults } from './redis-faults.js';
import { remedy } from './remedies.js';
import { sentinelFaults } from './sentinel-faults.js';
import type { RedisAnswer, SentinelAnswer, Silent, Snapshot } from './snapshot.js';

interface Finding {
  readonly code: string;
  readonly node: string | null;
  readonly message: string;
  readonly by: readonly string[];
}

/**
 * The conditions that do not hold, the most telling first; empty: the group is ready, as far as
 * questions can show it.
 */
export function findFaults(
  expected: Expectation,
  snapshot: Snapshot,
  evidence: LinkEvidence,
): readonly Fault[] {
  const views = answering(expected, snapshot);
  return collect(views.length, (report) => {
    reportSilent(expected, snapshot, report);
    const master = agreedMaster(expected, views, report);
    for (const view of views) sentinelFaults(expected, view, views, evidence, report);
    if (master !== null) redisFaults(expected, snapshot, master, report);
  });
}

/** The same of the data side alone. @param master the node that is to be the master, whatever the sentinels say */
export function findDataFaults(
  expected: Expectation,
  snapshot: Snapshot,
  master: ExpectedNode,
): readonly Fault[] {
  const data: Expectation = { ...expected, sentinels: [] };
  return collect(0, (report) => {
    reportSilent(data, snapshot, report);
    redisFaults(data, snapshot, master, report);
  });
}

/** @param answering how many sentinels answer */
function collect(answering: number, look: (report: Report) => void): readonly Fault[] {
  const findings = new Map<string, Finding>();
  look((code, node, message, by) => {
    const id = `${code} ${node} ${message}`;
    const before = findings.get(id)?.by ?? [];
    findings.set(id, { code, node, message, by: by === undefined ? before : [...before, by] });
  });
  return [...findings.values()].map(({ code, node, message, by }) => ({
    code,
    node,
    message: `${message}${witnesses(by, answering)}`,
    remedy: remedy(code),
  }));
}

/** What several sentinels see alike is said once. */
function witnesses(by: readonly string[], answering: number): string {
  if (by.length === 0) return '';
  return by.length === answering && answering > 1
    ? ', as every sentinel sees it'
    : `, as ${by.join(', ')} ${by.length === 1 ? 'sees' : 'see'} it`;
}

const TLS_FAULTS: Readonly<Record<TlsFailureKind, string>> = {
  expired: 'certificate-expired',
  'not-yet-valid': 'certificate-not-yet-valid',
  'wrong-host': 'certificate-wrong-host',
  untrusted: 'certificate-untrusted',
  'client-certificate-required': 'certificate-required',
  'client-certificate-refused': 'certificate-refused',
  'no-tls': 'tls-missing',
  other: 'tls-failed',
};

function reportSilent(expected: Expectation, snapshot: Snapshot, report: Report): void {
  for (const [nodes, answers] of [
    [expected.redis, snapshot.redis],
    [expected.sentinels, snapshot.sentinels],
  ] as const) {
    for (const node of nodes) {
      const answer: RedisAnswer | SentinelAnswer | Silent | undefined = answers.get(node.name);
      if (answer === undefined || answer.kind === 'silent') {
        const { code, message } = silenceOf(node, answer);
        report(code, node.name, message);
      } else if (answer.kind === 'redis' && answer.loading) {
        report('node-loading', node.name, `${node.name} is still loading its data set`);
      }
    }
  }
}

/** Why a node says nothing of itself. */
function silenceOf(
  { name, address }: ExpectedNode,
  answer: Silent | undefined,
): { readonly code: string; readonly message: string } {
  const at = formatAddress(address);
  if (answer?.tls !== undefined) {
    const message = `${name} cannot be asked at ${at}: ${answer.tls.message}`;
    return { code: TLS_FAULTS[answer.tls.kind], message };
  }
  if (answer?.isLocked) {
    return { code: 'login-refused', message: `${name} does not let rsentinel in: ${answer.reason}` };
  }
  const reason = answer === undefined ? '' : ` (${answer.reason})`;
  return { code: 'node-silent', message: `${name} does not answer at ${at}${reason}` };
}

function answering(expected: Expectation, snapshot: Snapshot): readonly View[] {
  return expected.sentinels.flatMap((node) => {
    const answer = snapshot.sentinels.get(node.name);
    return answer === undefined || answer.kind === 'silent' ? [] : [{ node, answer }];
  });
}

/** The master that every sentinel names, with one configuration epoch; null when they do not agree. */
function agreedMaster(expected: Expectation, views: readonly View[], report: Report): ExpectedNode | null {
  const named = new Map<string, string[]>();
  const epochs = new Map<number, string[]>();
  for (const { node, answer } of views) {
    if (answer.master === null) {
      report(
        'master-unknown',
        node.name,
        `${node.name} does not watch a master named ${expected.masterName}`,
      );
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
  const gone = expected.gone?.find((node) => formatAddress(node.address) === address);
  if (gone !== undefined) {
    report('master-gone', gone.name, `the sentinels still name ${gone.name}, which is gone, as the master`);
    return null;
  }
  if (master === undefined) {
    report(
      'master-foreign',
      null,
      `the sentinels name ${address} as the master, which is no node of this group`,
    );
    return null;
  }
  return master;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}
