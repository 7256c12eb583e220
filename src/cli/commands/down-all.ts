import { RsentinelError } from '../../errors.js';
import { withEngine } from '../engine.js';
import type { DownFlags } from '../flags.js';
import { createReporter } from '../output/reporting.js';
import { mayRemove, removeThem, tell, tellPlan } from '../remove-groups.js';
import type { Session } from '../session.js';

/** `rsentinel down --all` */
export async function downAll(flags: DownFlags, session: Session): Promise<number> {
  if (flags.file !== undefined || flags.name !== undefined) {
    throw new RsentinelError('USAGE', '--all means every group, and -f or -n means one', {
      hint: 'Leave one of them out.',
    });
  }
  const reporter = await createReporter(flags, session, 'brief', 'removing the groups');
  return withEngine(flags, session, reporter, async (context) => {
    const targets = await context.engine.groups();
    const groups = targets.map(({ name }) => ({ name, reason: null }));
    if (flags.dryRun) return tellPlan(groups, flags, reporter, session);
    if (groups.length === 0) {
      if (flags.format !== 'json') reporter.note('there is no group on this engine');
    } else if (!(await mayRemove(groups, 'down --all', flags, session))) {
      return 1;
    }
    return tell(groups, await removeThem(targets, flags, context), 'down --all', flags, session);
  });
}
