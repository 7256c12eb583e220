import { DEFAULT_WAIT_MS } from '../../library/options.js';
import { styleFor } from '../../report/terminal/style.js';
import { resetText } from '../../report/text/reset-text.js';
import { dryRun } from '../dry-run.js';
import { withEngine } from '../engine.js';
import type { ResetFlags } from '../flags.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTopology } from '../input/target.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel reset` */
export async function reset(flags: ResetFlags, session: Session): Promise<number> {
  const { stdout, env } = session;
  const selection = definiteSelectionOf(flags, env);
  if (flags.dryRun) return plan(flags, session);
  const reporter = await createReporter(flags, session, 'live', 'resetting the group');
  try {
    const result = await withEngine(flags, session, reporter, async (context) => {
      const topology = await resolveTopology(selection, surroundings(session, reporter, context.engine));
      session.mayRemain(topology.name);
      const library = await import('../../api/reset.js');
      const waitTimeoutMs = flags.waitTimeout ?? DEFAULT_WAIT_MS;
      return library.reset(topology, { waitTimeoutMs, otherMasters: othersOf(flags) }, context);
    });
    reporter.close();
    if (flags.format === 'json') stdout.write(jsonText(result.report));
    else if (!flags.quiet) stdout.write(resetText(result, styleFor(stdout, env)));
    return 0;
  } finally {
    reporter.close();
  }
}

function othersOf({ allMasters }: ResetFlags): 'keep' | 'remove' {
  return allMasters === true ? 'remove' : 'keep';
}

function plan(flags: ResetFlags, session: Session): Promise<number> {
  const selection = definiteSelectionOf(flags, session.env);
  return dryRun(flags, session, ': there is nothing to do', async (reporter, context) => {
    const topology = await resolveTopology(selection, surroundings(session, reporter, context.engine));
    const { planReset } = await import('../../api/reset.js');
    const steps = await planReset(topology, { otherMasters: othersOf(flags) }, context);
    return { name: topology.name, steps };
  });
}
