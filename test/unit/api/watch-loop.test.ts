import { describe, expect, it } from 'vitest';
import { type Seen, WatchLoop } from '../../../src/api/watch-loop.js';
import { RsentinelError } from '../../../src/errors.js';
import type { WatchMoment } from '../../../src/model/report/watch-report.js';
import { absentReport } from '../../../src/nodes/live/assemble-report.js';
import { until } from '../../support/until.js';
import { FakeSentinel } from '../nodes/fake-sentinel.js';
import { groupReport } from '../report/fixtures.js';

const MASTER = 'master mymaster 127.0.0.1 6379';

const kinds = (moments: readonly WatchMoment[]): readonly string[] =>
  moments.map((moment) => (moment.kind === 'event' ? moment.event.event : moment.kind));

const never = new AbortController().signal;

/** Follows a loop from now on. */
function following(loop: WatchLoop): { readonly moments: WatchMoment[]; readonly ended: Promise<void> } {
  const moments: WatchMoment[] = [];
  const ended = (async () => {
    for await (const moment of loop.moments()) moments.push(moment);
  })();
  return { moments, ended };
}

describe('a group that is watched', () => {
  it('is looked at once for a burst of events, after them', async () => {
    await using sentinel = await FakeSentinel.start();
    let looks = 0;
    const seen = (): Seen => ({
      report: groupReport(),
      snapshot: null,
      sentinels: [sentinel.target('sentinel-1')],
    });
    const loop = new WatchLoop(async () => {
      looks += 1;
      return looks < 3 ? seen() : { report: absentReport('demo'), snapshot: null, sentinels: [] };
    }, never);
    const { moments, ended } = following(loop);
    await until('it is listened to', () => sentinel.subscriptions === 1);
    const before = moments.length;
    sentinel.publish(['+slave', 'x'], ['+tilt', ''], ['-tilt', ''], ['+sentinel', 'y'], ['+reboot', MASTER]);
    await ended;
    expect(kinds(moments.slice(before, before + 6))).toEqual([
      '+slave',
      '+tilt',
      '-tilt',
      '+sentinel',
      '+reboot',
      'report',
    ]);
  });

  it('is looked at whenever a sentinel says something: by the clock alone this would not end in time', async () => {
    await using sentinel = await FakeSentinel.start();
    const controller = new AbortController();
    const seen: Seen = { report: groupReport(), snapshot: null, sentinels: [sentinel.target('sentinel-1')] };
    const { moments, ended } = following(new WatchLoop(async () => seen, controller.signal));
    await until('it is listened to', () => sentinel.subscriptions === 1);
    for (let said = 0; said < 20; said += 1) {
      sentinel.publish(['+slave', String(said)]);
      await until('it is looked at after that', () => {
        const heard = moments.findIndex(
          (moment) => moment.kind === 'event' && moment.event.text === String(said),
        );
        return heard !== -1 && moments.slice(heard).some(({ kind }) => kind === 'report');
      });
    }
    controller.abort(new RsentinelError('INTERRUPTED', 'enough'));
    await expect(ended).rejects.toThrow('enough');
  });

  it('has the failover told behind the event that is part of it, and what concerns other masters left out', async () => {
    await using sentinel = await FakeSentinel.start();
    let isOver = false;
    const loop = new WatchLoop(
      async () =>
        isOver
          ? { report: absentReport('demo'), snapshot: null, sentinels: [] }
          : { report: groupReport(), snapshot: null, sentinels: [sentinel.target('sentinel-1')] },
      never,
    );
    const { moments, ended } = following(loop);
    await until('it is listened to', () => sentinel.subscriptions === 1);
    sentinel.publish(['+sdown', 'master other 127.0.0.1 7000'], ['+sdown', MASTER]);
    await until('it is told', () => moments.some(({ kind }) => kind === 'failover'));
    isOver = true;
    await ended;
    expect(
      kinds(moments)
        .filter((kind) => kind !== 'report')
        .slice(0, 2),
    ).toEqual(['+sdown', 'failover']);
    expect(moments.find((moment) => moment.kind === 'event')).toMatchObject({
      event: { sentinel: 'sentinel-1', node: 'redis-1', text: 'master 127.0.0.1:6379' },
    });
  });

  it('ends with the report that it is absent', async () => {
    const loop = new WatchLoop(
      async () => ({ report: absentReport('demo'), snapshot: null, sentinels: [] }),
      never,
    );
    const { moments, ended } = following(loop);
    await ended;
    expect(moments).toMatchObject([{ kind: 'report', report: { health: 'absent' } }]);
  });

  it('ends with what the engine fails with, and with the reason of an interruption', async () => {
    const broken = new RsentinelError('ENGINE_UNREACHABLE', 'gone');
    await expect(following(new WatchLoop(() => Promise.reject(broken), never)).ended).rejects.toBe(broken);
    const controller = new AbortController();
    const seen: Seen = { report: groupReport(), snapshot: null, sentinels: [] };
    const { moments, ended } = following(new WatchLoop(async () => seen, controller.signal));
    await until('it has begun', () => moments.length > 0);
    const reason = new RsentinelError('INTERRUPTED', 'interrupted by Ctrl-C');
    controller.abort(reason);
    await expect(ended).rejects.toBe(reason);
  });
});
