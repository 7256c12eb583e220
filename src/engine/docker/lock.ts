/**
 * The lock of a group on the engine: a container that is made and never started. Making a container
 * is atomic by its name, on Docker and on Podman.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { pack } from 'tar-stream';
import { RsentinelError } from '../../errors.js';
import type { HeldLock, LockHolder, LockOutcome, LockRequest } from '../../model/lock.js';
import { containerName } from '../../spec/build.js';
import { VERSION } from '../../version.js';
import type { EngineCalls } from './engine-calls.js';
import { isNameTaken, messageOf, statusOf } from './engine-errors.js';
import { GROUP_LABEL, LABEL } from './labels.js';
import { createFromAny } from './lifecycle.js';
import { NEVER_STARTED, NOBODY } from './restrictions.js';

/** Role that its label says: it is no member of the group. */
const ROLE = 'lock';
const NAME = 'lock';
/** A file in the lock's file system: its time of change is the number of the last beat. */
const BEAT = 'rsentinel-beat';
/** For a name that is taken by a container that is not there: 5 s. */
const ATTEMPTS = 250;
const BETWEEN_ATTEMPTS = 20;

/** The part that a container's entry in the engine's list and its inspection have in common. */
interface Labelled {
  readonly Labels: Readonly<Record<string, string>>;
}

export function isLock({ Labels }: Labelled): boolean {
  return Labels[LABEL.role] === ROLE;
}

/** From an entry in the engine's list. */
export function listedLock(info: Labelled & { readonly Id: string; readonly Created: number }): HeldLock {
  return {
    id: info.Id,
    holder: readHolder(info.Labels[LABEL.holder] ?? ''),
    since: info.Created,
    directory: info.Labels[LABEL.directory] ?? null,
    file: info.Labels[LABEL.file] ?? null,
  };
}

/** A holder that cannot be read is one of nowhere: only its beats tell whether it is there. */
function readHolder(label: string): LockHolder {
  const nobody = { command: '?', host: '?', machine: '', pid: 0, processStart: null, nonce: '' };
  try {
    return { ...nobody, ...(JSON.parse(label) as Partial<LockHolder>) };
  } catch {
    return nobody;
  }
}

/** @throws RsentinelError NAME_TAKEN */
export async function acquireLock(calls: EngineCalls, request: LockRequest): Promise<LockOutcome> {
  const name = containerName(request.group, NAME);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const id = await create(calls, name, request);
      return id === null ? { kind: 'no-image' } : { kind: 'acquired', id };
    } catch (error) {
      const isTaken = isNameTaken(error);
      const lock = isTaken ? await find(calls, name, request.group) : null;
      if (lock !== null) return { kind: 'held', lock };
      if (!isTaken || attempt === ATTEMPTS) throw calls.wrap(error, `create the container ${name}`);
      // It has been released just now, or is being made: the engine knows the name before the container.
      await delay(BETWEEN_ATTEMPTS);
    }
  }
}

/** @returns its id; null: the engine has no image */
async function create(calls: EngineCalls, name: string, request: LockRequest): Promise<string | null> {
  const made = await createFromAny(calls, request.image, (image) => options(name, image, request));
  return made?.id ?? null;
}

function options(name: string, image: string, { group, holder, directory, file }: LockRequest) {
  return {
    name,
    Image: image,
    // Nothing is ever run, but an engine takes no container without a command.
    Entrypoint: ['lock'],
    User: NOBODY,
    // The beats are a file in it.
    HostConfig: { ...NEVER_STARTED, ReadonlyRootfs: false },
    Labels: {
      [GROUP_LABEL]: group,
      [LABEL.version]: VERSION,
      [LABEL.role]: ROLE,
      [LABEL.holder]: JSON.stringify(holder),
      ...(directory === null ? {} : { [LABEL.directory]: directory }),
      ...(file === null ? {} : { [LABEL.file]: file }),
    },
  };
}

/** @returns null: there is none. @throws RsentinelError NAME_TAKEN when its name is somebody else's */
async function find(calls: EngineCalls, name: string, group: string): Promise<HeldLock | null> {
  try {
    const { Id, Config, Created } = await calls.docker.getContainer(name).inspect();
    if (isLock(Config) && Config.Labels[GROUP_LABEL] === group) {
      return listedLock({ Id, Labels: Config.Labels, Created: Math.floor(Date.parse(Created) / 1000) });
    }
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw calls.wrap(error, `inspect the container ${name}`);
  }
  throw new RsentinelError('NAME_TAKEN', `there is a container ${name} that does not belong to this group`, {
    hint: `Give the group another name than ${group} (\`name\` in the topology file, or -n), or remove that container.`,
  });
}

/**
 * Returns whether a lock is still there. The engine's list is asked: an inspection waits for a beat that is under way, which takes a second
 * and more on a machine that is busy (Docker 20.10 holds the container's mutex while it unpacks an archive).
 */
export async function hasLock(calls: EngineCalls, id: string): Promise<boolean> {
  try {
    const found = await calls.docker.listContainers({ all: true, filters: { id: [id] } });
    return found.some((info) => info.Id === id);
  } catch (error) {
    throw calls.wrap(error, 'look at the lock');
  }
}

export async function lockPulse(calls: EngineCalls, id: string): Promise<string> {
  try {
    const answer = await calls.docker.getContainer(id).infoArchive({ path: `/${BEAT}` });
    // A stream without content, which would keep the process alive.
    (answer as NodeJS.ReadableStream & { destroy(): void }).destroy();
    const { headers } = answer as unknown as { readonly headers: Readonly<Record<string, string>> };
    return headers['x-docker-container-path-stat'] ?? '';
  } catch {
    // There has been no beat yet; or the lock is being removed, which some engines answer with 500.
    return '';
  }
}

export async function beatLock(calls: EngineCalls, id: string, beat: number): Promise<boolean> {
  try {
    const archive = pack();
    archive.entry({ name: BEAT, mtime: new Date(beat * 1000) }, '');
    archive.finalize();
    await calls.docker.getContainer(id).putArchive(archive, { path: '/' });
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw calls.wrap(error, 'keep the lock');
  }
}

export async function removeLock(calls: EngineCalls, id: string): Promise<void> {
  const call = 'remove the lock';
  try {
    await calls.timed(call, (docker) => docker.getContainer(id).remove({ force: true, v: true }));
  } catch (error) {
    if (statusOf(error) === 404) return;
    if (statusOf(error) === 409 && /removal of container .* is already in progress/i.test(messageOf(error)))
      return;
    throw calls.wrap(error, call);
  }
}
