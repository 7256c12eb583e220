import { styleFor } from '../../report/terminal/style.js';
import { resetText } from '../../report/text/reset-text.js';
import { withEngine } from '../engine.js';
import type { ResetFlags } from '../flags.js';
import { surroundings } from '../input/load.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTopology } from '../input/target.js';
import { jsonText } from '../json.js';
import { createReporter } from '../reporting.js';
import type { Session } from '../session.js';
import { DEFAULT_WAIT_MS } from './up.js';

/** `rsentinel reset` */
export async function reset(flags: ResetFlags, session: Session): Promise<number> {
  const { stdout, env } = session;
  const selection = definiteSelectionOf(flags, env);
  const reporter = await createReporter(flags, session, 'live', 'resetting the group');
  try {
    const result = await withEngine(flags, session, reporter, async (context) => {
      const topology = await resolveTopology(selection, surroundings(session, reporter, context.driver));
      session.mayRemain(topology.name);
      const library = await import('../../api/reset.js');
      const settings = {
        waitTimeoutMs: flags.waitTimeout ?? DEFAULT_WAIT_MS,
        otherMasters: flags.allMasters === true ? 'remove' : 'keep',
      } as const;
      return library.reset(topology, settings, context);
    });
    reporter.close();
    if (flags.format === 'json') stdout.write(jsonText(result.report));
    else if (!flags.quiet) stdout.write(resetText(result, styleFor(stdout, env)));
    return 0;
  } finally {
    reporter.close();
  }
}
