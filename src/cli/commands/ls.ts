import { quietReporter } from '../../report/reporters/quiet-reporter.js';
import { styleFor } from '../../report/terminal/style.js';
import { type ListDocument, listText, namesText } from '../../report/text/list-text.js';
import { withEngine } from '../engine.js';
import type { ListFlags } from '../flags.js';
import { surroundings } from '../input/load-source.js';
import { resolveTarget } from '../input/target.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel ls` */
export async function ls(flags: ListFlags, session: Session): Promise<number> {
  const { stdout, env } = session;
  const reporter = await createReporter(flags, session, 'brief', 'looking');
  const groups = await withEngine(flags, session, reporter, async (context) => {
    const library = await import('../../api/list.js');
    return library.list(async (group) => {
      // As `status -n` finds it. What is wrong with a file is not worth a warning here.
      const around = surroundings(session, quietReporter, context.engine);
      const target = await resolveTarget(
        { name: group.name, file: undefined },
        { ...around, groups: () => Promise.resolve([group]) },
      );
      return target.topology;
    }, context);
  });
  if (flags.format === 'json') {
    const document: ListDocument = { version: 1, groups };
    stdout.write(jsonText(document));
  } else if (flags.quiet) {
    stdout.write(namesText(groups));
  } else if (groups.length === 0) {
    reporter.note('there is no group on this engine');
  } else {
    stdout.write(listText(groups, Date.now(), styleFor(stdout, env)));
  }
  return 0;
}
