import type { Context } from '../group/context.js';
import type { Reporter } from '../report/reporter.js';
import type { Session } from './session.js';

/** Does work with an engine. Only here is the engine's client loaded: it takes longest of all. */
export async function withEngine<Result>(
  session: Session,
  reporter: Reporter,
  work: (context: Context) => Promise<Result>,
): Promise<Result> {
  const { connectDocker } = await import('../driver/docker/docker-driver.js');
  const driver = connectDocker(reporter.listen);
  return work({ driver, emit: reporter.listen, signal: session.signal });
}
