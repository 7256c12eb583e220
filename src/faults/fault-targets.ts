/** Whom a fault is meant for, as people type it. */
import { RsentinelError } from '../errors.js';
import type { FaultTargets, TargetRole } from './fault.js';

const ROLES: ReadonlySet<string> = new Set<TargetRole>(['master', 'replica', 'sentinel', 'leader']);

/**
 * @param word a role or a node's name; undefined: none was typed
 * @param every `--all`
 * @param command for the message
 * @throws RsentinelError USAGE
 */
export function parseFaultTargets(word: string | undefined, every: boolean, command: string): FaultTargets {
  if (word === undefined) {
    if (every || command === 'unpause' || command === 'heal') return { kind: 'all' };
    throw new RsentinelError('USAGE', `${command} needs to know whom`, {
      hint: 'Name a role (master, replica, sentinel, leader), a node (redis-1), or say --all.',
    });
  }
  if (word === 'slave') return { kind: 'role', role: 'replica', every };
  if (isRole(word)) return { kind: 'role', role: word, every };
  if (!every) return { kind: 'node', name: word };
  throw new RsentinelError('USAGE', `--all goes with a role, and ${word} is none`, {
    hint: 'Roles are master, replica, sentinel, leader.',
  });
}

function isRole(word: string): word is TargetRole {
  return ROLES.has(word);
}
