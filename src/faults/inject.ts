/** What a fault, or its remedy, does to the container of one node. */
import type { Engine, ObservedMember } from '../engine/engine.js';
import type { FaultKind } from './fault.js';

/** Without what a restart takes beside that: see restart() in bring-on.ts. */
export function inject(
  kind: Exclude<FaultKind, 'restart'>,
  { id, node, address }: Pick<ObservedMember, 'id' | 'node' | 'address'>,
  group: string,
  engine: Engine,
): Promise<void> {
  switch (kind) {
    case 'kill':
      return engine.kill(group, id);
    case 'pause':
      return engine.pause(group, id);
    case 'unpause':
      return engine.unpause(group, id);
    case 'partition':
      return engine.disconnect(group, id);
    case 'heal':
      return address === null ? Promise.resolve() : engine.connect(group, id, node, address);
  }
}
