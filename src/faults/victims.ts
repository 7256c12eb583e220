/** Who is meant by a role, a name, or all. Pure. */
import type { ObservedMember } from '../engine/engine.js';
import { RsentinelError } from '../errors.js';
import type { FaultKind, VictimRole, Victims } from './fault.js';

/** A group at the moment of a fault. */
export interface Scene {
  readonly group: string;
  /** Its nodes, without the anchor. */
  readonly nodes: readonly ObservedMember[];
  /** Names; null: not known. */
  readonly master: string | null;
  readonly leader: string | null;
}

/** @throws RsentinelError NODE_UNKNOWN when nobody is meant */
export function chooseVictims(kind: FaultKind, victims: Victims, scene: Scene): readonly ObservedMember[] {
  const found = meant(kind, victims, scene);
  if (found.length > 0 || victims.kind === 'all') return found;
  const what = victims.kind === 'node' ? `no node ${victims.name}` : `no ${victims.role}`;
  throw new RsentinelError('NODE_UNKNOWN', `the group ${scene.group} has ${what} that it could be done to`, {
    details: victims.kind === 'role' ? whyNot(victims.role) : [],
    hint: `Its nodes are ${scene.nodes.map(({ node }) => node).join(', ')}; roles are master, replica, sentinel, leader.`,
  });
}

function meant(kind: FaultKind, victims: Victims, scene: Scene): readonly ObservedMember[] {
  switch (victims.kind) {
    case 'node':
      return scene.nodes.filter(({ node }) => node === victims.name);
    case 'all':
      return scene.nodes.filter((member) => isPossible(kind, member));
    case 'role': {
      const able = scene.nodes.filter((member) => isPossible(kind, member));
      const all = able.filter((member) => hasRole(victims.role, member, scene));
      return victims.every ? all : all.slice(0, 1);
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

function hasRole(role: VictimRole, { node, role: kind }: ObservedMember, { master, leader }: Scene): boolean {
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

function whyNot(role: VictimRole): readonly string[] {
  if (role === 'leader') return ['no sentinel has been elected since the sentinels were made'];
  if (role === 'master') return ['the sentinels that answer do not agree on one, or it does not run'];
  return [];
}
