/** Brings a group up with its lock held, again with other ports and subnets where some turn out to be taken. */

import type { Context } from '../engine/context.js';
import { DataUnreadableError, hasCode, PortTakenError } from '../errors.js';
import { type Locked, type LockSettings, withLock } from '../lock/lock.js';
import type { GroupSpec } from '../model/group-spec.js';
import type { Topology } from '../model/topology.js';
import type { Connections } from '../nodes/client/connection.js';
import type { ResolvedTopology } from '../spec/defaults.js';
import { type AttemptSettings, attempt, type StandingGroup } from './attempt.js';
import type { Refused } from './input/decide.js';
import { type PlanInput, preparePlan } from './input/plan-input.js';

/**
 * How often a group is planned anew because automatic ports or subnets turned out to be taken. Each
 * time all that the engine knows to be taken is avoided: more than once only what others take in
 * the same moment, or programs outside of the engine.
 */
const ALLOCATION_ATTEMPTS = 6;

/** What the lock says of its holder, and an image that the engine has. */
export type Holder = Pick<LockSettings, 'command' | 'image'>;

/**
 * Does something with the group of a topology before anybody else may change it.
 * @throws RsentinelError GROUP_BUSY; what `work` throws
 */
export function underLock<T>(
  topology: ResolvedTopology,
  { command, image }: Holder,
  waitTimeoutMs: number,
  context: Context,
  work: (locked: Locked) => Promise<T>,
): Promise<T> {
  const { name, directory, file = null } = topology;
  return withLock(name, { command, image, directory, file, waitTimeoutMs }, context, work);
}

/**
 * Makes attempts until one succeeds, with the lock held: what was seen before may have changed.
 * @throws RsentinelError as `up` does
 */
export async function retryAttempts(
  topology: ResolvedTopology,
  settings: AttemptSettings,
  connections: Connections,
  { context, tookOver }: Locked,
): Promise<StandingGroup> {
  const refused = noRefusals();
  for (let number = 1; ; number += 1) {
    const planInputs: PlanInput[] = [];
    const prepare = async (canPromote: boolean): Promise<PlanInput> => {
      const all = { ...refused, promotion: !canPromote };
      const planInput = await preparePlan(topology, all, 'allowed', connections, context);
      planInputs.push(planInput);
      return planInput;
    };
    try {
      return await attempt(prepare, settings, connections, context);
    } catch (error) {
      // Of what a killed command had told the engine to stop or remove, something took its time.
      const mayBeOfOther =
        tookOver && number === 1 && (hasCode(error, 'NODE_EXITED') || hasCode(error, 'ENGINE_FAILED'));
      const again =
        number < ALLOCATION_ATTEMPTS &&
        (mayBeOfOther ||
          hasCode(error, 'MASTER_MOVED') ||
          (await learnRefusal(error, topology, planInputs.at(-1)?.spec, refused, context)));
      if (!again) throw error;
      context.emit({ type: 'retrying', reason: error instanceof Error ? error.message : String(error) });
    } finally {
      await Promise.all(planInputs.map(({ storage }) => storage.close()));
    }
  }
}

interface Learnt extends Refused {
  readonly ports: Set<number>;
  readonly subnets: Set<string>;
  readonly unreadable: Map<string, string>;
}

export function noRefusals(): Learnt {
  return { ports: new Set(), subnets: new Set(), promotion: false, unreadable: new Map() };
}

/**
 * Notes what the engine has refused, and with it all that it would refuse as well.
 * @returns whether another address may be tried instead
 */
async function learnRefusal(
  error: unknown,
  topology: Topology,
  spec: GroupSpec | undefined,
  refused: Learnt,
  { engine }: Context,
): Promise<boolean> {
  if (error instanceof DataUnreadableError) {
    if (refused.unreadable.has(error.node)) return false;
    refused.unreadable.set(error.node, error.why);
    return true;
  }
  if (error instanceof PortTakenError) {
    if ([...topology.redis, ...topology.sentinels].some((node) => node.port === error.port)) return false;
    refused.ports.add(error.port);
  } else if (hasCode(error, 'SUBNET_TAKEN')) {
    if (topology.network.subnet !== undefined || spec?.network.subnet === undefined) return false;
    refused.subnets.add(spec.network.subnet);
  } else {
    return false;
  }
  const taken = await engine.takenByOthers(topology.name);
  for (const port of taken.ports) refused.ports.add(port);
  for (const subnet of taken.subnets) refused.subnets.add(subnet);
  return true;
}
