/** What certificates mean for a group that runs. */
import { describe, expect, it } from 'vitest';
import { parseTrust, trustEachOther } from '../../../src/model/credentials/trust.js';
import type { GroupSpec } from '../../../src/model/group-spec.js';
import type { ObservedState, TlsDrift } from '../../../src/plan/observed.js';
import { NO_DRIFT } from '../../../src/plan/observed.js';
import { isPrelude, planUp } from '../../../src/plan/up/plan-up.js';
import { nodesOf } from '../../../src/spec/build.js';
import { planLines, running, specOf } from './situation.js';

const group = (tls: string, before?: GroupSpec): GroupSpec =>
  specOf(`name: demo\nreplicas: 1\nsentinels: 2\nsentinel: {quorum: 1}\n${tls}`, before);

const PLAIN = group('');
const TLS = group('tls: generate\n');

const ids = (spec: GroupSpec, observed: ObservedState): readonly string[] =>
  planUp(spec, observed, null).map(({ id }) => id);

const drifted = (observed: ObservedState, drift: Partial<TlsDrift>): ObservedState => ({
  ...observed,
  tls: { ...NO_DRIFT, ...drift },
});

describe('a group over TLS', () => {
  it('has nothing to be done where its files are those of the spec', () => {
    expect(planLines(group('tls: generate\n', TLS), running(TLS))).toBe('');
  });

  it.each([
    { what: 'on', spec: group('tls: generate\n', PLAIN), now: PLAIN, why: 'from now on all speak TLS' },
    { what: 'off', spec: PLAIN, now: TLS, why: 'from now on nobody speaks TLS' },
  ])('is made anew all at once when TLS is turned $what', ({ spec, now, why }) => {
    const steps = planUp(spec, running(now), null);
    const stops = steps.filter(({ operation }) => operation.kind === 'stop');
    expect(stops.map(({ id }) => id).sort()).toEqual(
      nodesOf(spec)
        .map(({ name }) => `stop ${name}`)
        .sort(),
    );
    expect(new Set(stops.map(({ reason }) => reason))).toEqual(new Set([why]));
    expect(steps.some(({ operation }) => operation.kind === 'create')).toBe(true);
    expect(isPrelude(steps)).toBe(false);
  });

  it('is made anew all at once when another authority vouches for it', () => {
    const [stop] = planUp(group('tls: generate\n'), running(TLS), null).filter(({ id }) =>
      id.startsWith('stop'),
    );
    expect(stop?.reason).toBe('another authority vouches for the certificates');
  });

  it('goes on while clients begin to be asked for certificates', () => {
    const asking = group('tls: {auth-clients: yes}\n', TLS);
    const steps = ids(asking, running(TLS));
    expect(steps).toContain('switch redis-1');
    expect(steps.indexOf('wait-converged redis-2')).toBeLessThan(steps.indexOf('stop redis-1'));
    expect(steps.filter((id) => id.startsWith('create'))).toEqual([]);
  });

  it('starts a node anew whose file is not the one that it was given', () => {
    expect(planLines(TLS, drifted(running(TLS), { nodes: new Set(['redis-2']) }))).toMatchInlineSnapshot(`
      "wait-converged start: nothing is touched while something else is amiss
      stop redis-2: its certificate is not the one that it was given < wait-converged start
      render redis-2: its history is kept < stop redis-2
      start redis-2: it comes back in its place < render redis-2
      answer redis-2: the others connect to it < start redis-2
      wait-converged redis-2: the next one is touched only when it is back in its place < answer redis-2
      verify-ready: every node is asked, and its address is tried < wait-converged redis-2
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-2: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it('has the files of clients written where nothing else is to be done', () => {
    expect(planLines(TLS, drifted(running(TLS), { shared: true }))).toMatchInlineSnapshot(
      `
      "certificates: the certificates that clients use have changed
      verify-ready: every node is asked, and its address is tried < certificates"
    `,
    );
  });

  it('does not wait for a node that nobody accepts', () => {
    const observed = drifted(running(TLS), { untrusted: new Set(['redis-2']) });
    expect(planLines(TLS, observed)).toMatchInlineSnapshot(`
      "stop redis-2: nobody accepts its certificate
      render redis-2: it gets its certificate; its history is kept < stop redis-2
      start redis-2: with another certificate < render redis-2, stop redis-2
      answer redis-2: the others connect to it < start redis-2
      lower-timers sentinel-1: it would notice the others only after 10 seconds < answer redis-2
      lower-timers sentinel-2: it would notice the others only after 10 seconds < answer redis-2
      verify-ready: every node is asked, and its address is tried < lower-timers sentinel-1, lower-timers sentinel-2
      restore-timers sentinel-1: lowered periods are for a group that forms < verify-ready
      restore-timers sentinel-2: lowered periods are for a group that forms < verify-ready"
    `);
  });

  it.each([
    { who: 'the master', untrusted: ['redis-1'] },
    { who: 'every sentinel', untrusted: ['sentinel-1', 'sentinel-2'] },
  ])(
    'starts all of them anew where $who is not accepted, and saves nothing that cannot be asked',
    ({ untrusted }) => {
      const steps = ids(TLS, drifted(running(TLS), { untrusted: new Set(untrusted) }));
      for (const { name } of nodesOf(TLS)) expect(steps).toContain(`stop ${name}`);
      expect(steps.includes('save redis-1')).toBe(!untrusted.includes('redis-1'));
      expect(steps.filter((id) => id.startsWith('create'))).toEqual([]);
    },
  );
});

describe('made certificates', () => {
  it('are kept, and a node that joins gets one of the same authority', () => {
    const more = group('tls: generate\n', TLS);
    expect(more.tls).toEqual(TLS.tls);
    const wider = specOf(
      'name: demo\nreplicas: 2\nsentinels: 2\nsentinel: {quorum: 1}\ntls: generate\n',
      TLS,
    );
    expect(wider.tls?.authority).toBe(TLS.tls?.authority);
    expect(wider.tls?.nodes.get('redis-1')).toEqual(TLS.tls?.nodes.get('redis-1'));
    expect(wider.tls?.nodes.has('redis-3')).toBe(true);
  });

  it('are another one for a node that moves', () => {
    const at = (subnet: string, before?: GroupSpec) =>
      specOf(
        `name: demo\nreplicas: 0\nsentinels: 1\nnetwork: {mode: bridge, subnet: ${subnet}}\ntls: generate\n`,
        before,
      );
    const before = at('10.9.8.0/24');
    const moved = at('10.9.7.0/24', before);
    expect(moved.tls?.authority).toBe(before.tls?.authority);
    expect(moved.tls?.nodes.get('redis-1')).not.toEqual(before.tls?.nodes.get('redis-1'));
  });
});

describe('nodes trust each other', () => {
  const of = (signer: string, ...trusted: readonly string[]) => ({ signer, trusted });

  it('where each vouches for who has signed the other', () => {
    expect(trustEachOther(of('a', 'a'), of('a', 'a', 'b'))).toBe(true);
    expect(trustEachOther(of('a', 'a', 'b'), of('b', 'a', 'b'))).toBe(true);
    expect(trustEachOther(of('a', 'a'), of('b', 'a', 'b'))).toBe(false);
    expect(trustEachOther(of('a', 'a'), of('b', 'b'))).toBe(false);
  });

  it('as labels tell', () => {
    expect(parseTrust('0a/0a,0b')).toEqual(of('0a', '0a', '0b'));
    expect(parseTrust('yes')).toBeNull();
  });
});
