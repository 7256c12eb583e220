import { setTimeout as delay } from 'node:timers/promises';

/** The label on everything that belongs to a group. */
const GROUP_LABEL = 'io.rsentinel.group';

/**
 * @typedef {object} GroupObject
 * @property {'container' | 'network' | 'volume'} kind
 * @property {string} name
 * @property {string} group
 * @property {() => Promise<unknown>} remove
 */

/**
 * What the engine has that belongs to any group, containers first: what they use can only go after them.
 *
 * @param {import('dockerode')} docker
 * @returns {Promise<readonly GroupObject[]>}
 */
export async function listGroupObjects(docker) {
  const filters = { label: [GROUP_LABEL] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters: JSON.stringify(filters) }),
  ]);
  /** @type {GroupObject[]} */
  const objects = [
    ...containers.map((info) => ({
      kind: /** @type {const} */ ('container'),
      name: info.Names[0]?.slice(1) ?? info.Id,
      group: info.Labels[GROUP_LABEL] ?? '',
      remove: () => removeContainer(docker.getContainer(info.Id)),
    })),
    ...networks.map((info) => ({
      kind: /** @type {const} */ ('network'),
      name: info.Name,
      group: info.Labels?.[GROUP_LABEL] ?? '',
      remove: () => docker.getNetwork(info.Id).remove(),
    })),
    ...(volumes ?? []).map((info) => ({
      kind: /** @type {const} */ ('volume'),
      name: info.Name,
      group: info.Labels[GROUP_LABEL] ?? '',
      remove: () => docker.getVolume(info.Name).remove(),
    })),
  ];
  return objects;
}

/** ms between two looks at a container that somebody else removes. */
const POLL = 50;
/** ms for that. */
const PATIENCE = 30_000;

/**
 * Removes a container. One that has gone is fine, and one that somebody else removes at this moment is waited for.
 *
 * @param {import('dockerode').Container} container
 */
async function removeContainer(container) {
  const giveUp = performance.now() + PATIENCE;
  for (;;) {
    try {
      await container.remove({ force: true, v: true });
      return;
    } catch (error) {
      const { statusCode, message } = /** @type {{ statusCode?: number, message?: string }} */ (error);
      if (statusCode === 404) return;
      const isUnderWay = statusCode === 409 && /already in progress/.test(message ?? '');
      if (!isUnderWay || performance.now() > giveUp) throw error;
      await delay(POLL);
    }
  }
}

/** How the names of a test run's groups begin: by it, runs side by side tell their groups apart. */
export function groupPrefix(/** @type {string} */ run) {
  return `t${run}-`;
}

/** Whether a group was made by another run of the tests than the given one. */
export function isOfOtherRun(/** @type {string} */ group, /** @type {string} */ run) {
  return /^t[0-9a-f]{6}-/.test(group) && !group.startsWith(groupPrefix(run));
}

/**
 * Removes what a run of the tests left behind; resolves to how much that was.
 *
 * @param {import('dockerode')} docker
 * @param {string} run
 */
export async function removeLeftovers(docker, run) {
  const objects = await listGroupObjects(docker);
  const ours = objects.filter(({ group }) => group.startsWith(groupPrefix(run)));
  await removeAll(ours);
  return ours.length;
}

/**
 * Removes objects of groups in the order in which engines let them go: Podman, for one, removes no
 * container whose network namespace another one uses, and that is the anchor's.
 *
 * @param {readonly GroupObject[]} objects
 */
export async function removeAll(objects) {
  const isAnchor = (/** @type {GroupObject} */ { kind, name }) =>
    kind === 'container' && name.endsWith('-anchor');
  const stages = [
    objects.filter((object) => object.kind === 'container' && !isAnchor(object)),
    objects.filter(isAnchor),
    objects.filter(({ kind }) => kind === 'network'),
    objects.filter(({ kind }) => kind === 'volume'),
  ];
  for (const stage of stages) await Promise.all(stage.map(({ remove }) => remove()));
}
