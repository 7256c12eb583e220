import type { Prunable } from '../../api/prune.js';
import type { Condemned } from '../../report/text/removal-text.js';
import { withEngine } from '../engine.js';
import type { PruneFlags } from '../flags.js';
import { createReporter } from '../output/reporting.js';
import { mayRemove, removeThem, tell, tellPlan } from '../remove-groups.js';
import type { Session } from '../session.js';

/** `rsentinel prune` */
export async function prune(flags: PruneFlags, session: Session): Promise<number> {
  const reporter = await createReporter(flags, session, 'brief', 'looking');
  return withEngine(flags, session, reporter, async (context) => {
    const { findPrunable, pruneTargets } = await import('../../api/prune.js');
    const found = await findPrunable(context, Date.now());
    const groups = found.map(condemned);
    if (flags.dryRun) return tellPlan(groups, flags, reporter, session);
    if (groups.length === 0) return tellNothing();
    if (!(await mayRemove(groups, 'prune', flags, session))) return 1;
    const removals = await removeThem(pruneTargets(found, context), flags, context);
    return tell(groups, removals, 'prune', flags, session);
  });

  function tellNothing(): number {
    if (flags.format === 'json') return tell([], [], 'prune', flags, session);
    reporter.note('there is nothing to remove');
    return 0;
  }
}

function condemned({ group, reason }: Prunable): Condemned {
  return { name: group.name, reason };
}
