/** Commands of a round, the first of which gets a signal. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Ran, Running } from '../support/command.js';
import type { TestGroup } from '../support/group.js';
import type { Extents } from './rehearsal.js';
import type { Command, Round } from './rounds.js';

/** ms before which a command does nothing yet: Node starts. */
const START = 100;
/** ms that an interrupted command may take to end: a switch that the sentinels have begun is carried to its end. */
const PATIENCE = 60_000;

/** What became of the commands of a round. */
export interface Signalled {
  readonly runs: readonly Ran[];
  /** Whether the signal came while the command ran, and not after it. */
  readonly isSent: boolean;
}

/** @param replica the node that `failover --to` names */
export async function runAndSignal(
  group: TestGroup,
  round: Round,
  extents: Extents,
  replica: string | null,
): Promise<Signalled> {
  const running = round.commands.map((command) => group.start([...wordsOf(command, replica), '--verbose']));
  const [first] = running;
  if (first === undefined) throw new Error('a round has a command');
  await Promise.race([momentOf(first, round, extents), first.ended]);
  const isSent = first.child.exitCode === null && first.child.kill(round.signal);
  const runs = Promise.all(running.map(({ ended }) => ended));
  const ended = await Promise.race([runs, delay(PATIENCE, null, { ref: false })]);
  if (ended === null) throw new Error(`the commands have not ended ${PATIENCE} ms after ${round.signal}`);
  return { runs: ended, isSent };
}

function wordsOf(command: Command, replica: string | null): readonly string[] {
  return command === 'failover --to' ? ['failover', '--to', replica ?? 'redis-2'] : command.split(' ');
}

/** Resolves when the signal is to come. Beside another command the first may have to wait for that one. */
async function momentOf(
  { child }: Running,
  { works, moment, commands }: Round,
  extents: Extents,
): Promise<void> {
  const all = works.map((work) => extents.get(work) ?? { ms: 0, lines: 0 });
  const total = (of: 'ms' | 'lines') => all.reduce((sum, extent) => sum + extent[of], 0);
  if (moment.of === 'time') {
    await delay(START + moment.share * Math.max(0, total('ms') - START) * commands.length);
    return;
  }
  const wanted = 1 + Math.floor(moment.share * (total('lines') - 1));
  await new Promise<void>((resolve) => {
    let lines = 0;
    child.stderr?.on('data', (text: string) => {
      lines += text.split('\n').length - 1;
      if (lines >= wanted) resolve();
    });
  });
}
