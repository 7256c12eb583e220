/**
 * Whether all nodes of a group have to stop before any can go on: their network is made anew,
 * their addresses are dealt out anew, or they log in to each other in another way.
 */

import type { GroupObjects, ObservedMember } from '../../engine/engine.js';
import { sameAddress } from '../../model/address.js';
import { trustEachOther } from '../../model/credentials/trust.js';
import type { GroupSpec } from '../../model/group-spec.js';
import { ANCHOR } from '../../model/step.js';
import { nodesOf } from '../../spec/build.js';
import { hasProcess } from '../members.js';

export interface FullRestart {
  readonly reason: string;
  /** Why the network is made anew; null: it stays. */
  readonly network: string | null;
  /** Why the anchor is made anew; null: it stays, or the mode has none. */
  readonly anchor: string | null;
  /** Whether containers that are there can be started again in what comes. */
  readonly containers: 'stay' | 'remade';
}

/** @returns null: nodes that run can go on doing so */
export function fullRestartOf(spec: GroupSpec, objects: GroupObjects): FullRestart | null {
  const anchor = objects.members.find(({ role }) => role === ANCHOR);
  const network = networkReason(spec, objects);
  const anchorWhy = anchorReason(spec, anchor);
  const cutOff = spec.anchor === null ? null : cutOffReason(objects, anchor);
  const clash = clashReason(spec, objects);
  const strangers = authReason(spec, objects) ?? tlsReason(spec, objects);
  if (network === null && anchorWhy === null && clash === null && strangers === null && cutOff === null)
    return null;
  return {
    reason: network ?? strangers ?? anchorWhy ?? clash ?? cutOff ?? '',
    network,
    anchor: anchorWhy,
    containers: network === null && anchorWhy === null ? 'stay' : 'remade',
  };
}

/** Nodes keep the network namespace that they have joined, also where the anchor that made it has ended. */
function cutOffReason({ members }: GroupObjects, anchor: ObservedMember | undefined): string | null {
  if (anchor?.state !== 'running') return 'the anchor does not run';
  const isCutOff = members.some((member) => isNode(member) && hasProcess(member) && !member.attached);
  return isCutOff ? 'the anchor was started anew, and its nodes are in a network that is gone' : null;
}

/** A node cannot take the address of another one that is still there. */
function clashReason(spec: GroupSpec, { members }: GroupObjects): string | null {
  for (const node of nodesOf(spec)) {
    const holder = members.find(
      (member) => member.address !== null && hasProcess(member) && sameAddress(member.address, node.address),
    );
    if (holder !== undefined && holder.node !== node.name)
      return `${node.name} takes the address of ${holder.node}`;
  }
  return null;
}

/** A node that asks for a password and one that has none to give cannot be in one group. */
function authReason({ access }: GroupSpec, { members }: GroupObjects): string | null {
  const former = members.find(
    (member) => isNode(member) && hasProcess(member) && member.auth !== access.kind,
  );
  return former === undefined ? null : `who may log in changes: auth was ${former.auth}`;
}

function isNode({ role }: ObservedMember): boolean {
  return role === 'redis' || role === 'sentinel';
}

/** Nodes that speak TLS and nodes that do not cannot be in one group, nor can those that do not trust each other. */
function tlsReason({ tls }: GroupSpec, { members }: GroupObjects): string | null {
  for (const member of members) {
    if (!isNode(member) || !hasProcess(member)) continue;
    const { trust } = member;
    if (trust === null && tls !== null) return 'from now on all speak TLS';
    if (trust !== null && tls === null) return 'from now on nobody speaks TLS';
    if (trust !== null && tls !== null && !trustEachOther(trust, tls.trust)) {
      return 'another authority vouches for the certificates';
    }
  }
  return null;
}

function networkReason(spec: GroupSpec, { members, network }: GroupObjects): string | null {
  const { name, subnet, mode, digest } = spec.network;
  if (mode === 'host') return network === null ? null : 'the nodes use the network of the host';
  if (network === null) return `the group has no network ${name}`;
  if (subnet !== undefined && network.subnet !== subnet) return `its subnet has to be ${subnet}`;
  const former = members.find((member) => member.networkMode !== '' && member.networkMode !== mode);
  if (former !== undefined) return `the mode of the network was ${former.networkMode}`;
  return network.digest === digest ? null : 'its network was made in another way';
}

function anchorReason({ anchor }: GroupSpec, member: ObservedMember | undefined): string | null {
  if (anchor === null) return null;
  if (member === undefined) return 'the group has no network namespace';
  if (!member.attached || member.state === 'dead') return 'its network is gone';
  if (member.digest !== anchor.digest) return 'it was made in another way';
  const missing = anchor.ports.filter((port) => !member.ports.includes(port));
  if (missing.length === 0) return null;
  return `it does not publish ${missing.join(', ')}, and a container that is there cannot publish another port`;
}
