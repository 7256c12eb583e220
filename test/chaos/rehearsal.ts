/** Measures what commands take on this machine at this moment, so that signals come anywhere in between. */
import { type TestGroup, testGroup } from '../support/group.js';
import { FIRST_SHAPE, type Shape, type Work } from './rounds.js';
import { topologyText } from './topology-text.js';

/** What a command takes that nobody interrupts. */
export interface Extent {
  readonly ms: number;
  /** On standard error, with `-v`. */
  readonly lines: number;
}

/** For each kind of work what it takes. */
export type Extents = ReadonlyMap<Work, Extent>;

/** Plays every kind of work once, on a group of its own. */
export async function rehearse(): Promise<Extents> {
  const extents = new Map<Work, Extent>();
  let shape: Shape = FIRST_SHAPE;
  await using group = await testGroup('chaos-rehearsal', topologyText(shape));
  const play = async (work: Work, command: string): Promise<void> => {
    extents.set(work, await measure(group, command));
  };
  const change = async (work: Work, changes: Partial<Shape>): Promise<void> => {
    shape = { ...shape, ...changes };
    await group.write(topologyText(shape));
    await play(work, 'up');
  };
  await play('create', 'up');
  await play('nothing', 'up');
  await change('set', { maxmemory: '64mb' });
  await change('members', { replicas: 3 });
  await change('roll out', { databases: 8 });
  await change('passwords', { auth: 'first' });
  await change('certificates', { tls: true });
  await play('fail over', 'failover');
  await play('restart', 'restart master');
  await play('reset', 'reset');
  await group.container('redis-2').pause();
  await play('unpause', 'unpause');
  await group.container('redis-1').kill();
  await play('mend', 'up');
  await play('remove', 'down');
  return extents;
}

async function measure(group: TestGroup, command: string): Promise<Extent> {
  const started = performance.now();
  const { code, stderr } = await group.run([...command.split(' '), '--verbose']);
  if (code !== 0) throw new Error(`${command} exited with ${code}:\n${stderr}`);
  return { ms: performance.now() - started, lines: stderr.split('\n').length - 1 };
}
