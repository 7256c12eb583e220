import type { Context } from '../../engine/context.js';
import type { Step } from '../../model/step.js';
import type { Topology } from '../../model/topology.js';
import type { Reporter } from '../../report/reporters/reporter.js';
import { styleFor } from '../../report/terminal/style.js';
import { type PlanDocument, planText } from '../../report/text/plan-text.js';
import { upText } from '../../report/text/up-text.js';
import { AUTO } from '../../topology/group-name.js';
import { withEngine } from '../engine.js';
import type { UpFlags } from '../flags.js';
import { generateName } from '../input/generated-name.js';
import { refuseGroupOfOthers } from '../input/group-of-others.js';
import { loadSource, renamed } from '../input/load.js';
import { findSource, selectionOf } from '../input/source.js';
import { jsonText } from '../json.js';
import { createReporter } from '../reporting.js';
import type { Session } from '../session.js';

/**
 * A healthy group is proved ready in one or two seconds, and in ten to twelve where Sentinel's
 * periods cannot be lowered. A loaded CI machine is some four times slower. What is not ready
 * after a minute does not become so, and nobody should wait longer to learn why.
 */
export const DEFAULT_WAIT_MS = 60_000;

/** `rsentinel up` */
export async function up(flags: UpFlags, session: Session): Promise<number> {
  const { stdout, env, cwd } = session;
  const selection = selectionOf(flags, env);
  const source = await findSource(selection.file, cwd);
  const reporter = await createReporter(
    flags,
    session,
    flags.dryRun ? 'brief' : 'live',
    'reading the topology',
  );
  try {
    const isGenerated = selection.name === AUTO;
    const loaded = await loadSource(source, isGenerated ? undefined : selection.name, session, reporter);
    const topology = isGenerated ? renamed(loaded, generateName(loaded.name), cwd) : loaded;
    if (source.kind === 'defaults') {
      reporter.note(`no topology file here: the default group, ${topology.name}, of ${topology.image}`);
    }
    if (flags.dryRun) {
      const steps = await withEngine(flags, session, reporter, async (context) => {
        await refuseOthers(topology, selection.name, reporter, context);
        const { planUp } = await import('../../api/up.js');
        return planUp(topology, { ttlMs: flags.ttl }, context);
      });
      stdout.write(planResult(topology.name, steps, flags, session));
      return 0;
    }
    session.mayRemain(topology.name);
    const result = await withEngine(flags, session, reporter, async (context) => {
      await refuseOthers(topology, selection.name, reporter, context);
      const library = await import('../../api/up.js');
      return library.up(
        topology,
        {
          waitTimeoutMs: flags.waitTimeout ?? DEFAULT_WAIT_MS,
          onFailure: flags.rollback ? 'rollback' : 'keep',
          ttlMs: flags.ttl,
        },
        context,
      );
    });
    reporter.close();
    if (flags.format === 'json') stdout.write(jsonText(result.report));
    else if (!flags.quiet) stdout.write(upText(result, styleFor(stdout, env)));
    return 0;
  } finally {
    reporter.close();
  }
}

/** A name that was given is meant. @throws RsentinelError GROUP_OF_OTHERS */
async function refuseOthers(
  topology: Topology,
  given: string | undefined,
  reporter: Reporter,
  { driver }: Context,
): Promise<void> {
  if (given !== undefined) return;
  const warn = (message: string): void => reporter.listen({ type: 'warning', message });
  refuseGroupOfOthers(topology, { groups: await driver.groups(), warn });
}

function planResult(group: string, steps: readonly Step[], flags: UpFlags, { stdout, env }: Session): string {
  if (flags.format !== 'json') return planText(group, steps, styleFor(stdout, env));
  const document: PlanDocument = { version: 1, group, steps };
  return jsonText(document);
}
