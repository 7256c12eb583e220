/** The lock of a group on an engine in memory: who gets it, who waits, and what becomes of it when somebody dies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Context } from '../../../src/engine/context.js';
import { type LockSettings, withLock } from '../../../src/lock/lock.js';
import { thisHolder } from '../../../src/lock/lock-holder.js';
import type { RsentinelEvent } from '../../../src/model/events.js';
import type { HeldLock, LockHolder } from '../../../src/model/lock.js';
import { FakeEngine, FakeMachine } from '../../support/fake/fake-engine.js';

/** ms that have passed by the clock of the tests: every wait of a poll is over at once. */
const clock = vi.hoisted(() => ({ ms: 0 }));
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number, value: unknown) =>
    new Promise((resolve) => {
      clock.ms += ms;
      setImmediate(() => resolve(value));
    }),
}));

beforeEach(() => {
  clock.ms = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock.ms);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const SETTINGS: LockSettings = {
  command: 'up',
  waitTimeoutMs: 60_000,
  image: null,
  directory: null,
  file: null,
};

interface Someone {
  readonly context: Context;
  readonly events: RsentinelEvent[];
  readonly typesOfEvents: () => readonly string[];
  readonly abort: (reason: unknown) => void;
}

/** A process of rsentinel that works on an engine. */
function someone(engine: FakeEngine): Someone {
  const events: RsentinelEvent[] = [];
  const controller = new AbortController();
  return {
    context: { engine, emit: (event) => events.push(event), signal: controller.signal },
    events,
    typesOfEvents: () => events.map(({ type }) => type),
    abort: (reason) => controller.abort(reason),
  };
}

/** Has a lock held by somebody. */
function hold(machine: FakeMachine, holder: LockHolder): HeldLock {
  const lock = { id: `g ${machine.nextId()}`, holder, since: 0, directory: null, file: null };
  machine.lock = lock;
  return lock;
}

async function endedProcess(): Promise<LockHolder> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return { ...(await thisHolder('up')), pid: child.pid ?? 0 };
}

describe('withLock', () => {
  it('holds the lock while the work is done, and releases it', async () => {
    const machine = new FakeMachine();
    const { context } = someone(new FakeEngine(machine));
    const result = await withLock('g', SETTINGS, context, async ({ tookOver }) => {
      expect(machine.lock?.holder.pid).toBe(process.pid);
      return tookOver;
    });
    expect(result).toBe(false);
    expect(machine.lock).toBeNull();
  });

  it('releases the lock when the work fails', async () => {
    const machine = new FakeMachine();
    const { context } = someone(new FakeEngine(machine));
    const work = () => Promise.reject(new Error('it failed'));
    await expect(withLock('g', SETTINGS, context, work)).rejects.toThrow('it failed');
    expect(machine.lock).toBeNull();
  });

  it('lets one after the other work, and tells each waiter once whom it waits for', async () => {
    const machine = new FakeMachine();
    const all = Array.from({ length: 5 }, () => someone(new FakeEngine(machine)));
    let inside = 0;
    let most = 0;
    await Promise.all(
      all.map(({ context }) =>
        withLock('g', SETTINGS, context, async () => {
          inside += 1;
          most = Math.max(most, inside);
          for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(1);
    for (const { typesOfEvents } of all) {
      const waits = typesOfEvents().filter((type) => type === 'waiting-for-lock');
      expect(typesOfEvents()).not.toContain('lock-broken');
      expect(waits.length).toBeLessThanOrEqual(all.length);
    }
  });

  it('gives up at the deadline where the holder lives, and leaves the lock alone', async () => {
    const machine = new FakeMachine();
    const lock = hold(machine, await thisHolder('drill'));
    const { context } = someone(new FakeEngine(machine));
    const work = vi.fn(async () => {});
    await expect(withLock('g', SETTINGS, context, work)).rejects.toMatchObject({
      code: 'GROUP_BUSY',
      message: expect.stringContaining('`drill` of process'),
    });
    expect(work).not.toHaveBeenCalled();
    expect(machine.lock).toBe(lock);
  });

  it('gives up when it is interrupted while it waits, and leaves the lock alone', async () => {
    const machine = new FakeMachine();
    const lock = hold(machine, await thisHolder('up'));
    const waiter = someone(new FakeEngine(machine));
    const waiting = withLock('g', SETTINGS, waiter.context, async () => {});
    waiter.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
    expect(machine.lock).toBe(lock);
  });

  it('breaks the lock of a process that has ended, once for all who wait', async () => {
    const machine = new FakeMachine();
    hold(machine, await endedProcess());
    const all = [someone(new FakeEngine(machine)), someone(new FakeEngine(machine))];
    const took = await Promise.all(
      all.map(({ context }) => withLock('g', SETTINGS, context, async ({ tookOver }) => tookOver)),
    );
    expect(took).toContain(true);
    expect(all.flatMap(({ typesOfEvents }) => typesOfEvents())).toContain('lock-broken');
    expect(machine.lock).toBeNull();
  });

  it('breaks the lock of another machine only when its holder has shown no sign of life for ten seconds', async () => {
    const machine = new FakeMachine();
    hold(machine, { ...(await thisHolder('up')), machine: 'another' });
    const engine = new FakeEngine(machine);
    let beats = 0;
    // It lives for half a minute.
    vi.spyOn(engine, 'lockPulse').mockImplementation(async () => String(Math.min(beats++, 60)));
    const { context, typesOfEvents } = someone(engine);
    await withLock('g', SETTINGS, context, async () => {});
    expect(clock.ms).toBeGreaterThan(40_000);
    expect(typesOfEvents()).toContain('lock-broken');
  });

  it('works without a lock where the engine has nothing to make one of', async () => {
    const engine = new FakeEngine(new FakeMachine());
    vi.spyOn(engine, 'acquireLock').mockResolvedValue({ kind: 'no-image' });
    const { context } = someone(engine);
    expect(await withLock('g', SETTINGS, context, async () => 'done')).toBe('done');
  });

  it('returns what the work returns where the lock cannot be released, and says so', async () => {
    const engine = new FakeEngine(new FakeMachine());
    vi.spyOn(engine, 'removeLock').mockRejectedValue(new Error('the engine does not answer'));
    const { context, events } = someone(engine);
    expect(await withLock('g', SETTINGS, context, async () => 'done')).toBe('done');
    expect(events).toContainEqual({ type: 'warning', message: 'the engine does not answer' });
  });
});

describe('a lock that somebody else has broken', () => {
  it('lets its former holder change nothing any more', async () => {
    const machine = new FakeMachine();
    const engine = new FakeEngine(machine);
    const { context } = someone(engine);
    const other = await thisHolder('down');
    await expect(
      withLock('g', SETTINGS, context, async ({ context: { engine } }) => {
        hold(machine, other);
        await engine.removeNetwork('g');
      }),
    ).rejects.toMatchObject({ code: 'GROUP_BUSY' });
    expect(engine.failures.calls).toEqual([]);
    expect(machine.lock?.holder).toBe(other);
  });

  it('aborts the signal of its former holder with the next beat', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const machine = new FakeMachine();
    const { context } = someone(new FakeEngine(machine));
    const other = await thisHolder('down');
    await withLock('g', SETTINGS, context, async ({ context: { signal } }) => {
      await vi.advanceTimersByTimeAsync(2_000);
      expect(signal.aborted).toBe(false);
      hold(machine, other);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(signal.reason).toMatchObject({ code: 'GROUP_BUSY' });
    });
    expect(machine.lock?.holder).toBe(other);
  });

  it('gets no beat while the one before is under way: they would queue up at a slow engine', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const engine = new FakeEngine(new FakeMachine());
    let answer: (held: boolean) => void = () => {};
    const beats = vi.spyOn(engine, 'beatLock').mockImplementation(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const { context } = someone(engine);
    await withLock('g', SETTINGS, context, async () => {
      await vi.advanceTimersByTimeAsync(20_000);
      expect(beats).toHaveBeenCalledTimes(1);
      answer(true);
      await vi.advanceTimersByTimeAsync(2_000);
      expect(beats).toHaveBeenCalledTimes(2);
      answer(true);
    });
  });

  it('is not lost where the engine does not answer a beat', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const engine = new FakeEngine(new FakeMachine());
    vi.spyOn(engine, 'beatLock').mockRejectedValue(new Error('no answer'));
    const { context } = someone(engine);
    await withLock('g', SETTINGS, context, async ({ context: { signal, confirmLock } }) => {
      await vi.advanceTimersByTimeAsync(6_000);
      expect(signal.aborted).toBe(false);
      await confirmLock();
    });
  });
});
