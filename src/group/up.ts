import type { GroupReport } from '../report/group-report.js';
import type { Step } from '../plan/plan.js';
import type { Topology } from '../topology/topology.js';
import type { Context } from './context.js';

export interface UpSettings {
  /** ms that the group may take from the start of its nodes until it is proved ready. */
  readonly waitTimeoutMs: number;
  /** What becomes of the things that a failing `up` has made. */
  readonly onFailure: 'rollback' | 'keep';
}

export interface UpResult {
  readonly report: GroupReport;
  /** False: the group was there and healthy, nothing was touched. */
  readonly changed: boolean;
  readonly ms: number;
}

export async function up(topology: Topology, settings: UpSettings, context: Context): Promise<UpResult> {
  throw new Error(`not yet ${topology.name} ${settings.waitTimeoutMs} ${typeof context}`);
}

export async function planUp(topology: Topology, context: Context): Promise<readonly Step[]> {
  throw new Error(`not yet ${topology.name} ${typeof context}`);
}
