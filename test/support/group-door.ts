/** How a program finds the master of a group whose passwords, certificates and sentinels change under it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { Address } from '../../src/model/address.js';
import type { ClientLogin } from '../../src/model/report/connection-report.js';
import type { TestGroup } from './group.js';
import { PlainConnection } from './plain-connection.js';

/** A way to enter: one of several while passwords or certificates are changed. */
interface Way {
  readonly trust: ConnectionOptions | undefined;
  readonly redis: ClientLogin | null;
  readonly sentinel: ClientLogin | null;
}

export class GroupDoor {
  readonly #group: TestGroup;
  /** The one that has led to the master last. */
  #last: Way | null = null;

  constructor(group: TestGroup) {
    this.#group = group;
  }

  /**
   * Asks the sentinels for the master and connects to it, as client libraries do: what it says of itself has to agree.
   * @throws Error when there is no way to it at the moment
   */
  async master(): Promise<PlainConnection> {
    const sentinels = await this.#sentinels();
    for (const way of await this.#ways()) {
      for (const sentinel of sentinels) {
        const master = await this.#ask(sentinel, way).catch(() => null);
        const connection = master && (await enter(master, way.trust, way.redis).catch(() => null));
        if (!connection) continue;
        const [role] = (await connection.call(['ROLE']).catch(() => [])) as readonly string[];
        if (role === 'master') {
          this.#last = way;
          return connection;
        }
        connection.close();
      }
    }
    throw new Error('no sentinel leads to a master');
  }

  /** A connection to a certain node. */
  async node(address: Address): Promise<PlainConnection> {
    let last: unknown;
    for (const way of await this.#ways()) {
      try {
        return await enter(address, way.trust, way.redis);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  }

  async #ask(sentinel: Address, way: Way): Promise<Address> {
    const connection = await enter(sentinel, way.trust, way.sentinel);
    try {
      const reply = await connection.call(['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'mymaster'], 1_000);
      const [host, port] = reply as readonly string[];
      return { host: host ?? '', port: Number(port) };
    } finally {
      connection.close();
    }
  }

  /** Where the sentinels are, by what their files say that they announce. */
  async #sentinels(): Promise<readonly Address[]> {
    const nodes = (await readdir(this.#group.nodes)).filter((name) => name.startsWith('sentinel-'));
    const texts = await Promise.all(
      nodes.map((name) => textOf(join(this.#group.nodes, name, 'conf', 'sentinel.conf'))),
    );
    return texts.flatMap((text) => {
      const host = /^sentinel announce-ip "?([\d.]+)/m.exec(text ?? '')?.[1];
      const port = /^sentinel announce-port (\d+)/m.exec(text ?? '')?.[1];
      return host === undefined || port === undefined ? [] : [{ host, port: Number(port) }];
    });
  }

  async #ways(): Promise<readonly Way[]> {
    const folder = join(this.#group.nodes, '.access');
    const [access, ca] = await Promise.all([
      textOf(join(folder, 'access.json')),
      textOf(join(folder, 'ca.crt')),
    ]);
    const stored = access === null ? {} : JSON.parse(access);
    const logins = [stored.present, stored.former].flatMap((set) => (set ? [set.logins] : []));
    const doors = [...logins, { client: null, sentinelClient: null }];
    const trusts = ca === null ? [undefined] : [{ ca }, undefined];
    const ways = trusts.flatMap((trust) =>
      doors.map(({ client, sentinelClient }) => ({ trust, redis: client, sentinel: sentinelClient })),
    );
    return this.#last === null ? ways : [this.#last, ...ways];
  }
}

async function enter(
  address: Address,
  trust: ConnectionOptions | undefined,
  login: ClientLogin | null,
): Promise<PlainConnection> {
  const connection = await PlainConnection.open(address, trust);
  try {
    if (login?.password != null) {
      const user = login.user === 'default' ? [] : [login.user];
      await connection.call(['AUTH', ...user, login.password], 1_000);
    }
    await connection.call(['PING'], 1_000);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function textOf(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}
