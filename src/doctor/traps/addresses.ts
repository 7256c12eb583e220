/** Addresses that Sentinel hands out, and that do not lead clients to the node. Pure. */

import { isIP } from 'node:net';
import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import type { Finding } from '../../model/report/doctor-report.js';
import { isLoopback } from '../../spec/defaults.js';
import type { Facts, RedisFacts, SentinelFacts } from '../facts.js';
import { found, listed } from '../found.js';

type Node = RedisFacts | SentinelFacts;

const nodesOf = ({ redis, sentinels }: Facts): readonly Node[] => [...redis, ...sentinels];

/** The node is there, and its announced address does not answer here. */
export function unreachableAddresses(facts: Facts): readonly Finding[] {
  return nodesOf(facts).flatMap((node): Finding[] => {
    const { announced, address } = node;
    if (announced.kind !== 'silent') return [];
    const asked = sameAddress(node.control, address) ? null : node.control;
    const witnesses = node.known.filter(({ isReached }) => isReached).map(({ by }) => by);
    // A node that nobody reaches is dead or paused: that is a fault, and told as such.
    const proof =
      asked !== null && node.own !== null
        ? `it answers at ${formatAddress(asked)}`
        : witnesses.length > 0
          ? `${listed(witnesses)} ${witnesses.length === 1 ? 'reaches' : 'reach'} it there`
          : null;
    if (proof === null) return [];
    const what = `${announcement(node)}, where it does not answer from here (${announced.reason}), while ${proof}${guess(address)}`;
    const severity = isByDesign(facts) ? 'note' : 'problem';
    const who = isByDesign(facts) ? ': only containers of its network reach it' : '';
    return [found('address-unreachable', severity, node.name, `${what}${who}`)];
  });
}

/** In bridge mode the addresses are for containers; that this machine reaches them is Linux's gift. */
function isByDesign({ origin }: Facts): boolean {
  return origin.kind === 'engine' && origin.mode === 'bridge' && !origin.isNear;
}

function announcement({ name, address }: Node): string {
  const at = formatAddress(address);
  return name === at ? `clients are sent to ${at}` : `${name} announces ${at}`;
}

/** Docker's own networks are in 172.16.0.0/12, and clients are seldom. */
function guess({ host }: Address): string {
  const second = /^172\.(\d+)\./.exec(host)?.[1];
  const isLikely = second !== undefined && Number(second) >= 16 && Number(second) < 32;
  return isLikely ? '; it looks like the IP of a container' : '';
}

/** Something answers at the announced address, and by its id it is not the node that the sentinels mean. */
export function otherNodes(facts: Facts): readonly Finding[] {
  return nodesOf(facts).flatMap((node): Finding[] => {
    const { announced } = node;
    if (announced.kind !== 'answers' || announced.id === null) return [];
    const { id, uptime } = announced;
    // A node that has started since Sentinel last asked has another id, and is the same node.
    const views = node.known.filter((view) => view.id !== '' && view.isReached && view.age < uptime);
    if (views.length === 0 || views.some((view) => view.id === id)) return [];
    const says = `the id that answers from here is ${short(id)}, and ${listed(views.map(({ by }) => by))} know ${short(views[0]?.id ?? '')}`;
    return [
      found(
        'address-other-node',
        'problem',
        node.name,
        `${announcement(node)}, where another node answers: ${says}`,
      ),
    ];
  });
}

const short = (id: string): string => id.slice(0, 8);

/** A sentinel that was reached at another address than it announces, though that answers as well. */
export function remappedAddresses(facts: Facts): readonly Finding[] {
  if (facts.origin.kind !== 'sentinels') return [];
  return facts.sentinels.flatMap((node): Finding[] => {
    if (node.announced.kind !== 'answers' || sameAddress(node.control, node.address)) return [];
    // Names and 127.0.0.1 are often another way to write the same.
    if (node.control.port === node.address.port && isIP(node.control.host) === 0) return [];
    const message = `the sentinel at ${formatAddress(node.control)} announces ${formatAddress(node.address)}: clients that reach only the former cannot follow`;
    return [found('address-remapped', 'warning', node.name, message)];
  });
}

/** The group was asked over the network, and sends clients to 127.0.0.1. */
export function loopbackAddresses(facts: Facts): readonly Finding[] {
  if (facts.origin.kind !== 'sentinels') return [];
  const [elsewhere] = facts.sentinels.filter(({ control, own }) => own !== null && !isHere(control));
  const nodes = nodesOf(facts).filter(({ address }) => isHere(address));
  if (elsewhere === undefined || nodes.length === 0) return [];
  const names = listed(nodes.map(({ address }) => formatAddress(address)));
  const message = `the sentinel at ${formatAddress(elsewhere.control)} sends clients to ${names}: for each of them that is its own machine`;
  return [found('address-loopback', 'problem', null, message)];
}

const isHere = ({ host }: Address): boolean => isLoopback(host) || host === '::1' || host === 'localhost';

/** Sentinel compares addresses as text: a name and an IP of one node are two nodes to it. */
export function mixedAddresses(facts: Facts): readonly Finding[] {
  const hosts = [...new Set(nodesOf(facts).map(({ address }) => address.host))];
  const names = hosts.filter((host) => isIP(host) === 0);
  const ips = hosts.filter((host) => isIP(host) !== 0);
  if (names.length === 0 || ips.length === 0) return [];
  const message = `some nodes announce names (${names.join(', ')}), others IP addresses (${ips.join(', ')}): Sentinel takes a name and an IP of one node for two`;
  return [found('address-mixed', 'warning', null, message)];
}
