/**
 * Connections to an engine over ssh, as the docker command makes them: each is a process of the
 * system's own ssh that runs `docker system dial-stdio` over there. So keys, agent, known hosts and
 * aliases are the user's own, and a host that is not known is refused.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { Agent } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex, type Readable, type Writable } from 'node:stream';
import type { Transport } from './endpoint.js';

type SshTransport = Transport & { readonly kind: 'ssh' };

/** sshd refuses some of many logins that come at once (MaxStartups: from 10). */
const CONNECTIONS = 6;
const CONNECT_SECONDS = 10;

/** What ssh, or the docker command over there, had to say when a connection could not be made. */
export class SshError extends Error {
  override readonly name = 'SshError';
}

/** Arguments of ssh before the command that it is to run. */
export function sshArguments({ host, port, user }: SshTransport): readonly string[] {
  return [
    // Without a question to anyone: several connections are made at once, and mostly nobody is there.
    ...['-T', '-o', 'BatchMode=yes', '-o', `ConnectTimeout=${CONNECT_SECONDS}`],
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    '--',
    host,
  ];
}

/** For http: a connection is kept and used again, and does not keep the process alive meanwhile. */
export class SshAgent extends Agent {
  readonly #transport: SshTransport;

  constructor(transport: SshTransport) {
    super({ keepAlive: true, maxSockets: CONNECTIONS });
    this.#transport = transport;
  }

  override createConnection(): Duplex {
    const words = [...sshArguments(this.#transport), 'docker', 'system', 'dial-stdio'];
    return new ProcessSocket(spawn('ssh', words, { stdio: ['pipe', 'pipe', 'pipe'] }));
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** A process's standard input and output as a socket, as far as http asks for one. */
class ProcessSocket extends Duplex {
  readonly #child: Child;
  #complaint = '';

  constructor(child: Child) {
    super();
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-2_000);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    // What it says itself is told when it ends.
    child.stdin.on('error', () => {});
    child.on('error', (error) => this.destroy(new SshError(`ssh cannot be run: ${error.message}`)));
    child.on('close', (code) => {
      // Only now: an end without a reason would be reported before the reason.
      if (code === 0) this.push(null);
      else this.destroy(new SshError(this.#complaint.trim() || `ssh ended with exit code ${code}`));
    });
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.#child.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#child.kill();
    done(error);
  }

  ref(): this {
    return this.#reference('ref');
  }

  unref(): this {
    return this.#reference('unref');
  }

  #reference(how: 'ref' | 'unref'): this {
    this.#child[how]();
    // Pipes of a child process are sockets.
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) {
      (pipe as unknown as Socket)[how]();
    }
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }
}
