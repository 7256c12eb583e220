/** Clients on this machine use the group through its sentinels, by the addresses these hand out. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GroupReport } from '../../src/model/report/group-report.js';
import { ask, connectIoredis, connectRedis } from '../support/clients.js';
import { testGroup } from '../support/group.js';

const EXAMPLE = fileURLToPath(new URL('../../topology.example.yaml', import.meta.url));

let report: GroupReport;

beforeAll(async () => {
  const group = await testGroup('clients', await readFile(EXAMPLE, 'utf8'));
  await group.up();
  ({ report } = await group.status());
});

describe.each([
  ['ioredis', connectIoredis],
  ['createSentinel of redis', connectRedis],
])('%s', (library, connect) => {
  it('writes to the master that the sentinels name', async () => {
    await using client = await connect(report);
    await client.set(`${library}:a`, 'written');
    expect(await client.get(`${library}:a`)).toBe('written');
    expect(report.master?.address).toEqual({ host: '127.0.0.1', port: 6379 });
    expect(await ask({ host: '127.0.0.1', port: 6379 }, 'GET', `${library}:a`)).toBe('written');
  });

  it('reads it back from a replica that the sentinels name', async () => {
    await using client = await connect(report);
    await client.set(`${library}:b`, 'replicated');
    await expect.poll(() => client.getFromReplica(`${library}:b`), { timeout: 20_000 }).toBe('replicated');
  });
});

it('every sentinel hands out the same master, by the master name of the file', async () => {
  for (const { address } of report.sentinels) {
    expect(await ask(address, 'SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster')).toEqual([
      '127.0.0.1',
      '6379',
    ]);
  }
});

it('every replica that a sentinel hands out answers at that address, and refuses to be written to', async () => {
  for (const { address } of report.sentinels) {
    const replicas = (await ask(address, 'SENTINEL', 'REPLICAS', 'mymaster')) as string[][];
    const ports = replicas.map((fields) => Number(fields[fields.indexOf('port') + 1]));
    expect(ports.sort()).toEqual([6380, 6381]);
    for (const port of ports) {
      await expect(ask({ host: '127.0.0.1', port }, 'SET', 'a', 'b')).rejects.toThrow(/READONLY/);
    }
  }
});
