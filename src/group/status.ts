import type { GroupReport } from '../report/group-report.js';
import type { Topology } from '../topology/topology.js';
import type { Context } from './context.js';

/**
 * Observes a group.
 * @param topology what should be there, where it is known: nodes without a container are found missing by it
 */
export async function status(name: string, topology: Topology | null, context: Context): Promise<GroupReport> {
  throw new Error(`not yet ${name} ${topology?.name} ${typeof context}`);
}
