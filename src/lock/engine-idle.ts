/** After a command that was killed, the engine may still be at what it was told last. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../engine/context.js';

/** ms for which nothing may change. */
const CALM = 400;
/** ms after which it is no longer waited for: the engine gives a stopping container 10 s. */
const PATIENCE = 12_000;

/** Waits until what there is of a group does not change any more. */
export async function waitEngineIdle(group: string, { engine, signal }: Context): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  const look = async (): Promise<string> => {
    const { members, network } = await engine.observe(group);
    return JSON.stringify([members.map(({ container, state }) => `${container} ${state}`).sort(), network]);
  };
  let before = await look();
  while (performance.now() < deadline) {
    await delay(CALM, undefined, { signal }).catch(() => signal.throwIfAborted());
    const now = await look();
    if (now === before) return;
    before = now;
  }
}
