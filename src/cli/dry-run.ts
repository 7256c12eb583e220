import type { Context } from '../engine/context.js';
import type { Step } from '../model/step.js';
import type { Reporter } from '../report/reporters/reporter.js';
import { styleFor } from '../report/terminal/style.js';
import { type PlanDocument, planText } from '../report/text/plan-text.js';
import { withEngine } from './engine.js';
import type { EngineFlags, FormatFlags, ReportFlags } from './flags.js';
import { jsonText } from './output/json.js';
import { createReporter } from './output/reporting.js';
import type { Session } from './session.js';

/** What a command would do to a group. */
interface Planned {
  readonly name: string;
  readonly steps: readonly Step[];
}

/**
 * Prints the plan of a command instead of carrying it out.
 * @param nothing what a plan without steps means, behind the name of the group
 * @returns the exit code
 */
export async function dryRun(
  flags: EngineFlags & ReportFlags & FormatFlags,
  session: Session,
  nothing: string,
  plan: (reporter: Reporter, context: Context) => Promise<Planned>,
): Promise<number> {
  const { stdout, env } = session;
  const reporter = await createReporter(flags, session, 'brief', 'looking');
  try {
    const { name, steps } = await withEngine(flags, session, reporter, (context) => plan(reporter, context));
    const document: PlanDocument = { version: 1, group: name, steps };
    stdout.write(
      flags.format === 'json' ? jsonText(document) : planText(name, steps, nothing, styleFor(stdout, env)),
    );
    return 0;
  } finally {
    reporter.close();
  }
}
