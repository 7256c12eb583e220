import { envText, hidesSecrets } from '../../report/text/env-text.js';
import { withEngine } from '../engine.js';
import type { EnvFlags } from '../flags.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf } from '../input/source.js';
import { resolveTarget } from '../input/target.js';
import { jsonText } from '../output/json.js';
import { createReporter } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel env` */
export async function env(flags: EnvFlags, session: Session): Promise<number> {
  const selection = definiteSelectionOf(flags, session.env);
  const reporter = await createReporter(flags, session, 'brief', 'looking');
  const report = await withEngine(flags, session, reporter, async (context) => {
    const { name } = await resolveTarget(selection, surroundings(session, reporter, context.engine));
    const library = await import('../../api/env.js');
    return library.connectionOf(name, flags.showSecrets ? 'shown' : 'hidden', context);
  });
  // Into a file or a pipe as it is: a password may have characters that are not to be seen.
  const { stdout, raw } = session;
  const out = raw.stdout.isTTY ? stdout : raw.stdout;
  out.write(flags.format === 'json' ? jsonText(report) : envText(report));
  if (hidesSecrets(report)) reporter.note('the passwords are left out: --show-secrets prints them');
  if (report.tls !== null && report.tls.files === null && flags.format !== 'json') {
    reporter.note('the certificates are in a volume: --format json prints their texts');
  }
  return 0;
}
