/** Reports and events as the library makes them, for the tests of what is printed. */

import { Chalk } from 'chalk';
import type {
  GroupReport,
  RedisNodeReport,
  SentinelNodeReport,
} from '../../../src/model/report/group-report.js';
import type { Operation, Step } from '../../../src/model/step.js';
import type { Output } from '../../../src/report/terminal/style.js';

export const plain = new Chalk({ level: 0 });
export const coloured = new Chalk({ level: 1 });

/** What was written to a stream. */
export class Recorder implements Output {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(kind: 'terminal' | 'pipe' = 'pipe') {
    this.isTTY = kind === 'terminal';
  }

  write(text: string): void {
    this.text += text;
  }

  get lines(): readonly string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

export function step(operation: Operation, reason = 'it does not exist'): Step {
  const id = 'node' in operation ? `${operation.kind} ${operation.node}` : operation.kind;
  return { id, operation, reason, after: [] };
}

const MASTER = { host: '127.0.0.1', port: 6379 };

export function redisNode(number: number, changes: Partial<RedisNodeReport> = {}): RedisNodeReport {
  const isMaster = number === 1;
  return {
    kind: 'redis',
    name: `redis-${number}`,
    address: { host: '127.0.0.1', port: 6378 + number },
    container: { name: `demo-redis-${number}`, state: 'running', exitCode: null },
    role: isMaster ? 'master' : 'replica',
    version: '8.0.2',
    link: isMaster ? null : { master: MASTER, status: 'up', syncInProgress: false },
    offset: 1834,
    lag: isMaster ? null : 0,
    connectedReplicas: isMaster ? 2 : 0,
    ...changes,
  };
}

export function sentinelNode(number: number, changes: Partial<SentinelNodeReport> = {}): SentinelNodeReport {
  return {
    kind: 'sentinel',
    name: `sentinel-${number}`,
    address: { host: '127.0.0.1', port: 26380 - number },
    container: { name: `demo-sentinel-${number}`, state: 'running', exitCode: null },
    version: '8.0.2',
    id: String(number).repeat(40),
    view: {
      master: MASTER,
      flags: ['master'],
      replicas: 2,
      otherSentinels: 2,
      quorum: 2,
      quorumReply: 'OK 3 usable Sentinels. Quorum and failover authorization can be reached',
      configEpoch: 0,
    },
    info: 'master0:name=mymaster,status=ok,address=127.0.0.1:6379,slaves=2,sentinels=3',
    ...changes,
  };
}

/** The example group: one master, two replicas, three sentinels. */
export function groupReport(changes: Partial<GroupReport> = {}): GroupReport {
  return {
    version: 1,
    group: 'demo',
    health: 'healthy',
    observedAt: 1_764_000_000_000,
    masterName: 'mymaster',
    master: { node: 'redis-1', address: MASTER },
    networkMode: 'loopback',
    auth: 'none',
    logins: null,
    tls: null,
    timing: 'normal',
    directory: '/home/me/.rsentinel/demo',
    file: '/home/me/topology.yaml',
    expiresAt: null,
    redis: [redisNode(1), redisNode(2), redisNode(3)],
    sentinels: [sentinelNode(1), sentinelNode(2), sentinelNode(3)],
    faults: [],
    diverged: [],
    ...changes,
  };
}
