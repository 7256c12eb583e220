import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../../src/nodes/events/events.js';

const at = (port: number) => ({ host: '127.0.0.1', port });
const RUNID = '5e1d7a0c4b5f4e0f9d6a3c2b1a0f9e8d7c6b5a49';

describe('an event of Sentinel', () => {
  it('about the master names it', () => {
    expect(parseEvent('+sdown', 'master mymaster 127.0.0.1 6379')).toEqual({
      kind: 'instance',
      type: '+sdown',
      instance: { role: 'master', address: at(6379), masterName: 'mymaster' },
      more: '',
    });
  });

  it('keeps what follows the instance', () => {
    expect(parseEvent('+odown', 'master mymaster 127.0.0.1 6379 #quorum 2/2')).toMatchObject({
      instance: { role: 'master', address: at(6379) },
      more: '#quorum 2/2',
    });
  });

  it('about a replica names it and its master', () => {
    const message = 'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379';
    expect(parseEvent('+promoted-slave', message)).toEqual({
      kind: 'instance',
      type: '+promoted-slave',
      instance: { role: 'slave', address: at(6380), masterName: 'mymaster' },
      more: '',
    });
  });

  it('about a replica may say more', () => {
    const message =
      'slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster 127.0.0.1 6379 new reported role is master';
    expect(parseEvent('+role-change', message)).toMatchObject({ more: 'new reported role is master' });
  });

  it('about a sentinel names it', () => {
    const message = `sentinel ${RUNID} 127.0.0.1 26378 @ mymaster 127.0.0.1 6379`;
    expect(parseEvent('+config-update-from', message)).toMatchObject({
      kind: 'instance',
      instance: { role: 'sentinel', address: at(26378), masterName: 'mymaster' },
    });
  });

  it('may be a switch, a vote or an epoch', () => {
    expect(parseEvent('+switch-master', 'mymaster 127.0.0.1 6379 127.0.0.1 6380')).toEqual({
      kind: 'switch',
      type: '+switch-master',
      masterName: 'mymaster',
      from: at(6379),
      to: at(6380),
    });
    expect(parseEvent('+vote-for-leader', `${RUNID} 7`)).toEqual({
      kind: 'vote',
      type: '+vote-for-leader',
      leader: RUNID,
      epoch: 7,
    });
    expect(parseEvent('+new-epoch', '7')).toEqual({ kind: 'epoch', type: '+new-epoch', epoch: 7 });
  });

  it('understands names and IPv6 addresses', () => {
    expect(parseEvent('+sdown', 'master mymaster redis-1.local 6379')).toMatchObject({
      instance: { address: { host: 'redis-1.local', port: 6379 } },
    });
    expect(parseEvent('+switch-master', 'mymaster ::1 6379 ::1 6380')).toMatchObject({
      from: { host: '::1', port: 6379 },
    });
  });

  it.each([
    ['+tilt', '#tilt mode entered'],
    ['+switch-master', 'mymaster 127.0.0.1'],
    ['+vote-for-leader', 'nobody'],
    ['+new-epoch', 'soon'],
    ['+sdown', ''],
    ['whatever', 'master'],
  ])('that is not understood is kept as it is: %s %j', (type, text) => {
    expect(parseEvent(type, text)).toEqual({ kind: 'other', type, text });
  });
});
