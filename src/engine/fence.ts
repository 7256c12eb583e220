/** Keeps a driver from changing a group for somebody who may not do so any more. */
import type { Driver } from './engine.js';

/** Every operation that makes, changes, ends or removes an object of a group. */
const CHANGES: ReadonlySet<PropertyKey> = new Set<keyof Driver>([
  'createNetwork',
  'createAnchor',
  'createNode',
  'start',
  'stop',
  'kill',
  'pause',
  'unpause',
  'disconnect',
  'connect',
  'remove',
  'setAside',
  'bringBack',
  'removeNetwork',
  'createVolume',
  'removeVolume',
  'markExpiry',
]);

/**
 * Returns a driver that calls `confirm` before each operation that changes a group, and does nothing when that throws.
 */
export function fenced(driver: Driver, confirm: () => Promise<void>): Driver {
  return new Proxy(driver, {
    get(target, key) {
      // With the target as receiver: a proxy has no private fields.
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as (...given: unknown[]) => unknown;
      if (!CHANGES.has(key)) return method;
      return async (...given: unknown[]) => {
        await confirm();
        return method(...given);
      };
    },
  });
}
