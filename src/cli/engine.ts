import type { Context } from '../engine/context.js';
import type { Reporter } from '../report/reporters/reporter.js';
import type { EngineFlags } from './flags.js';
import type { Session } from './session.js';

/**
 * Does work with an engine. Only here is the engine's client loaded: it takes longest of all.
 * @param flags which one, as far as the command line says
 */
export async function withEngine<Result>(
  flags: EngineFlags,
  session: Session,
  reporter: Reporter,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  const { connectDocker } = await import('../engine/docker/docker-engine.js');
  const engine = connectDocker(reporter.listen, flags.context);
  return work({ engine, emit: reporter.listen, signal: session.signal });
}
