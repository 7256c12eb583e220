/** As much of a sentinel as somebody who listens needs: it takes subscriptions, publishes, and can fall silent. */

import { createServer, type Server, type Socket } from 'node:net';
import { endpointAt } from '../../../src/model/address.js';
import type { AskedNode } from '../../../src/model/group-nodes.js';

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

export class FakeSentinel {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isSilent = false;
  /** Subscriptions that it has confirmed. */
  subscriptions = 0;
  /** What it was told while it was silent. */
  ignored = 0;

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('data', (data) => {
        if (this.#isSilent) {
          this.ignored += 1;
          return;
        }
        if (/psubscribe/i.test(String(data))) {
          this.subscriptions += 1;
          socket.write(`*3\r\n${bulk('psubscribe')}${bulk('*')}:1\r\n`);
        }
        if (/ping/i.test(String(data))) socket.write(`*2\r\n${bulk('pong')}${bulk('')}`);
      });
    });
  }

  static async start(): Promise<FakeSentinel> {
    const sentinel = new FakeSentinel();
    await new Promise<void>((resolve) => {
      sentinel.#server.listen(0, '127.0.0.1', resolve);
    });
    return sentinel;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** What it is called, and where it is. */
  target(name: string): AskedNode {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return { name, control: endpointAt({ host: '127.0.0.1', port: address.port }, 'sentinel', false) };
  }

  /** In one burst. */
  publish(...events: readonly (readonly [type: string, message: string])[]): void {
    const text = events.map(
      ([type, message]) => `*4\r\n${bulk('pmessage')}${bulk('*')}${bulk(type)}${bulk(message)}`,
    );
    for (const socket of this.#sockets) socket.write(text.join(''));
  }

  /** Its connections stay open, and nothing comes of them any more; new ones are served. */
  fallSilent(): void {
    this.#isSilent = true;
  }

  speak(): void {
    this.#isSilent = false;
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
