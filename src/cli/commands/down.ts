import { styleFor } from '../../report/terminal/style.js';
import { type DownDocument, downText } from '../../report/text/down-text.js';
import { dryRun } from '../dry-run.js';
import { withEngine } from '../engine.js';
import type { DownFlags } from '../flags.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTarget } from '../input/target.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel down` */
export async function down(flags: DownFlags, session: Session): Promise<number> {
  if (flags.all) return (await import('./down-all.js')).downAll(flags, session);
  const { stdout, env } = session;
  const selection = definiteSelectionOf(flags, env);
  if (flags.dryRun) return plan(flags, session);
  const reporter = await createReporter(flags, session, 'live', 'removing the group');
  try {
    const { name, result } = await withEngine(flags, session, reporter, async (context) => {
      const target = await resolveTarget(selection, surroundings(session, reporter, context.engine));
      session.mayRemain(target.name);
      const library = await import('../../api/down.js');
      const result = await library.down(
        { name: target.name, directory: target.topology?.directory ?? null },
        {
          volumes: flags.volumes ? 'remove' : 'keep',
          ...(flags.waitTimeout === undefined ? {} : { waitTimeoutMs: flags.waitTimeout }),
        },
        context,
      );
      return { name: target.name, result };
    });
    reporter.close();
    if (flags.format === 'json') {
      const document: DownDocument = { version: 1, group: name, ...result, ms: Math.round(result.ms) };
      stdout.write(jsonText(document));
    } else if (!flags.quiet) {
      stdout.write(downText(name, result, styleFor(stdout, env)));
    }
    return 0;
  } finally {
    reporter.close();
  }
}

function plan(flags: DownFlags, session: Session): Promise<number> {
  const selection = definiteSelectionOf(flags, session.env);
  return dryRun(flags, session, ': there is nothing to remove', async (reporter, context) => {
    const { name, topology } = await resolveTarget(
      selection,
      surroundings(session, reporter, context.engine),
    );
    const { planDown } = await import('../../api/down.js');
    const target = { name, directory: topology?.directory ?? null };
    return { name, steps: await planDown(target, { volumes: flags.volumes ? 'remove' : 'keep' }, context) };
  });
}
