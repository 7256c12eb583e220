/** What the chaos test does, decided beforehand from a seed: nothing in here touches an engine. */
import fc from 'fast-check';

export type Command =
  | 'up'
  | 'down'
  | 'down --volumes'
  | 'failover'
  | 'failover --to'
  | 'restart master'
  | 'restart replica'
  | 'reset'
  | 'unpause'
  | 'heal';

/** What the topology file says. */
export interface Shape {
  /** The same for all rounds of a group. */
  readonly mode: 'loopback' | 'bridge';
  readonly replicas: 1 | 2 | 3;
  readonly sentinels: 3 | 5;
  /** Set while the nodes run. */
  readonly maxmemory: '32mb' | '64mb';
  /** Rolled out, one node at a time. */
  readonly databases: 8 | 16;
  /** Without it nothing is on disk when Redis stops. */
  readonly saves: boolean;
  /** Who has to log in: nobody, everybody with a first or a second password, or users. Of the two another is rolled through. */
  readonly auth: 'none' | 'first' | 'second' | 'acl';
  /** Turned on and off with all nodes started anew. */
  readonly tls: boolean;
}

/** What somebody does to a node of the group before the command runs. */
export interface Harm {
  readonly kind: 'kill' | 'remove' | 'pause' | 'restart' | 'partition';
  readonly role: 'master' | 'replica' | 'sentinel';
}

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGKILL';

/** When the signal comes, as a share of what such a command takes: of its time, or of the lines that it prints. */
export interface Moment {
  readonly of: 'time' | 'lines';
  /** 0 to 1. */
  readonly share: number;
}

/** What a command has to do: each takes a time of its own, which is measured before the rounds. */
export const WORKS = [
  'create',
  'nothing',
  'set',
  'roll out',
  'members',
  'passwords',
  'certificates',
  'mend',
  'fail over',
  'restart',
  'reset',
  'unpause',
  'remove',
] as const;
export type Work = (typeof WORKS)[number];

export interface Round {
  readonly number: number;
  /** Rounds of the same group follow on each other; the first finds nothing. */
  readonly group: number;
  readonly shape: Shape;
  readonly harm: Harm | null;
  /** Started at once; the first gets the signal. */
  readonly commands: readonly [Command, ...Command[]];
  readonly signal: Signal;
  readonly moment: Moment;
  /** What the first command has to do. */
  readonly works: readonly Work[];
  /**
   * Whether nothing of the group may be there when the round begins: an interrupted `up` takes all of that back,
   * what was written to it before it was ready included.
   */
  readonly isNew: boolean;
  /** What is run to its end afterwards, and has to put everything right. */
  readonly again: 'up' | 'down' | 'down --volumes';
  /**
   * Whether every write that was ever acknowledged has to be there afterwards. Not where a command deletes them
   * (`reset`, `down --volumes`), nor where a master ends whose file says that nothing is saved.
   */
  readonly keepsData: boolean;
}

/** Rounds on one group before it is removed and another begins. */
const ROUNDS_PER_GROUP = 5;
/** Every so many groups, one is in bridge mode, where nodes can be cut off. */
const BRIDGE_EVERY = 4;

export const FIRST_SHAPE: Shape = {
  mode: 'loopback',
  replicas: 2,
  sentinels: 3,
  maxmemory: '32mb',
  databases: 16,
  saves: true,
  auth: 'none',
  tls: false,
};

const CHANGES = fc.record(
  {
    replicas: fc.constantFrom<Shape['replicas'][]>(1, 2, 3),
    sentinels: fc.constantFrom<Shape['sentinels'][]>(3, 5),
    maxmemory: fc.constantFrom<Shape['maxmemory'][]>('32mb', '64mb'),
    databases: fc.constantFrom<Shape['databases'][]>(8, 16),
    saves: fc.boolean(),
    auth: fc.constantFrom<Shape['auth'][]>('none', 'first', 'second', 'acl'),
    tls: fc.boolean(),
  },
  { requiredKeys: [] },
);

const HARMS = fc.record({
  kind: fc.constantFrom<Harm['kind'][]>('kill', 'remove', 'pause', 'restart'),
  role: fc.constantFrom<Harm['role'][]>('master', 'replica', 'sentinel'),
});

const weighted = <T>(weights: readonly (readonly [number, T])[]) =>
  fc.oneof(...weights.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const CHOICES = fc.record({
  commands: weighted<Round['commands']>([
    [10, ['up']],
    [5, ['down']],
    [2, ['down --volumes']],
    [2, ['up', 'up']],
    [1, ['up', 'down']],
    [1, ['down', 'up']],
    [3, ['failover']],
    [2, ['failover --to']],
    [2, ['restart master']],
    [1, ['restart replica']],
    [1, ['reset']],
    // In bridge mode `heal`.
    [2, ['unpause']],
  ]),
  changes: fc.oneof({ weight: 2, arbitrary: CHANGES }, { weight: 1, arbitrary: fc.constant({}) }),
  harm: fc.oneof({ weight: 1, arbitrary: HARMS }, { weight: 2, arbitrary: fc.constant(null) }),
  signal: fc.constantFrom<Signal[]>('SIGINT', 'SIGTERM', 'SIGKILL'),
  moment: fc.record({
    of: fc.constantFrom<Moment['of'][]>('time', 'lines'),
    share: fc.nat({ max: 1_000 }).map((thousandths) => thousandths / 1_000),
  }),
  // Mostly what got the signal; now and then the user has changed their mind.
  isSame: weighted([
    [3, true],
    [1, false],
  ]),
});

/** What runs when a round begins. */
interface Before {
  readonly shape: Shape;
  readonly isUp: boolean;
  /** Whether it has not been up since it was made, or since its directories were deleted. */
  readonly isNew: boolean;
  /** Whether what runs saves: `down` goes by that, whatever the file says by then. */
  readonly saves: boolean;
}

/** @returns the same rounds for the same seed, however many are asked for */
export function planRounds(seed: number, count: number): readonly Round[] {
  const rounds: Round[] = [];
  let before = nothing(1);
  for (const [index, choice] of fc.sample(fc.noBias(CHOICES), { seed, numRuns: count }).entries()) {
    const group = Math.floor(index / ROUNDS_PER_GROUP) + 1;
    if (index % ROUNDS_PER_GROUP === 0) before = nothing(group);
    const round = planRound(choice, before);
    rounds.push({ ...round, number: index + 1, group });
    before = after(round);
  }
  return rounds;
}

function nothing(group: number): Before {
  const mode = group % BRIDGE_EVERY === 0 ? 'bridge' : 'loopback';
  return { shape: { ...FIRST_SHAPE, mode }, isUp: false, isNew: true, saves: true };
}

function after({ shape, again, isNew }: Pick<Round, 'shape' | 'again' | 'isNew'>): Before {
  const isUp = again === 'up';
  return { shape, isUp, isNew: again === 'down --volumes' || (isNew && !isUp), saves: shape.saves };
}

type Choice = typeof CHOICES extends fc.Arbitrary<infer T> ? T : never;

function planRound(choice: Choice, before: Before): Omit<Round, 'number' | 'group'> {
  const commands = commandsOf(choice.commands, before);
  const [first] = commands;
  // A file that says something else is applied by `up` only: with another command it changes nothing.
  const changes = { ...choice.changes };
  const shape = { ...before.shape, ...changes };
  const harm = before.isUp ? harmOf(first, choice.harm) : null;
  const again = againOf(first, choice.isSame);
  const all = [...commands, again];
  const deletes = all.some((command) => command === 'down --volumes' || command === 'reset');
  const endsMaster =
    all.some((command) => command === 'down' || command === 'restart master') ||
    (harm?.kind === 'restart' && harm.role === 'master');
  return {
    shape,
    harm,
    commands,
    signal: choice.signal,
    moment: choice.moment,
    works: worksOf(first, before, shape, harm),
    isNew: before.isNew,
    again,
    keepsData: !deletes && (!endsMaster || (before.saves && shape.saves)),
  };
}

function commandsOf(chosen: Round['commands'], { isUp, shape }: Before): Round['commands'] {
  if (chosen[0] === 'unpause' && shape.mode === 'bridge') return ['heal'];
  if (isUp || chosen.includes('up')) return chosen;
  return chosen[0].startsWith('down') ? ['up', ...chosen] : ['up'];
}

function harmOf(command: Command, chosen: Harm | null): Harm | null {
  const role = chosen?.role ?? 'master';
  if (command === 'unpause') return { kind: 'pause', role };
  if (command === 'heal') return { kind: 'partition', role };
  return chosen;
}

function againOf(command: Command, isSame: boolean): Round['again'] {
  if (command === 'up') return isSame ? 'up' : 'down';
  if (command === 'down' || command === 'down --volumes') return isSame ? command : 'up';
  return 'up';
}

const WORK_OF: Readonly<Partial<Record<Command, Work>>> = {
  down: 'remove',
  'down --volumes': 'remove',
  failover: 'fail over',
  'failover --to': 'fail over',
  'restart master': 'restart',
  'restart replica': 'restart',
  reset: 'reset',
  unpause: 'unpause',
  heal: 'unpause',
};

const WORK_OF_CHANGE: Readonly<Record<keyof Shape, Work>> = {
  mode: 'create',
  replicas: 'members',
  sentinels: 'members',
  maxmemory: 'set',
  databases: 'roll out',
  saves: 'set',
  auth: 'passwords',
  tls: 'certificates',
};

function worksOf(command: Command, before: Before, shape: Shape, harm: Harm | null): readonly Work[] {
  const work = WORK_OF[command];
  if (work !== undefined) return [work];
  if (!before.isUp) return ['create'];
  const changed = (Object.keys(WORK_OF_CHANGE) as (keyof Shape)[]).filter(
    (key) => shape[key] !== before.shape[key],
  );
  const works = new Set(changed.map((key) => WORK_OF_CHANGE[key]));
  if (harm !== null) works.add('mend');
  return works.size === 0 ? ['nothing'] : [...works];
}

/** One line that tells what happens in a round. */
export function describeRound({ number, shape, harm, commands, signal, moment, again }: Round): string {
  const { mode, replicas, sentinels, maxmemory, databases, saves, auth, tls } = shape;
  const size = `${mode} 1+${replicas}+${sentinels}, ${maxmemory}, ${databases} databases`;
  const access = `auth ${auth}${tls ? ', TLS' : ''}`;
  const file = `${size}${saves ? '' : ', never saved'}, ${access}`;
  const before = harm === null ? '' : `${harm.kind} the ${harm.role}, `;
  const [first, ...others] = commands;
  const beside = others.map((other) => ` beside \`${other}\``).join('');
  const when = `${signal} after ${(moment.share * 100).toFixed(1)} % of its ${moment.of}`;
  return `round ${number} (${file}): ${before}\`${first}\`${beside} gets ${when}, then \`${again}\``;
}
