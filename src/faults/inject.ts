/** What a fault, or its remedy, does to the container of one node. */
import type { Driver, ObservedMember } from '../engine/engine.js';
import type { FaultKind } from './fault.js';

/** Without what a restart takes beside that: see restart() in bring-on.ts. */
export function inject(
  kind: Exclude<FaultKind, 'restart'>,
  { id, node, address }: Pick<ObservedMember, 'id' | 'node' | 'address'>,
  group: string,
  driver: Driver,
): Promise<void> {
  switch (kind) {
    case 'kill':
      return driver.kill(group, id);
    case 'pause':
      return driver.pause(group, id);
    case 'unpause':
      return driver.unpause(group, id);
    case 'partition':
      return driver.disconnect(group, id);
    case 'heal':
      return address === null ? Promise.resolve() : driver.connect(group, id, node, address);
  }
}
