/** Clients of a group, as applications use them, and single questions to single nodes. */
import { Redis } from 'ioredis';
import { createSentinel } from 'redis';
import type { Address } from '../../src/model/address.js';
import type { GroupReport } from '../../src/model/report/group-report.js';

/** What both libraries can do by way of the sentinels. */
export interface Client extends AsyncDisposable {
  set(key: string, value: string): Promise<void>;
  /** From the master. */
  get(key: string): Promise<string | null>;
  /** From a replica that the sentinels name, which says itself that it is one. */
  getFromReplica(key: string): Promise<string | null>;
}

/** ms after which a single attempt at a command counts as failed. */
const ATTEMPT = 5_000;

function sentinelsOf(report: GroupReport): Address[] {
  return report.sentinels.map(({ address }) => ({ ...address }));
}

function masterNameOf({ masterName }: GroupReport): string {
  if (masterName === null) throw new Error('the report names no master');
  return masterName;
}

/** `ioredis`, with its defaults. */
export async function connectIoredis(report: GroupReport): Promise<Client> {
  const open: Redis[] = [];
  const connect = (role: 'master' | 'slave'): Redis => {
    const connection = new Redis({ sentinels: sentinelsOf(report), name: masterNameOf(report), role });
    // While the master is down it reports every attempt; what matters is whether commands succeed.
    connection.on('error', () => {});
    open.push(connection);
    return connection;
  };
  const master = connect('master');
  await master.ping();
  return {
    set: async (key, value) => {
      await within(master.set(key, value));
    },
    get: (key) => within(master.get(key)),
    getFromReplica: async (key) => {
      const replica = connect('slave');
      const [role] = (await within(replica.role())) as [string];
      if (role !== 'slave') throw new Error(`the sentinels sent a reader to a ${role}`);
      return within(replica.get(key));
    },
    [Symbol.asyncDispose]: async () => {
      for (const connection of open) connection.disconnect();
    },
  };
}

/** `createSentinel` of `redis`, which reads from all nodes. */
export async function connectRedis(report: GroupReport): Promise<Client> {
  const options = { name: masterNameOf(report), sentinelRootNodes: sentinelsOf(report) };
  const open: { destroy(): unknown }[] = [];
  const connect = async (replicaPoolSize: number) => {
    const client = createSentinel({ ...options, replicaPoolSize });
    client.on('error', () => {});
    open.push(client);
    await client.connect();
    return client;
  };
  const master = await connect(0);
  return {
    set: async (key, value) => {
      await within(master.set(key, value));
    },
    get: (key) => within(master.get(key)),
    getFromReplica: async (key) => {
      const reader = await connect(1);
      // It takes the nodes in turn, and the master is one of them: a whole round has a replica in it.
      for (let turn = 0; turn <= report.redis.length; turn += 1) {
        const reply = await within(reader.sendCommand(true, ['INFO', 'replication']));
        if (!String(reply).includes('role:slave')) continue;
        return String(await within(reader.sendCommand(true, ['GET', key])));
      }
      throw new Error('no read went to a replica');
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of open) client.destroy();
    },
  };
}

async function within<T>(reply: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no reply in time')), ATTEMPT);
  });
  try {
    return await Promise.race([reply, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One command to one node, over a connection of its own. */
export async function ask(at: Address, command: string, ...args: readonly string[]): Promise<unknown> {
  const connection = new Redis({
    ...at,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    commandTimeout: ATTEMPT,
    protocol: 2,
  });
  connection.on('error', () => {});
  try {
    await connection.connect();
    return await connection.call(command, ...args);
  } finally {
    connection.disconnect();
  }
}

/** A section of a node's INFO, field by field. */
export async function info(at: Address, section: string): Promise<ReadonlyMap<string, string>> {
  const lines = String(await ask(at, 'INFO', section)).split('\r\n');
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, field, value] = /^([^#:][^:]*):(.*)$/.exec(line) ?? [];
      return field === undefined || value === undefined ? [] : [[field, value]];
    }),
  );
}
