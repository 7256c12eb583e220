/** Whatever there is and whatever is wanted: there is a plan, and it can be walked. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ObservedMember } from '../../../src/engine/engine.js';
import { NOTHING_LIVE } from '../../../src/plan/observed.js';
import { planUp } from '../../../src/plan/up/plan-up.js';
import { running, specOf, withHistory, withMembers, withoutMembers } from './situation.js';

const STATES: readonly (ObservedMember['state'] | 'none')[] = [
  'running',
  'paused',
  'exited',
  'created',
  'dead',
  'none',
];

const TOPOLOGIES = fc
  .record({
    mode: fc.constantFrom('loopback', 'loopback', 'bridge', 'host'),
    replicas: fc.constantFrom(0, 1, 2, 3),
    sentinels: fc.constantFrom(1, 3, 5),
    databases: fc.constantFrom(8, 16),
    port: fc.constantFrom('6379', '7000', 'auto'),
    image: fc.constantFrom('redis:7', 'redis:8'),
    downAfter: fc.constantFrom(1000, 2000),
  })
  .map(
    ({ mode, replicas, sentinels, databases, port, image, downAfter }) => `
image: ${image}
master: {port: ${port}}
replicas: [${Array(replicas).fill('{port: auto}').join(', ')}]
sentinels: [${Array(sentinels).fill('{port: auto}').join(', ')}]
sentinel: {down-after-milliseconds: ${downAfter}}
redis: {config: {databases: ${databases}}}
network: {mode: ${mode}}
`,
  );

const SITUATIONS = fc.record({
  before: TOPOLOGIES,
  after: TOPOLOGIES,
  isSame: fc.boolean(),
  master: fc.nat(3),
  /** Of the members, in their order; those that are left out run. */
  states: fc.array(fc.constantFrom(...STATES), { maxLength: 10 }),
  answers: fc.boolean(),
  canPromote: fc.boolean(),
  imagePresent: fc.boolean(),
});

it('there is a plan, every step of which comes after those that it waits for', () => {
  fc.assert(
    fc.property(
      SITUATIONS,
      ({ before, after, isSame, master, states, answers, canPromote, imagePresent }) => {
        const was = specOf(before);
        const wanted = isSame ? was : specOf(after, was);
        const names = was.redis.map(({ name }) => name);
        const all = running(was, names[master % names.length]);
        let observed = { ...all, canPromote, imagePresent };
        for (const [index, state] of states.entries()) {
          const node = all.objects.members[index]?.node;
          if (node === undefined) break;
          observed =
            state === 'none' ? withoutMembers(observed, [node]) : withMembers(observed, [node], { state });
        }
        const live = answers ? all.live : NOTHING_LIVE;
        const planInput = withHistory(wanted, { ...observed, live }, live.master);
        const done = new Set<string>();
        for (const { id, after: needed } of planUp(wanted, planInput, null)) {
          expect([...done]).not.toContain(id);
          for (const one of needed) expect([...done]).toContain(one);
          done.add(id);
        }
      },
    ),
    { numRuns: 500 },
  );
});
