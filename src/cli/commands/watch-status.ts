import type { Context } from '../../engine/context.js';
import type { WatchMoment } from '../../model/report/watch-report.js';
import type { Topology } from '../../model/topology.js';
import { quietReporter } from '../../report/reporters/quiet-reporter.js';
import { Screen } from '../../report/terminal/screen.js';
import { styleFor } from '../../report/terminal/style.js';
import { statusText } from '../../report/text/status-text.js';
import { watchFrame } from '../../report/watch/watch-frame.js';
import { changedReport } from '../../report/watch/watch-json.js';
import { watchLines } from '../../report/watch/watch-lines.js';
import { NOTHING_SEEN, viewAfter } from '../../report/watch/watch-view.js';
import { withEngine } from '../engine.js';
import { exitCodeOfHealth } from '../exit-code.js';
import type { StatusFlags } from '../flags.js';
import { givenSentinels } from '../input/given.js';
import { surroundings } from '../input/load-source.js';
import { definiteSelectionOf, type Selection } from '../input/source.js';
import { resolveTarget, type Target } from '../input/target.js';
import { outletTo } from '../output/outlet.js';
import { createReporter, isLive } from '../output/reporting.js';
import type { Session } from '../session.js';

/** `rsentinel status --watch`: goes on until Ctrl-C, or until the group is gone. */
export async function watchStatus(flags: StatusFlags, session: Session): Promise<number> {
  const given = await givenSentinels(flags, session);
  if (given !== undefined) {
    const library = await import('../../api/watch-status.js');
    return show(library.watchStatusOfSentinels(given, session.signal), flags, session);
  }
  const selection = definiteSelectionOf(flags, session.env);
  const reporter = await createReporter(flags, session, 'brief', 'looking');
  return withEngine(flags, session, reporter, async (context) => {
    const target = await resolveTarget(selection, surroundings(session, reporter, context.engine));
    const library = await import('../../api/watch-status.js');
    const topologyNow = rereading(target, selection, session, context);
    return show(library.watchStatus(target.name, topologyNow, context), flags, session);
  });
}

/** The file may be edited, and `up` run again, while the group is watched. */
function rereading(
  { name, topology }: Target,
  { file }: Selection,
  session: Session,
  { engine }: Context,
): () => Promise<Topology | null> {
  let last = topology;
  let isFirst = true;
  return async () => {
    // What has just been read; and standard input can be read once only.
    if (isFirst || file === '-') {
      isFirst = false;
      return last;
    }
    const around = surroundings(session, quietReporter, engine);
    last = await resolveTarget({ name, file }, around).then(
      (target) => target.topology,
      () => last,
    );
    return last;
  };
}

/** @returns the exit code */
function show(moments: AsyncIterable<WatchMoment>, flags: StatusFlags, session: Session): Promise<number> {
  const { stdout, env } = session;
  if (flags.format === 'json') return print(moments, 'json', session);
  if (flags.quiet) return print(moments, 'nothing', session);
  // What -v tells would be written across the screen.
  return isLive(stdout, env) && !flags.verbose ? draw(moments, session) : print(moments, 'lines', session);
}

async function print(
  moments: AsyncIterable<WatchMoment>,
  what: 'json' | 'lines' | 'nothing',
  { stdout }: Session,
): Promise<number> {
  const outlet = outletTo(stdout);
  let view = NOTHING_SEEN;
  for await (const moment of moments) {
    const before = view;
    view = viewAfter(view, moment);
    let text = '';
    if (what === 'lines')
      text = watchLines(before, moment)
        .map((line) => `${line}\n`)
        .join('');
    if (what === 'json' && moment.kind === 'report') text = changedReport(before.report, moment.report) ?? '';
    if (text !== '' && !(await outlet.write(text))) return 0;
  }
  return exitCodeOfHealth(view.report?.health ?? 'absent');
}

async function draw(
  moments: AsyncIterable<WatchMoment>,
  { stdout, raw, env, signal }: Session,
): Promise<number> {
  const style = styleFor(stdout, env);
  const screen = new Screen(raw.stdout);
  let view = NOTHING_SEEN;
  const redraw = (): void => {
    const { columns, rows } = stdout;
    if (view.report !== null && !signal.aborted) screen.draw(watchFrame(view, { columns, rows }, style));
  };
  // At once, even if what is under way takes its time to end: a second Ctrl-C leaves without it.
  const close = (): void => screen.close();
  signal.addEventListener('abort', close);
  stdout.on('resize', redraw);
  try {
    for await (const moment of moments) {
      view = viewAfter(view, moment);
      redraw();
    }
  } finally {
    stdout.off('resize', redraw);
    signal.removeEventListener('abort', close);
    screen.close();
  }
  if (view.report !== null) stdout.write(statusText(view.report, style));
  return exitCodeOfHealth(view.report?.health ?? 'absent');
}
