import type { Context } from '../../engine/context.js';
import type { FaultKind, FaultReport } from '../../faults/fault.js';
import { parseFaultTargets } from '../../faults/fault-targets.js';
import type { FailoverSettings } from '../../faults/planned-failover.js';
import { styleFor } from '../../report/terminal/style.js';
import { type FaultDocument, faultText } from '../../report/text/fault-text.js';
import { dryRun } from '../dry-run.js';
import { withEngine } from '../engine.js';
import type { FailoverFlags, FaultFlags } from '../flags.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTarget, type Target } from '../input/target.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel kill`, `pause`, `unpause`, `restart`, `partition`, `heal` */
export function fault(
  kind: FaultKind,
  word: string | undefined,
  flags: FaultFlags,
  session: Session,
): Promise<number> {
  const targets = parseFaultTargets(word, flags.all === true, kind);
  return onTarget(flags, session, kind, async (target, context) => {
    const { bringOn } = await import('../../faults/bring-on.js');
    const settings = { kind, targets, wait: flags.wait, waitTimeoutMs: flags.waitTimeout };
    return bringOn(target.name, settings, context);
  });
}

/** `rsentinel failover` */
export function failover(flags: FailoverFlags, session: Session): Promise<number> {
  if (flags.dryRun) return planned(flags, session);
  return onTarget(flags, session, 'failover', async (target, context) => {
    const { plannedFailover } = await import('../../faults/planned-failover.js');
    return plannedFailover(target.name, failoverSettings(flags), context);
  });
}

function failoverSettings({ to, wait, waitTimeout }: FailoverFlags): FailoverSettings {
  return { to: to ?? null, wait, waitTimeoutMs: waitTimeout };
}

async function onTarget(
  flags: FailoverFlags,
  session: Session,
  doing: string,
  work: (target: Target, context: Context) => Promise<FaultReport>,
): Promise<number> {
  const { stdout, env } = session;
  const selection = definiteSelectionOf(flags, env);
  const reporter = await createReporter(flags, session, 'live', doing);
  try {
    const report = await withEngine(flags, session, reporter, async (context) =>
      work(await resolveTarget(selection, surroundings(session, reporter, context.engine)), context),
    );
    reporter.close();
    const document: FaultDocument = { version: 1, ...report };
    if (flags.format === 'json') stdout.write(jsonText(document));
    else if (!flags.quiet) stdout.write(faultText(report, styleFor(stdout, env)));
    return 0;
  } finally {
    reporter.close();
  }
}

function planned(flags: FailoverFlags, session: Session): Promise<number> {
  const selection = definiteSelectionOf(flags, session.env);
  return dryRun(flags, session, ': there is nothing to do', async (reporter, context) => {
    const { name } = await resolveTarget(selection, surroundings(session, reporter, context.engine));
    const { planFailover } = await import('../../faults/planned-failover.js');
    return { name, steps: await planFailover(name, failoverSettings(flags), context) };
  });
}
