/** Connections to nodes: who does not answer now may do so later. */
import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { endpointAt } from '../../../src/model/address.js';
import { credentialsOf } from '../../../src/model/credentials/credentials.js';
import { Connections } from '../../../src/nodes/client/connection.js';
import { EventChannel } from '../../../src/nodes/events/event-channel.js';
import { accessOf, ONE_PASSWORD, USERS_OF_THEIR_OWN } from '../access/logins-of.js';

/** As much of a node as somebody who logs in needs. */
class FakeNode {
  readonly said: string[] = [];
  isPaused = false;
  /** What it says to AUTH. */
  reply = '+OK\r\n';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', (data) => {
        for (const [, command = ''] of String(data).matchAll(/\*\d+\r\n((?:\$\d+\r\n[^\r]*\r\n)+)/g)) {
          const words = command.split('\r\n').filter((_, index) => index % 2 === 1);
          if (this.isPaused) continue;
          this.said.push(words.join(' '));
          socket.write(/^auth$/i.test(words[0] ?? '') ? this.reply : '+PONG\r\n');
        }
      });
    });
  }

  static async start(): Promise<FakeNode> {
    const node = new FakeNode();
    await new Promise<void>((resolve) => {
      node.#server.listen(0, '127.0.0.1', resolve);
    });
    return node;
  }

  get endpoint() {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return endpointAt({ host: '127.0.0.1', port: address.port }, 'redis', false);
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

let node: FakeNode;
let connections: Connections;
afterEach(() => {
  connections.close();
  node.stop();
});

async function begin(...sets: Parameters<typeof credentialsOf>[0]): Promise<void> {
  node = await FakeNode.start();
  connections = new Connections(credentialsOf(sets));
}

const ping = () => connections.query(node.endpoint, [['PING']]);
const PONG = [{ ok: true, value: 'PONG' }];

describe('a connection', () => {
  it('logs in once, as the user that is known', async () => {
    await begin(accessOf('acl', USERS_OF_THEIR_OWN));
    expect(await ping()).toEqual(PONG);
    expect(await ping()).toEqual(PONG);
    expect(node.said).toEqual(['AUTH rsentinel pw-admin', 'PING', 'PING']);
  });

  it('logs in without a name where there are no users: Redis 6.0’s Sentinel knows none', async () => {
    await begin(accessOf('password', ONE_PASSWORD));
    expect(await ping()).toEqual(PONG);
    expect(node.said).toEqual(['AUTH pw-redis', 'PING']);
  });

  it('tries the former password where the present one is refused', async () => {
    await begin(accessOf('acl', USERS_OF_THEIR_OWN), accessOf('password', ONE_PASSWORD));
    node.reply = '-WRONGPASS invalid username-password pair\r\n';
    await ping();
    expect(node.said).toEqual(['AUTH rsentinel pw-admin', 'AUTH pw-redis', 'PING']);
  });

  it('to a node that was paused is made anew when it goes on', async () => {
    await begin(accessOf('acl', USERS_OF_THEIR_OWN));
    node.isPaused = true;
    await expect(ping()).rejects.toThrow('timed out');
    node.isPaused = false;
    expect(await ping()).toEqual(PONG);
  });
});

describe('what goes wrong with a login', () => {
  it('is told without the password, wherever one looks', async () => {
    const access = accessOf('acl', USERS_OF_THEIR_OWN);
    await begin(access);
    node.reply = '-WRONGPASS invalid username-password pair\r\n';
    const target = { name: 'redis-1', control: node.endpoint };
    const failed = await EventChannel.open([target], credentialsOf([access]), () => {}).catch(
      (error: unknown) => error,
    );
    expect(failed).toBeInstanceOf(Error);
    expect(inspect(failed, { depth: 12, showHidden: true })).not.toContain('pw-admin');
    node.isPaused = true;
    const silent = await connections.query(node.endpoint, [['PING']]).catch((error: unknown) => error);
    expect(silent).toBeInstanceOf(Error);
    expect(inspect(silent, { depth: 12, showHidden: true })).not.toContain('pw-admin');
  });
});
