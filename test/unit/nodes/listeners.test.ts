import { describe, expect, it } from 'vitest';
import { NO_CREDENTIALS } from '../../../src/model/credentials/credentials.js';
import { Listeners } from '../../../src/nodes/events/listeners.js';
import { until } from '../../support/until.js';
import { FakeSentinel } from './fake-sentinel.js';

const DOWN = ['+sdown', 'master mymaster 127.0.0.1 6379'] as const;

describe('sentinels that are listened to', () => {
  it('are heard, by their names', async () => {
    await using sentinel = await FakeSentinel.start();
    const heard: string[] = [];
    const listeners = new Listeners(({ sentinel: name, event }) => heard.push(`${name} ${event.type}`));
    await listeners.follow([sentinel.target('sentinel-1')], NO_CREDENTIALS);
    await until('it is subscribed to', () => sentinel.subscriptions === 1);
    sentinel.publish(DOWN, ['+odown', DOWN[1]]);
    await until('it is heard', () => heard.length === 2);
    expect(heard).toEqual(['sentinel-1 +sdown', 'sentinel-1 +odown']);
    listeners.close();
  });

  it('are listened to again when they hang up', async () => {
    await using sentinel = await FakeSentinel.start();
    const heard: string[] = [];
    const listeners = new Listeners(({ event }) => heard.push(event.type));
    await listeners.follow([sentinel.target('sentinel-1')], NO_CREDENTIALS);
    await until('it is subscribed to', () => sentinel.subscriptions === 1);
    sentinel.hangUp();
    await until('it is subscribed to again', () => sentinel.subscriptions === 2);
    sentinel.publish(DOWN);
    await until('it is heard', () => heard.length === 1);
    listeners.close();
  });

  it('are connected to anew when they say nothing any more, though the connection seems to be open', async () => {
    await using sentinel = await FakeSentinel.start();
    const listeners = new Listeners(() => {});
    const all = [sentinel.target('sentinel-1')];
    await listeners.follow(all, NO_CREDENTIALS);
    await until('it is subscribed to', () => sentinel.subscriptions === 1);
    sentinel.fallSilent();
    await until('it is asked', async () => {
      await listeners.follow(all, NO_CREDENTIALS);
      return sentinel.ignored > 0;
    });
    sentinel.speak();
    await until('it is subscribed to again', () => sentinel.subscriptions === 2);
    listeners.close();
  });

  it('are let go when they are none of the group any more', async () => {
    await using gone = await FakeSentinel.start();
    await using other = await FakeSentinel.start();
    const heard: string[] = [];
    const listeners = new Listeners(({ sentinel: name }) => heard.push(name));
    await listeners.follow([gone.target('gone'), other.target('other')], NO_CREDENTIALS);
    await until('both are subscribed to', () => gone.subscriptions + other.subscriptions === 2);
    await listeners.follow([other.target('other')], NO_CREDENTIALS);
    await until('it is let go', () => gone.connections === 0);
    gone.publish(DOWN);
    other.publish(DOWN);
    await until('one is heard', () => heard.length > 0);
    expect(heard).toEqual(['other']);
    expect(gone.subscriptions).toBe(1);
    listeners.close();
  });
});
