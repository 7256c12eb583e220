/** Failovers under users that may do no more than they need, on every server. */
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { testImages } from '../support/environment.js';
import { type TestGroup, testGroup } from '../support/group.js';
import { adminOf, askAs, clientOptions, connectionOf } from '../support/logins.js';
import { QUICK } from '../support/topologies.js';
import { until } from '../support/until.js';
import { healthy, masterOf } from '../support/while-writing.js';
import { Writer } from '../support/writer.js';

const NEW_PASSWORD = 'another-password-1234';

function topology(image: string, auth: string): string {
  return `${QUICK}image: ${image}\nauth: ${auth}\n`;
}

/** A client that does what `rsentinel env` says: writes, and reads what it has written. */
async function canWrite(group: TestGroup): Promise<void> {
  const client = new Redis(clientOptions(await connectionOf(group)));
  client.on('error', () => {});
  expect(await client.set('key', 'value')).toBe('OK');
  expect(await client.get('key')).toBe('value');
  client.disconnect();
}

describe.each(testImages())('$title', ({ image, title, server, version }) => {
  it.each([
    { auth: 'acl', given: '{mode: acl, password: "${PASSWORD}"}' },
    { auth: 'generate', given: '{password: "${PASSWORD}"}' },
  ])('fails over, hands over and takes another password with auth: $auth', async ({ auth, given }) => {
    const label = `access-${server}-${version.replace('.', '-')}-${auth}`;
    await using group = await testGroup(label, topology(image, auth));
    await group.up();
    const first = masterOf(await healthy(group)).name;
    await canWrite(group);

    // The master dies, and comes back as a replica.
    await group.container(first).kill();
    await until('another node is the master', async () => {
      const { master } = (await group.status()).report;
      return typeof master?.node === 'string' && master.node !== first;
    });
    await canWrite(group);
    await group.up();
    const mended = await healthy(group);
    expect(mended.redis.find(({ name }) => name === first)?.role).toBe('replica');

    // The master hands over, as the server can do it.
    const second = masterOf(mended);
    const writer = Writer.with(clientOptions(await connectionOf(group)), 'written');
    await until('the client writes', () => writer.count > 50);
    const handed = await group.run(['failover']);
    expect(handed.code, handed.stderr).toBe(0);
    expect(masterOf(await healthy(group)).name).not.toBe(second.name);
    const stats = await askAs(second.address, await adminOf(group), 'INFO', 'commandstats');
    expect(String(stats).includes('cmdstat_failover:')).toBe(title === 'Valkey 9');
    const { count } = writer;
    await until('the client writes again', () => writer.count > count + 50);
    expect(await writer.stop()).toMatchObject({ lost: [] });

    // Another password: who is connected goes on.
    const connected = Writer.with(clientOptions(await connectionOf(group)), 'connected');
    await until('the client writes', () => connected.count > 50);
    await group.write(topology(image, given));
    const changed = await group.run(['up'], { env: { PASSWORD: NEW_PASSWORD } });
    expect(changed.code, changed.stderr).toBe(0);
    const then = connected.count;
    await until('the client writes on', () => connected.count > then + 50);
    expect(await connected.stop()).toMatchObject({ lost: [], interruptions: 0 });
    expect((await connectionOf(group)).redis?.password).toBe(NEW_PASSWORD);
    await canWrite(group);

    // What the nodes have written into their files is what they need.
    const restarted = await group.run(['restart', '--all']);
    expect(restarted.code, restarted.stderr).toBe(0);
    await healthy(group);
    await canWrite(group);
  });
});
