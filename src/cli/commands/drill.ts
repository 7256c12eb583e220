import { access, constants, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { GivenSentinels } from '../../api/external-group.js';
import type { DrillCourse } from '../../drill/drill.js';
import { RsentinelError } from '../../errors.js';
import { courseOf } from '../../library/options.js';
import type { DrillReport } from '../../model/report/drill-report.js';
import { drillHtml } from '../../report/html/drill-html.js';
import { drillJunit } from '../../report/junit.js';
import type { Reporter } from '../../report/reporters/reporter.js';
import { styleFor } from '../../report/terminal/style.js';
import { drillText } from '../../report/text/drill-text.js';
import { withEngine } from '../engine.js';
import type { DrillFlags } from '../flags.js';
import { givenSentinels } from '../input/given.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTarget } from '../input/target.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel drill` */
export async function drill(flags: DrillFlags, session: Session): Promise<number> {
  const { stdout, cwd } = session;
  const given = await givenSentinels(flags, session);
  const page = flags.report === undefined ? null : resolve(cwd, flags.report);
  // Before a drill that may take long.
  if (page !== null) await mayWrite(access(dirname(page), constants.W_OK));
  const reporter = await createReporter(flags, session, 'live', 'looking at the group');
  try {
    const report =
      given === undefined
        ? await drillTarget(flags, session, reporter)
        : await drillGiven(given, flags, session, reporter);
    reporter.close();
    stdout.write(result(report, flags, session));
    if (page !== null) await mayWrite(writeFile(page, drillHtml(report)));
    return report.breaches.length === 0 ? 0 : 1;
  } finally {
    reporter.close();
  }
}

function courseOfFlags({ rounds, maxDowntime, maxLost, waitTimeout }: DrillFlags): DrillCourse {
  const limits = { maxDowntime: maxDowntime ?? null, maxLost: maxLost ?? null };
  return courseOf({ rounds, limits, waitTimeoutMs: waitTimeout });
}

function drillTarget(flags: DrillFlags, session: Session, reporter: Reporter): Promise<DrillReport> {
  const selection = definiteSelectionOf(flags, session.env);
  return withEngine(flags, session, reporter, async (context) => {
    const target = await resolveTarget(selection, surroundings(session, reporter, context.engine));
    const library = await import('../../drill/drill.js');
    const settings = { ...courseOfFlags(flags), fault: flags.fault ?? 'kill', timing: flags.timing ?? null };
    return library.drill(target.name, target.topology, settings, context);
  });
}

async function drillGiven(
  given: GivenSentinels,
  flags: DrillFlags,
  { signal }: Session,
  reporter: Reporter,
): Promise<DrillReport> {
  if ((flags.fault ?? 'failover') !== 'failover' || flags.timing !== undefined) {
    throw new RsentinelError(
      'USAGE',
      'of a group that is given by its sentinels only --fault failover is possible',
      {
        hint: 'Other faults, and another timing, are for groups that rsentinel has made.',
      },
    );
  }
  const { drillOfSentinels } = await import('../../drill/drill.js');
  return drillOfSentinels(given, courseOfFlags(flags), { emit: reporter.listen, signal });
}

function result(report: DrillReport, flags: DrillFlags, { stdout, env }: Session): string {
  switch (flags.format) {
    case 'json':
      return jsonText(report);
    case 'junit':
      return drillJunit(report);
    default:
      return flags.quiet ? '' : drillText(report, styleFor(stdout, env));
  }
}

/** @throws RsentinelError REPORT_UNWRITABLE */
async function mayWrite(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RsentinelError('REPORT_UNWRITABLE', `the report cannot be written: ${why}`, {
      hint: 'Give --report the path of a file in a directory that you may write to.',
      cause,
    });
  }
}
