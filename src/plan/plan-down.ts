/** The plan of `down`: the data of the nodes that run is saved and seen saved, then all that carries the group's label is removed. Pure. */

import type { GroupObjects, ObservedMember } from '../engine/engine.js';
import { ANCHOR, type Operation, type Step } from '../model/step.js';
import { naturalOrder } from '../model/text.js';
import { deadMasterReason } from './dead-master.js';
import { hasProcess, planUnpause } from './members.js';
import { Steps } from './steps.js';

export type DownOperation = Extract<
  Operation,
  {
    readonly kind:
      | 'failover'
      | 'unpause'
      | 'save'
      | 'check-saved'
      | 'stop'
      | 'remove'
      | 'drop-network'
      | 'remove-marks'
      | 'remove-unfinished'
      | 'remove-files'
      | 'remove-volumes';
  }
>;

/** What a group is removed by. */
export interface ObservedDown {
  readonly objects: GroupObjects;
  /** Where the group keeps its files; null: in volumes, or nobody knows. */
  readonly directory: string | null;
  /** A master that does not run while its replicas do, as people call it; null: there is none, or no data is kept. */
  readonly deadMaster: string | null;
}

/** Returns the steps of `down`; none: there is nothing of the group. */
export function planDown(
  { objects, directory, deadMaster }: ObservedDown,
  data: 'keep' | 'remove',
): readonly Step<DownOperation>[] {
  const steps = new Steps<DownOperation>();
  const { network, volumes, expiry } = objects;
  const members = [...objects.members].sort((a, b) => naturalOrder(a.node, b.node));
  if (data === 'keep') planSaves(members, deadMaster, steps);
  planRemovals(members, data, steps);
  if (network !== null) {
    steps.add({ kind: 'drop-network' }, 'no container is on it any more', steps.ids('remove'));
  }
  // Behind everything that `prune` may have to find when this is killed.
  const marks = expiry?.marks ?? [];
  if (marks.length > 0) steps.add({ kind: 'remove-marks', marks }, 'the group is gone', steps.last);
  if (data === 'keep' && directory !== null && members.length > 0) {
    const reason = 'files that a killed command has left half written are of no use';
    steps.add({ kind: 'remove-unfinished', directory }, reason, steps.last);
  }
  if (data === 'remove') {
    const ended = steps.last;
    if (directory !== null) steps.add({ kind: 'remove-files', directory }, ASKED, ended);
    const names = volumes.map(({ name }) => name);
    if (names.length > 0) steps.add({ kind: 'remove-volumes', volumes: names }, ASKED, ended);
  }
  return steps.build();
}

const ASKED = 'its configuration and data are to go as well';

/** Nothing is ended before every node that has to has its data on disk. */
function planSaves(
  members: readonly ObservedMember[],
  deadMaster: string | null,
  steps: Steps<DownOperation>,
): void {
  const running = members.filter((member) => member.role === 'redis' && hasProcess(member));
  if (running.length === 0) return;
  // The dead master's disk may be older than what its replicas have, and the next `up` starts the group with it.
  if (deadMaster !== null) steps.add({ kind: 'failover' }, deadMasterReason(deadMaster), []);
  for (const member of running) {
    const unpaused = planUnpause(member, ['failover'], steps);
    const operation = { kind: 'save', node: member.node } as const;
    steps.add(operation, 'its data is kept', ['failover', ...unpaused]);
  }
  const reason = 'nothing is ended before the data has been seen on disk';
  const checked = [steps.add({ kind: 'check-saved' }, reason, steps.ids('save'))];
  for (const { node } of running) steps.add({ kind: 'stop', node }, 'its data is on disk', checked);
}

/**
 * What sentinels know is on disk with every vote, and they must not start a failover while the nodes go away: they are
 * killed. A server that is asked for its data is reached through the anchor, which goes last then.
 */
function planRemovals(
  members: readonly ObservedMember[],
  data: 'keep' | 'remove',
  steps: Steps<DownOperation>,
): void {
  const isLast = ({ role }: ObservedMember): boolean => role === ANCHOR && data === 'keep';
  const reason = 'it carries the label of the group';
  for (const { node } of members.filter((member) => !isLast(member)))
    steps.add({ kind: 'remove', node }, reason, ['check-saved', `stop ${node}`]);
  const others = steps.ids('remove');
  for (const { node } of members.filter(isLast)) steps.add({ kind: 'remove', node }, reason, others);
}
