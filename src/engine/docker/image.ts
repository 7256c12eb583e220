/** Images: pulling them, and finding the server in them. */

import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { RsentinelError } from '../../errors.js';
import type { Listener } from '../../model/events.js';
import type { Owner } from '../../model/files.js';
import { type ServerFacts, serverFacts } from '../../model/server-version.js';
import { messageOf } from './engine-errors.js';
import { NEVER_STARTED, NOBODY } from './restrictions.js';

interface PullProgress {
  readonly status?: string;
  readonly error?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** How much of all layers has been downloaded, as far as their sizes are known. */
class DownloadProgress {
  readonly #layers = new Map<string, { readonly current: number; readonly total: number }>();

  /** @returns 0–100; undefined where the entry does not concern the download */
  percent({ id, status, progressDetail }: PullProgress): number | undefined {
    if (id === undefined || status !== 'Downloading') return undefined;
    const { current, total } = progressDetail ?? {};
    if (current === undefined || total === undefined || total === 0) return undefined;
    this.#layers.set(id, { current, total });
    const layers = [...this.#layers.values()];
    const sum = (of: 'current' | 'total'): number => layers.reduce((before, layer) => before + layer[of], 0);
    return Math.floor((100 * sum('current')) / sum('total'));
  }
}

/** @throws RsentinelError IMAGE_UNAVAILABLE; the signal's reason when it is aborted */
export async function pullImage(
  docker: Dockerode,
  image: string,
  emit: Listener,
  signal: AbortSignal,
): Promise<void> {
  try {
    signal.throwIfAborted();
    const stream = await docker.pull(image, { abortSignal: signal });
    await new Promise<void>((resolve, reject) => {
      const progress = new DownloadProgress();
      docker.modem.followProgress(
        stream,
        (error, output: PullProgress[] | null) => {
          const failed = output?.find((entry) => entry.error !== undefined);
          if (error) reject(error);
          else if (failed) reject(new Error(failed.error));
          else resolve();
        },
        (entry: PullProgress) => {
          emit({
            type: 'pull-progress',
            image,
            status: entry.status ?? '',
            percent: progress.percent(entry),
          });
        },
      );
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new RsentinelError(
      'IMAGE_UNAVAILABLE',
      `the image ${image} is not on the engine and cannot be pulled`,
      {
        details: [messageOf(cause)],
        hint: `Check the name and the engine’s access to the registry, or set \`image\` to one that is there (\`docker images\`).`,
        cause,
      },
    );
  }
}

export type ImageConfig = Dockerode.ImageInspectInfo['Config'];

const SERVERS = ['redis-server', 'valkey-server'] as const;

/** What an image's own description tells: official images name the server in Cmd. */
function namedServer(config: ImageConfig): string | undefined {
  const words = [config.Cmd ?? [], config.Entrypoint ?? []].flat().map((word) => word.split('/').at(-1));
  return SERVERS.find((server) => words.includes(server));
}

/** Looks for the server on the image's PATH, in a container that is never started. */
async function searchedServer(
  docker: Dockerode,
  image: string,
  path: string,
  labels: Record<string, string>,
): Promise<string | undefined> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: [SERVERS[0]],
    User: NOBODY,
    Labels: labels,
    HostConfig: NEVER_STARTED,
  });
  try {
    for (const server of SERVERS) {
      for (const directory of path.split(':')) {
        // What it answers is a stream without content, which would keep the process alive.
        const found = await container.infoArchive({ path: `${directory}/${server}` }).then(
          (answer) => {
            (answer as Readable).destroy();
            return true;
          },
          () => false,
        );
        if (found) return server;
      }
    }
    return undefined;
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/**
 * The name of the server in an image that is on the engine.
 * @param config of the image, as the engine tells it
 * @param labels for the container that is made where the image does not tell
 * @throws RsentinelError IMAGE_UNSUITABLE when there is none
 */
export async function findServer(
  docker: Dockerode,
  image: string,
  config: ImageConfig,
  labels: Record<string, string>,
): Promise<string> {
  const path = /^PATH=(.*)$/m.exec((config.Env ?? []).join('\n'))?.[1] ?? DEFAULT_PATH;
  const server = namedServer(config) ?? (await searchedServer(docker, image, path, labels));
  if (server !== undefined) return server;
  throw new RsentinelError(
    'IMAGE_UNSUITABLE',
    `the image ${image} has neither ${SERVERS.join(' nor ')} on its PATH`,
    {
      hint: 'Use an image of Redis (6.0 or newer) or Valkey, for example redis:8.',
    },
  );
}

/**
 * What the server in an image is.
 * @param owner the user that nodes run as
 * @throws RsentinelError IMAGE_UNSUITABLE
 */
export async function serverOfImage(
  docker: Dockerode,
  image: string,
  config: ImageConfig,
  { uid, gid }: Owner,
  labels: Record<string, string>,
): Promise<ServerFacts> {
  const [, product, named] = /^(REDIS|VALKEY)_VERSION=(.*)$/m.exec((config.Env ?? []).join('\n')) ?? [];
  const told = named === undefined ? null : serverFacts(product === 'VALKEY' ? 'valkey' : 'redis', named);
  if (told !== null) return told;
  const server = await findServer(docker, image, config, labels);
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: [server],
    Cmd: ['--version'],
    User: `${uid}:${gid}`,
    Labels: labels,
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 16,
    },
  });
  try {
    await container.start();
    await container.wait();
    const said = (await container.logs({ stdout: true, follow: false })).toString('utf8');
    const [, version = ''] = /\bv=(\d+\.\d+)/.exec(said) ?? [];
    const facts = serverFacts(/valkey/i.test(said) ? 'valkey' : 'redis', version);
    if (facts !== null) return facts;
  } finally {
    await container.remove({ force: true, v: true });
  }
  throw new RsentinelError('IMAGE_UNSUITABLE', `${server} in ${image} does not tell its version`, {
    hint: 'Use an image of Redis (6.0 or newer) or Valkey, for example redis:8.',
  });
}

/** What Docker gives a container whose image sets no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
