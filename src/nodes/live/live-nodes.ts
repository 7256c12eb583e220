/** The nodes of a group that are there, while a plan changes who that is. */

import type { GroupObjects } from '../../engine/engine.js';
import type { GroupNode, GroupNodes } from '../../model/group-nodes.js';

/** The master's name, as its sentinels watch it; empty where there is none. */
export function masterNameOf({ members }: GroupObjects): string {
  return members.find(({ role }) => role === 'sentinel')?.masterName ?? '';
}

export class LiveNodes {
  readonly #group: string;
  readonly #masterName: string;
  readonly #nodes = new Map<string, GroupNode>();

  constructor(group: string, masterName: string, { members }: GroupObjects) {
    this.#group = group;
    this.#masterName = masterName;
    for (const { role, node, state, id, address, control } of members) {
      if ((role !== 'redis' && role !== 'sentinel') || state !== 'running') continue;
      if (address !== null && control !== null)
        this.add({ name: node, kind: role, container: id, address, control });
    }
  }

  add(node: GroupNode): void {
    this.#nodes.set(node.name, node);
  }

  remove(name: string): void {
    this.#nodes.delete(name);
  }

  get(name: string): GroupNode | undefined {
    return this.#nodes.get(name);
  }

  /** As it is at this moment. */
  get group(): GroupNodes {
    const nodes = [...this.#nodes.values()];
    return {
      name: this.#group,
      masterName: this.#masterName,
      redis: nodes.filter(({ kind }) => kind === 'redis'),
      sentinels: nodes.filter(({ kind }) => kind === 'sentinel'),
    };
  }
}
