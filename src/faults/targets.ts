/** Chooses the nodes of a fault: by a role, by a name, or all. Pure. */
import type { ObservedMember } from '../engine/engine.js';
import { RsentinelError } from '../errors.js';
import type { FaultKind, FaultTargets, TargetRole } from './fault.js';

/** The nodes of a group and who has which role at the moment of a fault. */
export interface GroupRoles {
  readonly group: string;
  /** Its nodes, without the anchor. */
  readonly nodes: readonly ObservedMember[];
  /** Names; null: not known. */
  readonly master: string | null;
  readonly leader: string | null;
}

/** @throws RsentinelError NODE_UNKNOWN when nobody is meant */
export function chooseTargets(
  kind: FaultKind,
  targets: FaultTargets,
  roles: GroupRoles,
): readonly ObservedMember[] {
  const found = meant(kind, targets, roles);
  if (found.length > 0 || targets.kind === 'all') return found;
  const what = targets.kind === 'node' ? `no node ${targets.name}` : `no ${targets.role}`;
  throw new RsentinelError('NODE_UNKNOWN', `the group ${roles.group} has ${what} that it could be done to`, {
    details: targets.kind === 'role' ? whyNot(targets.role) : [],
    hint: `Its nodes are ${roles.nodes.map(({ node }) => node).join(', ')}; roles are master, replica, sentinel, leader.`,
  });
}

function meant(kind: FaultKind, targets: FaultTargets, roles: GroupRoles): readonly ObservedMember[] {
  switch (targets.kind) {
    case 'node':
      return roles.nodes.filter(({ node }) => node === targets.name);
    case 'all':
      return roles.nodes.filter((member) => isPossible(kind, member));
    case 'role': {
      const able = roles.nodes.filter((member) => isPossible(kind, member));
      const all = able.filter((member) => hasRole(targets.role, member, roles));
      return targets.every ? all : all.slice(0, 1);
    }
  }
}

/** A fault concerns those that it changes something about. */
function isPossible(kind: FaultKind, { state, attached }: ObservedMember): boolean {
  switch (kind) {
    case 'kill':
      return state === 'running' || state === 'paused';
    case 'pause':
      return state === 'running';
    case 'partition':
      return state === 'running' && attached;
    case 'unpause':
      return state === 'paused';
    case 'heal':
      return !attached;
    case 'restart':
      return true;
  }
}

function hasRole(
  role: TargetRole,
  { node, role: kind }: ObservedMember,
  { master, leader }: GroupRoles,
): boolean {
  switch (role) {
    case 'master':
      return node === master;
    case 'replica':
      return kind === 'redis' && node !== master;
    case 'sentinel':
      return kind === 'sentinel';
    case 'leader':
      return node === leader;
  }
}

function whyNot(role: TargetRole): readonly string[] {
  if (role === 'leader') return ['no sentinel has been elected since the sentinels were made'];
  if (role === 'master') return ['the sentinels that answer do not agree on one, or it does not run'];
  return [];
}
