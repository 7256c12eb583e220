/** Containers of groups on the engine: made, started, stopped, removed. */
import { setTimeout as delay } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { PortTakenError, RsentinelError } from '../../errors.js';
import type { MemberNow } from '../engine.js';
import type { EngineCalls } from './engine-calls.js';
import { isNameTaken, messageOf, statusOf, takenPort } from './engine-errors.js';
import { containerNameOf, containerState, GROUP_LABEL, LABEL } from './labels.js';
import { machineIdentity } from './machine.js';

/** ms between SIGTERM and SIGKILL for a process that has nothing of its own to save. */
const STOP_MS = 10_000;
/** ms for which a container waits for those that depend on it to be removed. */
const DEPENDENTS_MS = STOP_MS + 10_000;
const DEPENDENTS_POLL = 50;
/** For a name that is taken by a container that is not there: 5 s. */
const CREATE_ATTEMPTS = 250;
const CREATE_DELAY = 20;

/** Makes a container and returns its id. @throws RsentinelError NAME_TAKEN, GROUP_BUSY */
export async function createContainer(
  calls: EngineCalls,
  group: string,
  options: Dockerode.ContainerCreateOptions,
): Promise<string> {
  const name = options.name ?? '';
  const call = `create the container ${name}`;
  const labelled = { ...options, Labels: { ...options.Labels, [LABEL.machine]: machineIdentity() } };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { id } = await calls.timed(call, (docker) => docker.createContainer(labelled));
      calls.named(id, name);
      return id;
    } catch (error) {
      if (!isNameTaken(error)) throw calls.wrap(error, call);
      await removeConflicting(calls, group, name, error, attempt === CREATE_ATTEMPTS);
    }
  }
}

/**
 * Makes a container that is never started, from an image or, where the engine does not have that one, from any that it has.
 * @param image null: any
 * @returns null: the engine has no image
 */
export async function createFromAny(
  calls: EngineCalls,
  image: string | null,
  options: (image: string) => Dockerode.ContainerCreateOptions,
): Promise<Dockerode.Container | null> {
  const attempt = (from: string): Promise<Dockerode.Container> => {
    const wanted = options(from);
    const call =
      wanted.name === undefined
        ? 'create a container to reach the volumes'
        : `create the container ${wanted.name}`;
    return calls.timed(call, (docker) => docker.createContainer(wanted));
  };
  if (image !== null) {
    try {
      return await attempt(image);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  }
  const [other] = await calls.call('list the images', (docker) => docker.listImages());
  return other === undefined ? null : attempt(other.Id);
}

/**
 * Removes a container of the group that was not there when the plan was made, and has never been started: a killed command
 * had asked for it, and the engine has made it since. One that has been started is being removed by the engine, or it is
 * the work of another rsentinel that holds the lock by now.
 * @throws RsentinelError NAME_TAKEN; GROUP_BUSY at the last attempt
 */
async function removeConflicting(
  calls: EngineCalls,
  group: string,
  name: string,
  cause: unknown,
  isLast: boolean,
): Promise<void> {
  const other = await inspect(calls, name).catch(() => undefined);
  const isOurs = other === undefined || other.Config.Labels[GROUP_LABEL] === group;
  if (isOurs && isLast) {
    throw new RsentinelError('GROUP_BUSY', `another rsentinel has made the container ${name} meanwhile`, {
      hint: `Look with \`rsentinel status -n ${group}\`, and run the command again.`,
      cause,
    });
  }
  // The engine knows a name before it has made the container, and after it has removed it.
  if (other === undefined) return delay(CREATE_DELAY);
  if (isOurs && containerState(other.State.Status) === 'created')
    return removeContainer(calls, group, other.Id);
  if (isOurs) return delay(CREATE_DELAY);
  const image = ` (image ${other.Config.Image}, ${other.State.Status})`;
  const message = `there is a container ${name}${image} that does not belong to this group`;
  throw new RsentinelError('NAME_TAKEN', message, {
    hint: `Give the group another name than ${group} (\`name\` in the topology file, or -n), or remove that container.`,
    cause,
  });
}

/** Brings a container to `running`, from whatever state it is in. @throws RsentinelError PORT_TAKEN */
export async function startContainer(calls: EngineCalls, group: string, name: string): Promise<void> {
  const call = `start the container ${calls.nameOf(name)}`;
  try {
    await calls.timed(call, (docker) => docker.getContainer(name).start());
  } catch (error) {
    // 304: it runs already, or it is paused.
    if (statusOf(error) === 304 || /paused/i.test(messageOf(error)))
      return unpauseContainer(calls, group, name);
    const port = takenPort(error);
    throw port === null ? calls.wrap(error, call) : await portTaken(calls, group, name, port, error);
  }
}

async function portTaken(
  calls: EngineCalls,
  group: string,
  name: string,
  port: number,
  cause: unknown,
): Promise<RsentinelError> {
  const running = await calls
    .timed('list the running containers', (docker) => docker.listContainers())
    .catch(() => []);
  const holder = running.find((info) => info.Ports.some((entry) => entry.PublicPort === port));
  const owner = holder?.Labels[GROUP_LABEL];
  const otherGroup = owner === undefined || owner === group ? null : owner;
  const by =
    holder === undefined
      ? 'a program outside of Docker'
      : `the container ${containerNameOf(holder)}${otherGroup === null ? '' : ` of the group ${otherGroup}`}`;
  const remedy = otherGroup === null ? '' : `, or remove that group (rsentinel down -n ${otherGroup})`;
  return new PortTakenError(port, `port ${port}, which ${calls.nameOf(name)} needs, is taken by ${by}`, {
    hint: `Choose another port in the topology file (or \`port: auto\`)${remedy}.`,
    cause,
  });
}

/** Ends a container as Redis wants it. Nothing to end: done. */
export function stopContainer(
  calls: EngineCalls,
  group: string,
  name: string,
  patience = STOP_MS,
): Promise<void> {
  return ifOurs(calls, group, name, `stop the container ${calls.nameOf(name)}`, (container) =>
    container.stop({ t: Math.ceil(patience / 1000) }),
  );
}

/** Ends a container as a crash would. Nothing to end: done. */
export function killContainer(calls: EngineCalls, group: string, name: string): Promise<void> {
  return ifOurs(calls, group, name, `kill the container ${calls.nameOf(name)}`, async (container) => {
    await container.kill({ signal: 'SIGKILL' }).catch((error: unknown) => {
      if (!/is not running/i.test(messageOf(error))) throw error;
    });
    await container.wait();
  });
}

/** Freezes a container. Already so, or not running: done. */
export async function pauseContainer(calls: EngineCalls, group: string, name: string): Promise<void> {
  if ((await stateOf(calls, name)).state !== 'running') return;
  await ifOurs(calls, group, name, `pause the container ${calls.nameOf(name)}`, (container) =>
    container.pause(),
  );
}

/** Lets a paused container go on. Not paused: done. */
export async function unpauseContainer(calls: EngineCalls, group: string, name: string): Promise<void> {
  if ((await stateOf(calls, name)).state !== 'paused') return;
  await ifOurs(calls, group, name, `unpause the container ${calls.nameOf(name)}`, (container) =>
    container.unpause(),
  );
}

/** Removes a container in whatever state it is, with its anonymous volumes. Absent: done. */
export function removeContainer(calls: EngineCalls, group: string, name: string): Promise<void> {
  return ifOurs(calls, group, name, `remove the container ${calls.nameOf(name)}`, async (container) => {
    const giveUp = performance.now() + DEPENDENTS_MS;
    for (;;) {
      try {
        return await container.remove({ force: true, v: true });
      } catch (error) {
        // Podman: those in its network namespace have to go first, which they do at the same time.
        const waits = /has dependent containers/i.test(messageOf(error)) && performance.now() < giveUp;
        if (!waits) throw error;
        await delay(DEPENDENTS_POLL);
      }
    }
  });
}

/** Gives a container of the group the name that `rename` makes of its present one. So already: done. */
export function renameContainer(
  calls: EngineCalls,
  group: string,
  container: string,
  rename: (name: string) => string,
): Promise<void> {
  return ifOurs(
    calls,
    group,
    container,
    `rename the container ${calls.nameOf(container)}`,
    async (found, { Name }) => {
      const name = rename(Name);
      if (`/${name}` !== Name) await found.rename({ name });
    },
  );
}

/** Does something to a container of the group; what is gone, or somebody else's, is left alone. */
async function ifOurs(
  calls: EngineCalls,
  group: string,
  name: string,
  call: string,
  action: (container: Dockerode.Container, info: Dockerode.ContainerInspectInfo) => Promise<unknown>,
): Promise<void> {
  try {
    const info = await inspect(calls, name);
    if (info.Config.Labels[GROUP_LABEL] !== group) return;
    // By its id: a container that takes the name in between is not ours.
    await calls.timed(call, (docker) => action(docker.getContainer(info.Id), info));
  } catch (error) {
    // 304: it does not run. 404: it is gone. 409: somebody else is removing it, or just did.
    const status = statusOf(error);
    if (status === 304 || status === 404) return;
    if (status === 409 && /removal of container .* is already in progress/i.test(messageOf(error))) return;
    throw calls.wrap(error, call);
  }
}

/** The state of a container, now. */
export async function stateOf(calls: EngineCalls, name: string): Promise<MemberNow> {
  try {
    const { State } = await inspect(calls, name);
    const state = containerState(State.Status);
    const hasEnded = state === 'exited' || state === 'dead';
    return {
      state,
      exitCode: hasEnded ? State.ExitCode : null,
      outOfMemory: hasEnded && State.OOMKilled,
    };
  } catch (error) {
    if (statusOf(error) === 404) return { state: 'missing', exitCode: null, outOfMemory: false };
    throw calls.wrap(error, `inspect the container ${calls.nameOf(name)}`);
  }
}

function inspect(calls: EngineCalls, name: string): Promise<Dockerode.ContainerInspectInfo> {
  return calls.timed(`inspect the container ${calls.nameOf(name)}`, (docker) =>
    docker.getContainer(name).inspect(),
  );
}
