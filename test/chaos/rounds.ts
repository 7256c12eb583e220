/** What the chaos test does, decided beforehand from a seed: nothing in here touches an engine. */
import fc from 'fast-check';

export type Command = 'up' | 'down' | 'down --volumes';

/** What the topology file says. */
export interface Shape {
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
  readonly kind: 'kill' | 'remove' | 'pause';
  readonly role: 'master' | 'replica' | 'sentinel';
}

export interface Round {
  readonly number: number;
  /** Rounds of the same group follow on each other; the first finds nothing. */
  readonly group: number;
  readonly shape: Shape;
  readonly harm: Harm | null;
  /** Started at once; the first is killed. */
  readonly commands: readonly [Command, ...Command[]];
  /** ms after which it is killed, unless it has ended: somewhere in the time that such a command takes. */
  readonly moment: number;
  /** What is run to its end afterwards, and has to put everything right. */
  readonly again: Command;
  /** Whether what was written to the group before has to be there whenever it is up afterwards. */
  readonly keepsData: boolean;
}

/** ms that `up` takes where the group is not there, has to change, is as it should be but for a node, is as it should be; and `down`. */
const DURATIONS = { create: 2_000, change: 9_000, mend: 3_000, nothing: 400, remove: 1_500 };

/** ms before which a command does nothing yet: Node starts. */
const START = 100;

/** Rounds on one group before it is removed and another begins. */
const ROUNDS_PER_GROUP = 5;

const FIRST_SHAPE: Shape = {
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
  kind: fc.constantFrom<Harm['kind'][]>('kill', 'remove', 'pause'),
  role: fc.constantFrom<Harm['role'][]>('master', 'replica', 'sentinel'),
});

const CHOICES = fc.record({
  commands: fc.oneof(
    { weight: 10, arbitrary: fc.constant<Round['commands']>(['up']) },
    { weight: 5, arbitrary: fc.constant<Round['commands']>(['down']) },
    { weight: 3, arbitrary: fc.constant<Round['commands']>(['down --volumes']) },
    { weight: 2, arbitrary: fc.constant<Round['commands']>(['up', 'up']) },
    { weight: 1, arbitrary: fc.constant<Round['commands']>(['up', 'down']) },
    { weight: 1, arbitrary: fc.constant<Round['commands']>(['down', 'up']) },
  ),
  changes: fc.oneof({ weight: 2, arbitrary: CHANGES }, { weight: 1, arbitrary: fc.constant({}) }),
  harm: fc.oneof({ weight: 1, arbitrary: HARMS }, { weight: 2, arbitrary: fc.constant(null) }),
  moment: fc.nat({ max: 1_000 }),
  // Mostly what was killed; now and then the user has changed their mind.
  isSame: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
});

/** @returns the same rounds for the same seed, however many are asked for */
export function planRounds(seed: number, count: number): readonly Round[] {
  const rounds: Round[] = [];
  let shape = FIRST_SHAPE;
  let isUp = false;
  let hasData = false;
  // Of what runs: `down` goes by that, whatever the file says by then.
  let saves = true;
  for (const [index, choice] of fc.sample(fc.noBias(CHOICES), { seed, numRuns: count }).entries()) {
    if (index % ROUNDS_PER_GROUP === 0) {
      shape = FIRST_SHAPE;
      isUp = false;
      hasData = false;
      saves = true;
    }
    const commands: Round['commands'] =
      isUp || choice.commands.includes('up') ? choice.commands : ['up', ...choice.commands];
    const isChange = Object.entries(choice.changes).some(
      ([key, value]) => shape[key as keyof Shape] !== value,
    );
    shape = { ...shape, ...choice.changes };
    const [killed] = commands;
    const harm = isUp ? choice.harm : null;
    const work = workOf(killed, isUp, isChange, harm);
    const again = choice.isSame ? killed : otherThan(killed);
    const all = [...commands, again];
    const stops = all.some((command) => command !== 'up');
    const keepsData: boolean =
      hasData && !all.includes('down --volumes') && ((saves && shape.saves) || !stops);
    rounds.push({
      number: index + 1,
      group: Math.floor(index / ROUNDS_PER_GROUP) + 1,
      shape,
      harm,
      commands,
      // Beside another command, it may have to wait for that one.
      moment: Math.round(START + (choice.moment / 1_000) * DURATIONS[work] * commands.length),
      again,
      keepsData,
    });
    isUp = again === 'up';
    saves = shape.saves;
    // What is written once a group is up is there from then on.
    hasData = isUp || keepsData;
  }
  return rounds;
}

function workOf(
  command: Command,
  isUp: boolean,
  isChange: boolean,
  harm: Harm | null,
): keyof typeof DURATIONS {
  if (command !== 'up') return 'remove';
  if (!isUp) return 'create';
  if (isChange) return 'change';
  return harm === null ? 'nothing' : 'mend';
}

function otherThan(command: Command): Command {
  return command === 'up' ? 'down' : 'up';
}

/** One line that tells what happens in a round. */
export function describeRound({ number, shape, harm, commands, moment, again }: Round): string {
  const { replicas, sentinels, maxmemory, databases, saves, auth, tls } = shape;
  const size = `1+${replicas}+${sentinels}, ${maxmemory}, ${databases} databases`;
  const access = `auth ${auth}${tls ? ', TLS' : ''}`;
  const file = `${size}${saves ? '' : ', never saved'}, ${access}`;
  const before = harm === null ? '' : `${harm.kind} the ${harm.role}, `;
  const [killed, ...others] = commands;
  const beside = others.map((other) => ` beside \`${other}\``).join('');
  return `round ${number} (${file}): ${before}\`${killed}\`${beside} killed after ${moment} ms, then \`${again}\``;
}
