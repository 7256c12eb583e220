import type { GroupReport } from '../../model/report/group-report.js';
import { styleFor } from '../../report/terminal/style.js';
import { statusText } from '../../report/text/status-text.js';
import { withEngine } from '../engine.js';
import { exitCodeOfHealth } from '../exit-code.js';
import type { StatusFlags } from '../flags.js';
import { givenSentinels } from '../input/given.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTarget } from '../input/target.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel status` */
export async function status(flags: StatusFlags, session: Session): Promise<number> {
  const { stdout, env } = session;
  const given = await givenSentinels(flags, session);
  const report =
    given === undefined
      ? await statusOfTarget(flags, session)
      : await (await import('../../api/external-group.js')).statusOfSentinels(given, session.signal);
  if (flags.format === 'json') stdout.write(jsonText(report));
  else if (!flags.quiet) stdout.write(statusText(report, styleFor(stdout, env)));
  return exitCodeOfHealth(report.health);
}

async function statusOfTarget(flags: StatusFlags, session: Session): Promise<GroupReport> {
  const selection = definiteSelectionOf(flags, session.env);
  const reporter = await createReporter(flags, session, 'brief', 'looking');
  return withEngine(flags, session, reporter, async (context) => {
    const target = await resolveTarget(selection, surroundings(session, reporter, context.engine));
    const library = await import('../../api/status.js');
    return library.status(target.name, target.topology, context, flags.showSecrets ? 'shown' : 'hidden');
  });
}
