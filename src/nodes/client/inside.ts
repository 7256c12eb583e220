/**
 * Asks the server of a container by the command line client of its image, from inside of the container: a node that is cut off from the
 * group's network can be reached in no other way.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Engine, ObservedMember, Program } from '../../engine/engine.js';
import type { Credentials } from '../../model/credentials/credentials.js';
import { NODE_FILES } from '../../model/credentials/group-tls.js';
import { DEFAULT_USER } from '../../model/credentials/logins.js';
import type { Command } from './connection.js';

/** ms for one reply. */
const PATIENCE = 2_000;
/** The client's names in the images of Redis and Valkey. */
const CLIENTS = ['redis-cli', 'valkey-cli'] as const;
/** Where a node finds its configuration inside its container. */
const CONF = '/conf';

/** A client that runs beside a server. */
export class InsideClient {
  readonly #program: Program;
  #lines = 0;

  private constructor(program: Program) {
    this.#program = program;
  }

  /**
   * Starts the client of the image and logs in.
   * @returns null: the image has no client, or the server does not answer it
   */
  static async open(
    { id, address, control }: Pick<ObservedMember, 'id' | 'address' | 'control'>,
    credentials: Credentials,
    engine: Engine,
  ): Promise<InsideClient | null> {
    if (address === null || control === null) return null;
    const tls = control.tls
      ? [
          '--tls',
          '--cacert',
          `${CONF}/${NODE_FILES.authority}`,
          '--cert',
          `${CONF}/${NODE_FILES.certificate}`,
        ]
      : [];
    const key = control.tls ? ['--key', `${CONF}/${NODE_FILES.key}`] : [];
    for (const client of CLIENTS) {
      try {
        const program = await engine.runInside(id, [client, '-p', String(address.port), ...tls, ...key]);
        const inside = new InsideClient(program);
        if (await inside.#enter(credentials)) return inside;
        inside.close();
      } catch {
        // The image has no program of that name.
      }
    }
    return null;
  }

  async #enter({ redis }: Credentials): Promise<boolean> {
    for (const { user, password } of redis) {
      const words = user === DEFAULT_USER ? [password.reveal()] : [user, password.reveal()];
      if ((await this.ask(['AUTH', ...words])) === 'OK') break;
    }
    return (await this.ask(['PING'])) === 'PONG';
  }

  /**
   * Sends one command and returns the text of its reply, an error's too; several lines of INFO as they are.
   * @throws Error when there is no reply in time, or the client has ended
   */
  async ask(command: Command): Promise<string> {
    this.#lines += 1;
    const mark = `rsentinel-${this.#lines}`;
    this.#program.write(command.map(quoted).join(' '));
    // A reply has any number of lines, and this ends it.
    this.#program.write(`ECHO ${mark}`);
    const deadline = delay(PATIENCE, 'late' as const, { ref: false });
    const reply: string[] = [];
    for (;;) {
      const next = await Promise.race([this.#program.lines.next(), deadline]);
      if (next === 'late') throw new Error('it does not answer the client in its container');
      if (next.done === true) throw new Error('the client in its container has ended');
      if (next.value === mark) return reply.join('\n').trim();
      reply.push(next.value);
    }
  }

  close(): void {
    this.#program.end();
  }
}

/** As the client reads words: everything that is not plain by its code. */
function quoted(word: string): string {
  if (/^[\w:.-]+$/.test(word)) return word;
  const bytes = [...Buffer.from(word)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`);
  return `"${bytes.join('')}"`;
}
