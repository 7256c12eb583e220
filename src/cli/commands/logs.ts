import { styleFor } from '../../report/terminal/style.js';
import { LogFormat } from '../../report/text/log-text.js';
import { withEngine } from '../engine.js';
import type { LogsFlags } from '../flags.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTarget } from '../input/target.js';
import { outletTo } from '../output/outlet.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel logs [NODE…]` */
export async function logs(nodes: readonly string[], flags: LogsFlags, session: Session): Promise<number> {
  const { stdout, env } = session;
  const selection = definiteSelectionOf(flags, env);
  const reporter = await createReporter(flags, session, 'brief', 'reading');
  return withEngine(flags, session, reporter, async (context) => {
    const target = await resolveTarget(selection, surroundings(session, reporter, context.engine));
    const library = await import('../../api/logs/logs.js');
    const { since = null, tail = null, follow = false } = flags;
    const settings = { nodes, since, tail, follow };
    const log = await library.logs(target.name, settings, context);
    const format = new LogFormat(log.nodes, flags.timestamps ? 'shown' : 'hidden', styleFor(stdout, env));
    const outlet = outletTo(stdout);
    for await (const batch of log.lines) {
      if (!(await outlet.write(batch.map((line) => format.line(line)).join('')))) break;
    }
    return 0;
  });
}
