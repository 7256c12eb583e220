/** What a fault, or its remedy, does to the container of one node. */
import type { Driver, ObservedMember } from '../driver/driver.js';
import type { FaultKind } from './fault.js';

/** Without what a restart takes beside that: see restart() in bring-on.ts. */
export function inflict(
  kind: Exclude<FaultKind, 'restart'>,
  { container, node, address }: Pick<ObservedMember, 'container' | 'node' | 'address'>,
  group: string,
  driver: Driver,
): Promise<void> {
  switch (kind) {
    case 'kill':
      return driver.kill(group, container);
    case 'pause':
      return driver.pause(group, container);
    case 'unpause':
      return driver.unpause(group, container);
    case 'partition':
      return driver.disconnect(group, container);
    case 'heal':
      return address === null ? Promise.resolve() : driver.connect(group, container, node, address);
  }
}
