/** Chooses the reporter for the streams and the flags. */
import { LogReporter } from '../../report/reporters/log-reporter.js';
import { quietReporter } from '../../report/reporters/quiet-reporter.js';
import type { Reporter } from '../../report/reporters/reporter.js';
import { type Environment, isColoured, type Output, styleFor } from '../../report/terminal/style.js';
import type { ReportFlags } from '../flags.js';
import type { Session } from '../session.js';

/** `live`: a command that takes long enough for something that moves. */
export type Pace = 'live' | 'brief';

/** @param doing what is being done, until there is something better to say */
export async function createReporter(
  flags: ReportFlags,
  session: Session,
  pace: Pace,
  doing: string,
): Promise<Reporter> {
  if (flags.quiet) return quietReporter;
  const { stderr, env } = session;
  const style = styleFor(stderr, env);
  const now = () => performance.now();
  if (pace === 'brief' || flags.verbose || !isLive(stderr, env)) {
    return new LogReporter(stderr, style, flags.verbose ? 'verbose' : 'normal', now);
  }
  const [{ default: ora }, { TtyReporter }] = await Promise.all([
    import('ora'),
    import('../../report/reporters/tty-reporter.js'),
  ]);
  const spinner = ora({
    stream: session.raw.stderr,
    isEnabled: true,
    color: isColoured(stderr, env) ? 'cyan' : false,
    // Raw mode would take Ctrl-C away from us, and standard input may be the topology.
    discardStdin: false,
  });
  return new TtyReporter(stderr, style, spinner, doing, now);
}

/**
 * Whether lines may move. A CI system's log is no terminal, even where it pretends to be one. Nor
 * is a terminal of no width (`docker run -t` in CI, `script`, `ssh -tt`): ora would divide by it and
 * erase lines for ever.
 */
export function isLive({ isTTY, columns = 0 }: Output, env: Environment): boolean {
  const ci = env['CI'];
  const isCi = ci !== undefined && ci !== '' && ci !== 'false' && ci !== '0';
  return isTTY === true && columns > 0 && !isCi && env['TERM'] !== 'dumb';
}
