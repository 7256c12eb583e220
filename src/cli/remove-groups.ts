/** What `prune` and `down --all` have in common: ask, remove side by side, tell. */

import type { DownTarget } from '../api/down.js';
import type { Removal } from '../api/down-many.js';
import type { Context } from '../engine/context.js';
import { count } from '../model/format.js';
import type { Reporter } from '../report/reporters/reporter.js';
import { styleFor } from '../report/terminal/style.js';
import { errorText } from '../report/text/error-text.js';
import { type Condemned, condemnedLines, removalDocument, removalText } from '../report/text/removal-text.js';
import type { FormatFlags, ReportFlags } from './flags.js';
import { confirm } from './input/confirm.js';
import { jsonText } from './output/json.js';
import type { Session } from './session.js';

export interface RemovalFlags extends ReportFlags, FormatFlags {
  readonly volumes?: true;
  readonly yes?: true;
}

/**
 * Asks unless the flags say yes already.
 * @param command `prune`
 * @throws RsentinelError USAGE where nobody can be asked; the signal's reason after Ctrl-C
 */
export async function mayRemove(
  groups: readonly Condemned[],
  command: string,
  flags: RemovalFlags,
  session: Session,
): Promise<boolean> {
  if (flags.yes) return true;
  const what = count(groups.length, 'group');
  const withData = flags.volumes ? ' with configuration and data' : '';
  const question = {
    lines: condemnedLines(groups, Date.now()),
    text: `Remove ${groups.length === 1 ? 'this group' : `these ${what}`}${withData}?`,
    doing: `${command} would remove ${what}${withData}`,
  };
  const { stdin: input, stderr: output, signal } = session;
  const isAllowed = await confirm(question, { input, output }, signal);
  signal.throwIfAborted();
  if (!isAllowed) session.stderr.write('Nothing was removed.\n');
  return isAllowed;
}

export async function removeThem(
  targets: readonly DownTarget[],
  flags: RemovalFlags,
  context: Context,
): Promise<readonly Removal[]> {
  const { downMany } = await import('../api/down-many.js');
  return downMany(targets, { volumes: flags.volumes ? 'remove' : 'keep' }, context);
}

/** Prints the result. @returns the exit code */
export function tell(
  groups: readonly Condemned[],
  removals: readonly Removal[],
  command: string,
  flags: RemovalFlags,
  { stdout, stderr, env }: Session,
): number {
  if (flags.format === 'json') stdout.write(jsonText(removalDocument(groups, removals)));
  else if (!flags.quiet && removals.some(({ kind }) => kind === 'removed')) {
    stdout.write(removalText(removals, `rsentinel ${command}`, styleFor(stdout, env)));
  }
  const failed = removals.filter((removal) => removal.kind === 'failed');
  for (const { error } of failed) {
    stderr.write(errorText(error, styleFor(stderr, env), flags.verbose === true));
  }
  return failed.length === 0 ? 0 : 1;
}

/** Prints that there is nothing, or what would be removed. */
export function tellPlan(
  groups: readonly Condemned[],
  flags: RemovalFlags,
  reporter: Reporter,
  { stdout }: Session,
): number {
  if (flags.format === 'json') stdout.write(jsonText(removalDocument(groups, null)));
  else if (groups.length === 0) reporter.note('there is nothing to remove');
  else {
    const lines = condemnedLines(groups, Date.now()).map((line) => `  ${line}\n`);
    stdout.write(`${count(groups.length, 'group')} would be removed\n${lines.join('')}`);
  }
  return 0;
}
