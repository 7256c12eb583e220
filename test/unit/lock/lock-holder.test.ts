import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { holderState, thisHolder } from '../../../src/lock/lock-holder.js';

describe('the holder of a lock', () => {
  it('is alive as long as it is this process', async () => {
    expect(await holderState(await thisHolder('up'))).toBe('alive');
  });

  it('is unlike any other, even of the same process', async () => {
    const [one, other] = await Promise.all([thisHolder('up'), thisHolder('up')]);
    expect(one.nonce).not.toBe(other.nonce);
  });

  it('is dead once its process has ended', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(await holderState({ ...(await thisHolder('up')), pid: child.pid ?? 0 })).toBe('dead');
  });

  it.runIf(process.platform === 'linux')('is dead where another process has got its pid', async () => {
    expect(await holderState({ ...(await thisHolder('up')), processStart: '1' })).toBe('dead');
  });

  it('is unknown on another machine, whatever runs here under its pid', async () => {
    expect(await holderState({ ...(await thisHolder('up')), machine: 'another' })).toBe('unknown');
  });
});
