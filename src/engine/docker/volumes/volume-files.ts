/**
 * Files in volumes, by the engine's archive API: through a container that mounts them all and is
 * never started. It carries the group's label, so that what a killed `up` leaves of it is found.
 */

import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { extract, type Headers, pack } from 'tar-stream';
import { MOST_CONF_BYTES } from '../../../config/conf.js';
import { RsentinelError } from '../../../errors.js';
import type { Owner } from '../../../model/files.js';
import type { VolumeFiles, VolumeSpec } from '../../engine.js';
import type { EngineCalls } from '../engine-calls.js';
import { statusOf } from '../engine-errors.js';
import { createFromAny } from '../lifecycle.js';
import { NEVER_STARTED } from '../restrictions.js';
import { mount } from './mounts.js';

/** For nobody but the nodes: passwords may stand there, and Redis writes its files anew so that everybody can read them. */
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** Where a volume is mounted. */
function place({ node, holds }: Pick<VolumeSpec, 'node' | 'holds'>): string {
  return `/${holds}/${node}`;
}

/**
 * @param labels of the container
 * @param owner of the files
 */
export async function openVolumeFiles(
  calls: EngineCalls,
  image: string,
  volumes: readonly Pick<VolumeSpec, 'name' | 'node' | 'holds'>[],
  labels: Readonly<Record<string, string>>,
  owner: Owner,
): Promise<VolumeFiles> {
  const options = (from: string): Dockerode.ContainerCreateOptions => ({
    Image: from,
    Cmd: ['true'],
    User: `${owner.uid}:${owner.gid}`,
    Labels: labels,
    HostConfig: {
      ...NEVER_STARTED,
      // Whom a volume belongs to is written into the directory above it.
      ReadonlyRootfs: false,
      Mounts: volumes.map((volume) => mount('volume', volume.name, place(volume))),
    },
  });
  const container = await createFromAny(calls, image, options).catch((error: unknown) => {
    throw calls.wrap(error, 'create a container to reach the volumes');
  });
  if (container === null) {
    const message = `the volumes of the group are reached through a container, and the engine has no image to make one of`;
    throw new RsentinelError('IMAGE_UNAVAILABLE', message, {
      hint: `Pull the image (docker pull ${image}), and run the command again.`,
    });
  }
  return new ContainerFiles(calls, container);
}

function unusable(path: string, why: string): RsentinelError {
  return new RsentinelError(
    'DIRECTORY_UNUSABLE',
    `${path} in the volumes of the group cannot be read: ${why}`,
    {
      hint: 'Remove it, or the group with `rsentinel down --volumes`.',
    },
  );
}

/** What the engine says of a path; `mode` as Go's os.FileMode. */
interface PathStat {
  readonly size: number;
  readonly mtime: string;
  readonly mode: number;
}

const MODE = { directory: 1 << 31, link: 1 << 27 } as const;

function dataPath(node: string, path: string): string {
  return `${place({ node, holds: 'data' })}/${path}`;
}

class ContainerFiles implements VolumeFiles {
  readonly #calls: EngineCalls;
  readonly #container: Dockerode.Container;

  constructor(calls: EngineCalls, container: Dockerode.Container) {
    this.#calls = calls;
    this.#container = container;
  }

  async read(node: string, file: string): Promise<string | null> {
    const path = `${place({ node, holds: 'conf' })}/${file}`;
    let text: string | null = null;
    await this.#eachEntry(path, async (header, content) => {
      // What stands there is the node's to write: it may be a link, a directory with anything in it, or endless.
      if (header.type !== 'file') throw unusable(path, `it is no file, but of the kind ${header.type}`);
      if ((header.size ?? 0) > MOST_CONF_BYTES) {
        throw unusable(path, `it is longer than ${MOST_CONF_BYTES / 1024} KiB`);
      }
      const chunks: Buffer[] = [];
      for await (const chunk of content) chunks.push(chunk as Buffer);
      text = Buffer.concat(chunks).toString('utf8');
      return 'enough';
    });
    return text;
  }

  async statData(node: string, path: string) {
    const stat = await this.#statData(node, path);
    return stat === null ? null : { size: stat.size, changedAt: Date.parse(stat.mtime) };
  }

  /** @returns null: there is nothing, or the mark in the place of a file that was set aside */
  async #statData(node: string, path: string): Promise<PathStat | null> {
    const whole = dataPath(node, path);
    try {
      const answer = await this.#container.infoArchive({ path: whole });
      // A stream without content, which would keep the process alive.
      (answer as NodeJS.ReadableStream & { destroy(): void }).destroy();
      const { headers } = answer as unknown as { readonly headers: Readonly<Record<string, string>> };
      const text = Buffer.from(headers['x-docker-container-path-stat'] ?? '', 'base64').toString('utf8');
      const stat = JSON.parse(text) as PathStat;
      return (stat.mode & MODE.link) === 0 ? stat : null;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw this.#calls.wrap(error, `look at ${whole} in the volumes`);
    }
  }

  async listData(node: string, path: string): Promise<readonly string[]> {
    const stat = await this.#statData(node, path);
    if (stat === null) return [];
    if ((stat.mode & MODE.directory) === 0) return [path];
    const found: string[] = [];
    await this.#eachEntry(dataPath(node, path), ({ name, type }) => {
      if (type === 'file') found.push(`${path}/${name.slice(name.indexOf('/') + 1)}`);
      return Promise.resolve('more');
    });
    return found;
  }

  /**
   * An engine renames nothing in a volume, but it unpacks links: a hard link keeps the content by another name, and a symbolic link that
   * leads nowhere takes the place of the file. A server finds no file there, and replaces the link when it saves.
   */
  async setDataAside(node: string, paths: readonly string[], suffix: string, owner: Owner): Promise<void> {
    const archive = pack();
    for (const path of paths) {
      const linkname = `${path.slice(path.lastIndexOf('/') + 1)}.none`;
      archive.entry({ name: path + suffix, type: 'link', linkname: path, ...owner });
      archive.entry({ name: path, type: 'symlink', linkname, ...owner });
    }
    await this.#put(place({ node, holds: 'data' }), archive);
  }

  async bringDataBack(node: string, paths: readonly string[], suffix: string, owner: Owner): Promise<void> {
    const archive = pack();
    let isEmpty = true;
    for (const path of paths) {
      if ((await this.#statData(node, path)) !== null) continue;
      isEmpty = false;
      archive.entry({ name: path, type: 'link', linkname: path + suffix, ...owner });
    }
    if (!isEmpty) await this.#put(place({ node, holds: 'data' }), archive);
  }

  async readData(node: string, path: string, offset: number, length: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    await this.#eachEntry(dataPath(node, path), async (header, content) => {
      if (header.type !== 'file') return 'enough';
      let at = 0;
      // Not by iterating: leaving the loop would destroy the stream, which counts as a failure of the archive.
      await new Promise<void>((resolve, reject) => {
        content.on('data', (bytes: Buffer) => {
          chunks.push(bytes.subarray(Math.max(0, offset - at), Math.max(0, offset + length - at)));
          at += bytes.length;
          if (at >= offset + length) resolve();
        });
        content.once('end', resolve);
        content.once('error', reject);
      });
      return 'enough';
    });
    return Buffer.concat(chunks);
  }

  async write(node: string, file: string, text: string, owner: Owner): Promise<void> {
    const archive = pack();
    archive.entry({ name: '.', type: 'directory', mode: DIRECTORY_MODE, ...owner });
    archive.entry({ name: file, mode: FILE_MODE, ...owner }, text);
    await this.#put(place({ node, holds: 'conf' }), archive);
  }

  /**
   * A new volume belongs to root. Docker takes the owner of a mounted directory from an entry of the
   * directory above it; Podman, which looks into volumes only, from `write`, or from the user of
   * the first container that uses the volume.
   */
  async own(volumes: readonly Pick<VolumeSpec, 'node' | 'holds'>[], owner: Owner): Promise<void> {
    const archive = pack();
    for (const volume of volumes) {
      archive.entry({
        name: place(volume).slice(1),
        type: 'directory',
        mode: DIRECTORY_MODE,
        ...owner,
      });
    }
    await this.#put('/', archive);
  }

  async close(): Promise<void> {
    try {
      await this.#calls.timed('remove the container to reach the volumes', () =>
        this.#container.remove({ force: true, v: true }),
      );
    } catch (error) {
      if (statusOf(error) !== 404) throw this.#calls.wrap(error, 'remove a container');
    }
  }

  async #put(path: string, archive: ReturnType<typeof pack>): Promise<void> {
    archive.finalize();
    // As a whole, with its length: small, and never half there.
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    await this.#calls.call(`write into ${path} of the volumes`, () =>
      this.#container.putArchive(Buffer.concat(chunks), { path }),
    );
  }

  /** Reads entries until the visitor has seen enough; a path that does not exist has none. */
  async #eachEntry(
    path: string,
    visit: (header: Headers, content: Readable) => Promise<'more' | 'enough'>,
  ): Promise<void> {
    const call = `read ${path} of the volumes`;
    let archive: Readable;
    try {
      archive = (await this.#calls.timed(call, () => this.#container.getArchive({ path }))) as Readable;
    } catch (error) {
      if (statusOf(error) === 404) return;
      throw this.#calls.wrap(error, call);
    }
    await new Promise<void>((resolve, reject) => {
      const entries = extract();
      const fail = (error: unknown): void => {
        archive.destroy();
        reject(error instanceof RsentinelError ? error : this.#calls.wrap(error, call));
      };
      entries.on('entry', (header, content, next) => {
        visit(header, content as unknown as Readable).then((more) => {
          if (more === 'more') {
            content.on('end', next);
            content.resume();
            return;
          }
          // What is still to come may be a whole data set.
          archive.unpipe(entries);
          archive.destroy();
          resolve();
        }, fail);
      });
      entries.once('finish', resolve);
      entries.once('error', fail);
      archive.once('error', fail);
      archive.pipe(entries);
    });
  }
}
