/**
 * A group that is known by some of its sentinels alone: they are asked who belongs to it. Its nodes
 * are called by the addresses that clients are told.
 */

import { RsentinelError } from '../../errors.js';
import { type Address, type Endpoint, endpointAt, formatAddress, sameAddress } from '../../model/address.js';
import type { AskedNode, GroupNode, GroupNodes } from '../../model/group-nodes.js';
import { naturalOrder } from '../../model/text.js';
import type { Connections } from '../client/connection.js';
import { listOf, text } from '../client/replies.js';
import { speaksTls } from '../client/tls-error.js';
import { takeSnapshot } from '../health/observe.js';
import type { SentinelAnswer, Snapshot } from '../health/snapshot.js';

/** How often sentinels that others name are asked for more: each knows all others within seconds. */
const ROUNDS = 3;
/**
 * Nodes of either kind that are asked, and names that are told: any sentinel can name any number, and a
 * topology has a hundred at most.
 */
const MOST = 125;
const MOST_NAMES = 20;
/** An IP address, or the name of a host. */
const HOST = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_.])?|[0-9A-Fa-f:.]{2,45})$/;

/**
 * @param seeds sentinels, where this machine reaches them
 * @param masterName undefined: they watch one only
 * @throws RsentinelError SENTINELS_SILENT; MASTER_UNKNOWN; USAGE when they watch several
 */
export async function discover(
  seeds: readonly Address[],
  masterName: string | undefined,
  connections: Connections,
  signal: AbortSignal,
): Promise<GroupNodes> {
  const isTls = connections.credentials.tls.length > 0;
  const endpoints = seeds.map((seed) => endpointAt(seed, 'sentinel', isTls));
  const watched = await mastersOf(endpoints, connections);
  signal.throwIfAborted();
  const name = chosen(masterName, watched);
  let asked: readonly AskedNode[] = uniqueNodes(endpoints);
  for (let round = 1; ; round += 1) {
    const snapshot = await takeSnapshot({ masterName: name, redis: [], sentinels: asked }, connections);
    signal.throwIfAborted();
    const group = groupOf(name, asked, snapshot);
    const isNew = ({ control }: AskedNode): boolean =>
      !asked.some((other) => sameAddress(other.control, control));
    const more = group.sentinels.filter(isNew);
    if (more.length === 0 || round === ROUNDS) return group;
    asked = [...asked, ...more];
  }
}

/** Names of the masters that the sentinels watch. @throws RsentinelError SENTINELS_SILENT */
async function mastersOf(seeds: readonly Endpoint[], connections: Connections): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(
    seeds.map(async (seed) => {
      try {
        const [reply] = await connections.query(seed, [['SENTINEL', 'MASTERS']]);
        if (reply?.ok) return { names: listOf(reply).map((fields) => fields.get('name') ?? '') };
        return { reason: notSentinel(text(reply)) };
      } catch (error) {
        if (!seed.tls && (await speaksTls(seed))) return { reason: SPEAKS_TLS };
        return { reason: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  if (answers.some(({ names }) => names !== undefined)) {
    return new Set(answers.flatMap(({ names = [] }) => names));
  }
  throw new RsentinelError('SENTINELS_SILENT', 'none of the sentinels answers', {
    details: seeds.map((seed, index) => `${formatAddress(seed)}: ${answers[index]?.reason ?? ''}`),
    hint: answers.some(({ reason }) => reason === SPEAKS_TLS)
      ? 'Name the CA that vouches for their certificates in RSENTINEL_TLS_CA.'
      : 'Give the addresses of sentinels (their usual port is 26379), as this machine reaches them.',
  });
}

const SPEAKS_TLS = 'it speaks TLS, and was asked without';

function notSentinel(error: string): string {
  return /unknown command/i.test(error) ? 'it is no sentinel' : error;
}

function chosen(masterName: string | undefined, watched: ReadonlySet<string>): string {
  const names = [...watched].sort();
  const [first, ...others] = names;
  if (masterName !== undefined && watched.has(masterName)) return masterName;
  if (masterName === undefined && first !== undefined && others.length === 0) return first;
  const watches = first === undefined ? 'they watch no master' : `they watch ${someOf(names).join(', ')}`;
  if (masterName === undefined && first !== undefined) {
    throw new RsentinelError('USAGE', `the sentinels watch several masters: which one is meant?`, {
      details: someOf(names),
      hint: 'Name one with --master-name.',
    });
  }
  const wanted = masterName === undefined ? '' : ` named ${masterName}`;
  throw new RsentinelError('MASTER_UNKNOWN', `the sentinels do not watch a master${wanted}: ${watches}`, {
    hint: 'Name one that they watch with --master-name, or give the sentinels of another group.',
  });
}

function someOf(names: readonly string[]): readonly string[] {
  const more = names.length - MOST_NAMES;
  return more > 0 ? [...names.slice(0, MOST_NAMES), `${more} more`] : names;
}

function uniqueNodes(seeds: readonly Endpoint[]): readonly AskedNode[] {
  const byName = new Map(seeds.map((seed) => [formatAddress(seed), seed]));
  return [...byName].map(([name, control]) => ({ name, control }));
}

/**
 * All that any of the sentinels knows. One that was asked at another address than it announces is known
 * again by its id, and is called by what it announces. Pure.
 */
export function groupOf(masterName: string, asked: readonly AskedNode[], snapshot: Snapshot): GroupNodes {
  const views = asked.flatMap(({ name, control }) => {
    const answer = snapshot.sentinels.get(name);
    return answer === undefined || answer.kind === 'silent' ? [] : [{ control, answer }];
  });
  const peers = views.flatMap(({ answer }) => answer.sentinels);
  const announcedOf = (control: Endpoint, answer: SentinelAnswer | undefined): Address =>
    peers.find((peer) => peer.runid !== '' && peer.runid === answer?.myid && canBeAsked(peer))?.address ??
    control;
  const seen = asked.map(({ control }): GroupNode => {
    const address = announcedOf(control, views.find((view) => sameAddress(view.control, control))?.answer);
    return { name: formatAddress(address), kind: 'sentinel', container: null, address, control };
  });
  const isTls = asked.some(({ control }) => control.tls);
  const masters = views.flatMap(({ answer }) => (answer.master === null ? [] : [answer.master]));
  const replicas = views.flatMap(({ answer }) => answer.replicas);
  return {
    name: masterName,
    masterName,
    redis: unique(
      [...masters, ...replicas].filter(canBeAsked).map((one) => atAnnounced(one, 'redis', isTls)),
    ).slice(0, MOST),
    // Those that were asked first: of them there are no more than the user has named, and MOST.
    sentinels: unique([
      ...seen,
      ...unique(peers.filter(canBeAsked).map((one) => atAnnounced(one, 'sentinel', isTls))).slice(0, MOST),
    ]),
  };
}

/** Whether an address is one at all: a sentinel may call a node whatever it likes. */
function canBeAsked({ address: { host, port } }: { readonly address: Address }): boolean {
  return HOST.test(host) && Number.isInteger(port) && port > 0 && port <= 65_535;
}

function atAnnounced(
  { address }: { readonly address: Address },
  kind: Endpoint['kind'],
  tls: boolean,
): GroupNode {
  return {
    name: formatAddress(address),
    kind,
    container: null,
    address,
    control: endpointAt(address, kind, tls),
  };
}

function unique(nodes: readonly GroupNode[]): readonly GroupNode[] {
  const byName = new Map<string, GroupNode>();
  for (const node of nodes) if (!byName.has(node.name)) byName.set(node.name, node);
  return [...byName.values()].sort((a, b) => naturalOrder(a.name, b.name));
}
