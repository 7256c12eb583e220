import type { DoctorReport } from '../../model/report/doctor-report.js';
import { styleFor } from '../../report/terminal/style.js';
import { doctorText } from '../../report/text/doctor-text.js';
import { withEngine } from '../engine.js';
import { exitCodeOfFindings } from '../exit-code.js';
import type { DoctorFlags } from '../flags.js';
import { givenSentinels } from '../input/given.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTarget } from '../input/target.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel doctor` */
export async function doctor(flags: DoctorFlags, session: Session): Promise<number> {
  const { stdout, env } = session;
  const given = await givenSentinels(flags, session);
  const report =
    given === undefined
      ? await doctorOfTarget(flags, session)
      : await (await import('../../doctor/doctor.js')).doctorOfSentinels(given, session.signal);
  if (flags.format === 'json') stdout.write(jsonText(report));
  else if (!flags.quiet) stdout.write(doctorText(report, styleFor(stdout, env)));
  return exitCodeOfFindings(report.findings);
}

async function doctorOfTarget(flags: DoctorFlags, session: Session): Promise<DoctorReport> {
  const selection = definiteSelectionOf(flags, session.env);
  const reporter = await createReporter(flags, session, 'brief', 'looking');
  return withEngine(flags, session, reporter, async (context) => {
    const target = await resolveTarget(selection, surroundings(session, reporter, context.engine));
    const library = await import('../../doctor/doctor.js');
    return library.doctor(target.name, target.topology, context);
  });
}
