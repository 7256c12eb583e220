/** Keeps an engine from changing a group for somebody who may not do so any more. */
import type { Engine } from './engine.js';

/** Every operation that makes, changes, ends or removes an object of a group. */
const CHANGES: ReadonlySet<PropertyKey> = new Set<keyof Engine>([
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
 * Returns an engine that calls `confirm` before each operation that changes a group, and does nothing when that throws.
 */
export function fenced(engine: Engine, confirm: () => Promise<void>): Engine {
  return new Proxy(engine, {
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
