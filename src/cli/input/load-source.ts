/** Loads topologies for the commands. */
import type { Engine } from '../../engine/engine.js';
import type { Topology } from '../../model/topology.js';
import type { Reporter } from '../../report/reporters/reporter.js';
import { renamed } from '../../topology/renamed.js';
import type { Session } from '../session.js';
import { findSource, type Source } from './source.js';
import type { Surroundings } from './target.js';

/** A group without a file: all defaults, and the image that the environment names. */
const DEFAULT_TOPOLOGY = 'image: ${RSENTINEL_IMAGE:-redis:8}\n';

/**
 * @param name put in place of the topology's own name
 * @throws RsentinelError TOPOLOGY_NOT_FOUND, TOPOLOGY_INVALID
 */
export async function loadSource(
  source: Source,
  name: string | undefined,
  { env, cwd }: Session,
  reporter: Reporter,
): Promise<Topology> {
  const { loadTopology, topologyOf } = await import('../../topology/load.js');
  const { topology, warnings } =
    source.kind === 'defaults'
      ? topologyOf(DEFAULT_TOPOLOGY, { file: '<defaults>', path: undefined, directory: cwd, env })
      : await loadTopology(source.kind === 'stdin' ? '-' : source.given, env, cwd);
  const { formatDiagnostic } = await import('../../topology/diagnostic.js');
  for (const warning of warnings) {
    // Without the word "warning" in it: the reporter says that.
    reporter.listen({ type: 'warning', message: formatDiagnostic({ ...warning, severity: 'error' }) });
  }
  return name === undefined ? topology : renamed(topology, name, cwd);
}

/** What `status` and `down` look their target up with. */
export function surroundings(session: Session, reporter: Reporter, engine: Engine): Surroundings {
  return {
    cwd: session.cwd,
    find: (file) => findSource(file, session.cwd),
    load: (source, name) => loadSource(source, name, session, reporter),
    groups: () => engine.groups(),
    warn: (message) => reporter.listen({ type: 'warning', message }),
  };
}
