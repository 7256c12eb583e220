/**
 * The engine as it would be if nobody else used it: a socket that hands every request on, and leaves
 * out of the lists what does not belong to the given groups. For commands that are about all groups
 * of an engine: they must not touch those of others.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from './group.js';

export interface EngineWindow extends AsyncDisposable {
  /** For the command line: `DOCKER_HOST`. */
  readonly env: Readonly<Record<string, string>>;
}

const LISTS = /^(?:\/v[\d.]+)?\/(?:containers\/json|networks|volumes)(?:\?|$)/;

/** @param prefix with which the names of the groups begin that are to be seen */
export async function engineWindow(prefix: string): Promise<EngineWindow> {
  const directory = await mkdtemp(join(tmpdir(), 'rsentinel-window-'));
  const socket = join(directory, 'docker.sock');
  const address = await engineAddress();
  const server = createServer((incoming, outgoing) => forward(address, prefix, incoming, outgoing));
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  return {
    env: { DOCKER_HOST: `unix://${socket}` },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function forward(
  address: EngineAddress,
  prefix: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  const { method, headers, url = '' } = incoming;
  const onward = request({ ...address, method, path: url, headers }, (answer) => {
    if (method === 'GET' && LISTS.test(url)) {
      void text(answer).then((json) => {
        outgoing.writeHead(answer.statusCode ?? 500, { 'content-type': 'application/json' });
        outgoing.end(JSON.stringify(filtered(JSON.parse(json), prefix)));
      });
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

/** As the client of the tests finds it: without DOCKER_HOST it looks for the socket, which takes a moment. */
async function engineAddress(): Promise<EngineAddress> {
  const { socketPath, host, port } = docker.modem as unknown as {
    socketPath?: string | (() => Promise<string>);
    host: string;
    port: number;
  };
  if (socketPath === undefined) return { host, port };
  return { socketPath: typeof socketPath === 'string' ? socketPath : await socketPath() };
}

type EngineAddress = { readonly socketPath: string } | { readonly host: string; readonly port: number };

interface Labelled {
  readonly Labels?: Readonly<Record<string, string>> | null;
}

function filtered(
  list: readonly Labelled[] | { readonly Volumes?: readonly Labelled[] | null },
  prefix: string,
) {
  const isSeen = ({ Labels }: Labelled): boolean =>
    Labels?.['io.rsentinel.group']?.startsWith(prefix) === true;
  if (!('Volumes' in list)) return (list as readonly Labelled[]).filter(isSeen);
  return { ...list, Volumes: (list.Volumes ?? []).filter(isSeen) };
}

async function text(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
