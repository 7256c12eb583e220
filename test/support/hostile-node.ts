/** A server in the place of a node: whoever connects, and whatever is asked, it does as it was told. */

import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { endpointAt } from '../../src/model/address.js';
import type { AskedNode } from '../../src/model/group-nodes.js';

export type Act =
  | { readonly kind: 'say'; readonly bytes: Uint8Array }
  /** ms */
  | { readonly kind: 'wait'; readonly ms: number }
  /** Until whoever listens has enough. */
  | { readonly kind: 'say-for-ever'; readonly bytes: Uint8Array }
  | { readonly kind: 'hang-up' };

export const say = (text: string): Act => ({ kind: 'say', bytes: Buffer.from(text, 'latin1') });

export class HostileNode {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** To be done with every connection. */
  #acts: readonly Act[] = [];
  /** `asked`: once something was asked; `connected`: at once. */
  #when: 'asked' | 'connected' = 'asked';

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
      const [acts, when] = [this.#acts, this.#when];
      if (when === 'connected') {
        socket.resume();
        void this.#play(socket, acts);
        return;
      }
      socket.once('data', () => {
        socket.resume();
        void this.#play(socket, acts);
      });
    });
  }

  static async start(): Promise<HostileNode> {
    const node = new HostileNode();
    await new Promise<void>((resolve) => {
      node.#server.listen(0, '127.0.0.1', resolve);
    });
    return node;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  target(name: string): AskedNode {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('it does not listen');
    return { name, control: endpointAt({ host: '127.0.0.1', port: address.port }, 'sentinel', false) };
  }

  will(acts: readonly Act[], when: 'asked' | 'connected' = 'asked'): void {
    this.#acts = acts;
    this.#when = when;
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #play(socket: Socket, acts: readonly Act[]): Promise<void> {
    for (const act of acts) {
      if (socket.destroyed) return;
      if (act.kind === 'wait') await delay(act.ms);
      else if (act.kind === 'hang-up') socket.destroy();
      else if (act.kind === 'say') socket.write(act.bytes);
      else await flood(socket, act.bytes);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

/** As fast as it is taken. */
async function flood(socket: Socket, bytes: Uint8Array): Promise<void> {
  while (!socket.destroyed && bytes.length > 0) {
    if (socket.write(bytes)) await delay(0);
    else {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', () => resolve());
      });
    }
  }
}
