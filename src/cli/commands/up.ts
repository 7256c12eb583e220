import type { Context } from '../../engine/context.js';
import { DEFAULT_WAIT_MS } from '../../library/options.js';
import type { Topology } from '../../model/topology.js';
import type { Reporter } from '../../report/reporters/reporter.js';
import { styleFor } from '../../report/terminal/style.js';
import { upText } from '../../report/text/up-text.js';
import { generateName } from '../../topology/generated-name.js';
import { AUTO } from '../../topology/group-name.js';
import { renamed } from '../../topology/renamed.js';
import { dryRun } from '../dry-run.js';
import { withEngine } from '../engine.js';
import type { UpFlags } from '../flags.js';
import { refuseGroupOfOthers } from '../input/group-of-others.js';
import { loadSource } from '../input/load-source.js';
import { findSource, selectionOf } from '../input/source.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel up` */
export async function up(flags: UpFlags, session: Session): Promise<number> {
  if (flags.dryRun) return plan(flags, session);
  const { stdout, env } = session;
  const reporter = await createReporter(flags, session, 'live', 'reading the topology');
  try {
    const { topology, given } = await loadTopology(flags, reporter, session);
    session.mayRemain(topology.name);
    const result = await withEngine(flags, session, reporter, async (context) => {
      await refuseOthers(topology, given, reporter, context);
      const library = await import('../../api/up.js');
      return library.up(
        topology,
        {
          waitTimeoutMs: flags.waitTimeout ?? DEFAULT_WAIT_MS,
          onFailure: flags.rollback ? 'rollback' : 'keep',
          ttlMs: flags.ttl,
        },
        context,
      );
    });
    reporter.close();
    if (flags.format === 'json') stdout.write(jsonText(result.report));
    else if (!flags.quiet) stdout.write(upText(result, styleFor(stdout, env)));
    return 0;
  } finally {
    reporter.close();
  }
}

function plan(flags: UpFlags, session: Session): Promise<number> {
  return dryRun(flags, session, ' is as the file says: nothing to do', async (reporter, context) => {
    const { topology, given } = await loadTopology(flags, reporter, session);
    await refuseOthers(topology, given, reporter, context);
    const { planUp } = await import('../../api/up.js');
    return { name: topology.name, steps: await planUp(topology, { ttlMs: flags.ttl }, context) };
  });
}

interface Loaded {
  readonly topology: Topology;
  /** The name that the command line or the environment gives; undefined: the file's own counts. */
  readonly given: string | undefined;
}

async function loadTopology(flags: UpFlags, reporter: Reporter, session: Session): Promise<Loaded> {
  const { env, cwd } = session;
  const { file, name } = selectionOf(flags, env);
  const source = await findSource(file, cwd);
  const loaded = await loadSource(source, name === AUTO ? undefined : name, session, reporter);
  const topology = name === AUTO ? renamed(loaded, generateName(loaded.name), cwd) : loaded;
  if (source.kind === 'defaults') {
    reporter.note(`no topology file here: the default group, ${topology.name}, of ${topology.image}`);
  }
  return { topology, given: name };
}

/** A name that was given is meant. @throws RsentinelError GROUP_OF_OTHERS */
async function refuseOthers(
  topology: Topology,
  given: string | undefined,
  reporter: Reporter,
  { engine }: Context,
): Promise<void> {
  if (given !== undefined) return;
  const warn = (message: string): void => reporter.listen({ type: 'warning', message });
  refuseGroupOfOthers(topology, { groups: await engine.groups(), warn });
}
