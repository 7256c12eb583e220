/** Rules that no single value can break: they look at several keys, or at what works in practice. */

import { isIP } from 'node:net';
import { majorityOf } from '../model/group-nodes.js';
import { show } from '../model/text.js';
import {
  FAST_ELSEWHERE,
  FAST_ELSEWHERE_REMEDY,
  FAST_PING_PERIOD,
  leastDownAfter,
  PING_PERIOD,
  timingOf,
} from '../model/timing.js';
import { EXPOSED_AT, EXPOSURE, EXPOSURE_REMEDY } from '../spec/exposure.js';
import { bytesOf } from '../spec/memory.js';
import { contains, numberToIp, parseSubnet } from '../spec/subnet.js';
import type { Finding } from './diagnostic.js';
import { AUTO } from './group-name.js';
import type { ConfigInput, TopologyInput } from './schema/schema.js';
import type { Path } from './yaml/path.js';

/** What the rules need to know of a file. */
export interface RuleFacts {
  readonly input: TopologyInput;
  readonly replicas: number;
  readonly replicasKey: string;
  readonly sentinels: number;
  readonly quorum: number;
  /** Whether the file has a valid value at the path, as far as a rule may build on it. */
  readonly isSound: (path: Path) => boolean;
}

type Rule = (facts: RuleFacts) => readonly Finding[];

/** Takes the facts; gives what the rules find. */
export function checkRules(facts: RuleFacts): Finding[] {
  return RULES.flatMap((rule) => rule(facts));
}

const quorumWithinSentinels: Rule = ({ quorum, sentinels, isSound }) => {
  if (quorum <= sentinels || !isSound(['sentinels'])) return [];
  return [
    {
      severity: 'error',
      path: ['sentinel', 'quorum'],
      message: `${quorum} sentinels can never agree: there ${sentinels === 1 ? 'is 1' : `are ${sentinels}`}`,
      suggestion: `write quorum: ${majorityOf(sentinels)}, or add sentinels`,
    },
  ];
};

const quorumLeavesRoom: Rule = ({ quorum, sentinels, isSound }) => {
  if (sentinels < 3 || quorum !== sentinels || !isSound(['sentinels']) || !isSound(['sentinel', 'quorum']))
    return [];
  return [
    {
      severity: 'warning',
      path: ['sentinel', 'quorum'],
      message: `a quorum of all ${sentinels} sentinels means no failover as soon as one of them is down`,
      suggestion: `quorum: ${majorityOf(sentinels)} is usual`,
    },
  ];
};

const enoughSentinels: Rule = ({ sentinels, isSound }) => {
  if (!isSound(['sentinels'])) return [];
  const path = ['sentinels'];
  if (sentinels === 1) {
    return [
      {
        severity: 'warning',
        path,
        message:
          'with one sentinel there is no failover once it is down, and nobody to confirm that the master is',
        suggestion: 'use 3',
      },
    ];
  }
  if (sentinels % 2 === 1) return [];
  if (sentinels === 2) {
    return [
      {
        severity: 'warning',
        path,
        message: 'a failover needs more than half of the sentinels: of 2 that is both, so none may be down',
        suggestion: 'use 3',
      },
    ];
  }
  const survives = Math.ceil(sentinels / 2) - 1;
  return [
    {
      severity: 'warning',
      path,
      message: `${sentinels} sentinels survive the loss of ${survives}, as ${sentinels - 1} do: a failover needs more than half of them`,
      suggestion: `use ${sentinels + 1} or ${sentinels - 1}`,
    },
  ];
};

const somethingToFailOverTo: Rule = ({ replicas, replicasKey, isSound }) => {
  if (replicas > 0 || !isSound([replicasKey])) return [];
  return [
    {
      severity: 'warning',
      path: [replicasKey],
      message: 'without replicas there is nothing to fail over to',
      suggestion: 'use 1 or more',
    },
  ];
};

const sensibleTimes: Rule = ({ input, isSound }) => {
  const findings: Finding[] = [];
  const down = input.sentinel['down-after-milliseconds'] ?? Number.POSITIVE_INFINITY;
  const isFast = timingOf(input.timing) === 'fast';
  const least = leastDownAfter(isFast ? FAST_PING_PERIOD : PING_PERIOD);
  if (down < least && isSound(['sentinel', 'down-after-milliseconds']) && isSound(['timing'])) {
    findings.push({
      severity: 'warning',
      path: ['sentinel', 'down-after-milliseconds'],
      message:
        down < 500
          ? `after ${down} ms healthy nodes are taken for down now and then`
          : `after ${down} ms a new master is taken for down now and then: a sentinel connects to it once in ${PING_PERIOD} ms`,
      suggestion: isFast ? 'use 500 or more' : 'use 1500 or more, or timing: fast',
    });
  }
  const timeout = input.sentinel['failover-timeout'] ?? Number.POSITIVE_INFINITY;
  if (timeout < 3000 && isSound(['sentinel', 'failover-timeout'])) {
    findings.push({
      severity: 'warning',
      path: ['sentinel', 'failover-timeout'],
      message: `many a failover takes longer than ${timeout} ms and would be given up half way`,
      suggestion: 'use 3000 or more; 10000 is good for tests',
    });
  }
  return findings;
};

/** The kernel ends a node at its limit, before Redis would evict anything. */
const roomForData: Rule = ({ input, isSound }) => {
  const path = ['redis', 'memory'];
  const limit = input.redis.memory === undefined ? null : bytesOf(input.redis.memory);
  if (limit === null || !isSound(path)) return [];
  const lists = [input.replicas, input.slaves].flatMap((nodes) => (typeof nodes === 'object' ? nodes : []));
  const configs = [input.redis.config, input.master.config, ...lists.map(({ config }) => config)];
  const largest = Math.max(...configs.map(maxMemoryIn));
  if (largest < limit) return [];
  const message =
    'a node may hold as much data as its container may use memory, or more: it is ended before it is full';
  return [{ severity: 'warning', path, message, suggestion: 'use twice its maxmemory and 512mb' }];
};

function maxMemoryIn(config: ConfigInput | undefined): number {
  const value = [config?.['maxmemory'] ?? ''].flat().at(-1) ?? '';
  return bytesOf(value) ?? 0;
}

/** Of an address that is a name nobody knows yet: `resolveTopology` finds out. */
const fastOnOneMachine: Rule = ({ input, isSound }) => {
  const { mode, address } = input.network;
  if (input.timing !== 'fast' || !isSound(['network', 'mode'])) return [];
  const isElsewhere =
    mode === 'published' ||
    (mode === 'host' &&
      address !== undefined &&
      isIP(address) === 4 &&
      !contains(parseSubnet(LOOPBACK_NETWORK), address));
  if (!isElsewhere) return [];
  return [
    { severity: 'error', path: ['timing'], message: FAST_ELSEWHERE, suggestion: FAST_ELSEWHERE_REMEDY },
  ];
};

const usableSubnet: Rule = ({ input, replicas, sentinels, replicasKey, isSound }) => {
  const { subnet, mode } = input.network;
  const path = ['network', 'subnet'];
  if (subnet === undefined || !isSound(path)) return [];
  const findings: Finding[] = [];
  const fail = (message: string, suggestion: string): void => {
    findings.push({ severity: 'error', path, message, suggestion });
  };
  if (mode !== 'bridge' && isSound(['network', 'mode'])) {
    const where = mode === undefined ? 'without mode: bridge' : `with mode: ${mode}`;
    fail(`a subnet has no meaning ${where}`, 'remove it, or write mode: bridge');
  }
  const [ip = '', bits = ''] = subnet.split('/');
  if (ip.split('.').some((part) => Number(part) > 255) || Number(bits) > 32) {
    fail(
      `${show(subnet)} is not an IPv4 network in CIDR notation`,
      'write for example subnet: 172.28.0.0/24',
    );
    return findings;
  }
  const { base, size } = parseSubnet(subnet);
  const network = `${numberToIp(base)}/${Number(bits)}`;
  if (network !== subnet) fail(`${subnet} is an address in a network, not the network`, `write ${network}`);
  if (UNUSABLE.some((other) => contains(parseSubnet(other), numberToIp(base))) || Number(bits) < 8) {
    fail(`${subnet} cannot be the network of containers`, 'take a private one, such as 172.28.0.0/24');
  }
  const nodes = 1 + replicas + sentinels;
  // the network's own address, the gateway and the broadcast address are nobody's
  const room = Math.max(0, size - 3);
  if (room < nodes && isSound([replicasKey]) && isSound(['sentinels'])) {
    const enough = 32 - Math.ceil(Math.log2(nodes + 3));
    fail(`${subnet} has room for ${room} nodes, and the group has ${nodes}`, `take a /${enough} or larger`);
  }
  return findings;
};

/** Networks with a meaning of their own. */
const UNUSABLE = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4'] as const;

/** Whether an address is one at all, fits the mode, and exposes nobody unasked. */
const usableAddress: Rule = ({ input, isSound }) => {
  const { address, mode, insecure } = input.network;
  const path = ['network', 'address'];
  const fail = (message: string, suggestion: string): readonly Finding[] => [
    { severity: 'error', path, message, suggestion },
  ];
  const isPublic = mode === 'published' || mode === 'host';
  if (address === undefined) return insecureForNothing(input.network);
  if (!isSound(path) || !isSound(['network', 'mode'])) return [];
  if (!isPublic) {
    const where = mode === undefined ? 'without a mode' : `with mode: ${mode}`;
    return fail(`an address has no meaning ${where}`, 'write mode: published or mode: host, or remove it');
  }
  // What looks like an IP address and is none is looked up by nobody either.
  if (!/^[\d.]+$/.test(address)) return [];
  if (isIP(address) !== 4)
    return fail(`${show(address)} is not an IPv4 address`, 'write for example 10.1.2.3');
  if (NOBODYS.some((other) => contains(parseSubnet(other), address))) {
    return fail(`no client can connect to ${address}`, 'write the address at which clients reach the host');
  }
  const isOwn = contains(parseSubnet(LOOPBACK_NETWORK), address);
  if (isOwn && mode === 'published') {
    return fail(
      `inside of a container ${address} is the container itself: no node would find another`,
      'use mode: loopback',
    );
  }
  if (isOwn || insecure || input.auth !== undefined || !isSound(['network', 'insecure'])) return [];
  if (!isSound(['auth'])) return [];
  return fail(`${EXPOSED_AT} ${address}: ${EXPOSURE}`, EXPOSURE_REMEDY);
};

/** A client on another machine may try as often as it likes (Redis has no limit, and ACL LOG only notes it). */
const strongPassword: Rule = ({ input, isSound }) => {
  const { mode, address } = input.network;
  const isExposed = mode === 'published' || (mode === 'host' && address !== undefined);
  if (!isExposed || typeof input.auth !== 'object' || !isSound(['network'])) return [];
  const { auth } = input;
  return (['password', 'sentinel-password'] as const)
    .filter((key) => auth[key] !== undefined && isSound(['auth', key]))
    .filter((key) => auth[key] !== 'generate' && String(auth[key]).length < STRONG)
    .map((key) => ({
      severity: 'warning',
      path: ['auth', key],
      message: `a password of less than ${STRONG} characters can be guessed by those who reach the address`,
      suggestion: `use a longer one, or ${key}: generate`,
    }));
};

/** Characters: Redis answers many thousand attempts a second. */
const STRONG = 16;

function insecureForNothing({ mode, insecure }: TopologyInput['network']): readonly Finding[] {
  if (!insecure || (mode !== 'loopback' && mode !== 'bridge')) return [];
  const message = `mode: ${mode} publishes on 127.0.0.1 only: there is nothing to be insecure about`;
  return [{ severity: 'warning', path: ['network', 'insecure'], message, suggestion: 'remove it' }];
}

const LOOPBACK_NETWORK = '127.0.0.0/8';
/** What nobody can be reached at. */
const NOBODYS = ['0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4'] as const;

const TLS_FILES = ['ca-cert-file', 'cert-file', 'key-file', 'client-cert-file', 'client-key-file'] as const;

/** The shell expands a tilde; a file does not, and a directory of that name is deleted by `rm -rf ~`. */
const noTilde: Rule = ({ input }) =>
  (
    [
      [['directory'], input.directory],
      [['templates', 'redis'], input.templates.redis],
      [['templates', 'sentinel'], input.templates.sentinel],
      ...TLS_FILES.map(
        (key) => [['tls', key], typeof input.tls === 'object' ? input.tls[key] : undefined] as const,
      ),
    ] as const
  )
    .filter(([, value]) => value !== undefined && /^~[^/\\]*(?:[/\\]|$)/.test(value))
    .map(([path, value]) => ({
      severity: 'error',
      path,
      message: `${show(value)} begins with a ~, which is not expanded here`,
      suggestion: `write \${HOME}${value?.replace(/^~[^/\\]*/, '') ?? ''}`,
    }));

const nameOfItsOwn: Rule = ({ input, isSound }) => {
  if (input.name !== AUTO || !isSound(['name'])) return [];
  return [
    {
      severity: 'error',
      path: ['name'],
      message: `${AUTO} stands for a name that is made up, and is none itself`,
      suggestion:
        'write another, and use `rsentinel up -n auto` where each group is to have a name of its own',
    },
  ];
};

const RULES: readonly Rule[] = [
  quorumWithinSentinels,
  quorumLeavesRoom,
  enoughSentinels,
  somethingToFailOverTo,
  sensibleTimes,
  roomForData,
  fastOnOneMachine,
  usableSubnet,
  usableAddress,
  strongPassword,
  noTilde,
  nameOfItsOwn,
];
