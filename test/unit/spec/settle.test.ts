/** What the file leaves open, decided by where the engine is. */
import { describe, expect, it } from 'vitest';
import { OPEN } from '../../../src/model/credentials/group-access.js';
import { allocate, NOTHING_BEFORE } from '../../../src/spec/allocate.js';
import { buildGroupSpec } from '../../../src/spec/build.js';
import { type Place, THIS_MACHINE, withDefaults } from '../../../src/spec/defaults.js';
import { topologyOf } from '../topology/parse-helper.js';

const FAR: Place = { kind: 'remote', title: 'tcp://10.0.0.9:2376', host: '10.0.0.9', isVirtual: false };
const TUNNEL: Place = { ...FAR, title: 'tcp://localhost:2376', host: '127.0.0.1' };
const DESKTOP: Place = { ...THIS_MACHINE, isVirtual: true };

const on = (place: Place, text: string, given?: string) => {
  const { network, storage } = withDefaults(topologyOf(text), given, place);
  return [network.mode, network.address, storage].join(' ');
};

const refusal = (place: Place, text: string, given?: string): Error => {
  try {
    on(place, text, given);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it was not refused');
};

const open = (rest: string): string => `network: {${rest}, insecure: true}`;

describe('a file that leaves it open', () => {
  it('is a group on loopback, in directories, on an engine of this machine', () => {
    expect(on(THIS_MACHINE, 'name: demo')).toBe('loopback 127.0.0.1 directory');
    expect(on(DESKTOP, 'name: demo')).toBe('loopback 127.0.0.1 directory');
  });

  it('is published on the host of an engine elsewhere, in volumes, once somebody says that this is meant', () => {
    expect(on(FAR, 'network: {insecure: true}')).toBe('published 10.0.0.9 volume');
    expect(refusal(FAR, 'name: demo')).toMatchObject({
      code: 'NETWORK_UNSUITABLE',
      message: expect.stringContaining(
        'the nodes would be reached at 10.0.0.9: whoever reaches that address',
      ),
      hint: expect.stringContaining('auth: generate, or insecure: true'),
    });
  });

  it('is on loopback where the engine is reached there, as through a tunnel', () => {
    expect(on(TUNNEL, 'name: demo')).toBe('loopback 127.0.0.1 volume');
  });
});

describe('a file that says it', () => {
  it.each([
    [THIS_MACHINE, 'network: {mode: bridge}', undefined, 'bridge 127.0.0.1 directory'],
    [THIS_MACHINE, 'storage: volume', undefined, 'loopback 127.0.0.1 volume'],
    [FAR, `storage: directory\n${open('mode: published')}`, undefined, 'published 10.0.0.9 directory'],
    [
      THIS_MACHINE,
      open('mode: published, address: lan.example.org'),
      '10.1.2.3',
      'published 10.1.2.3 directory',
    ],
    [FAR, open('mode: published, address: 198.51.100.7'), '198.51.100.7', 'published 198.51.100.7 volume'],
    [THIS_MACHINE, 'network: {mode: host}', undefined, 'host 127.0.0.1 directory'],
    [FAR, open('mode: host'), undefined, 'host 10.0.0.9 volume'],
  ])('on %o: %s', (place, text, given, expected) => {
    expect(on(place, text, given)).toBe(expected);
  });

  it.each([
    [FAR, 'network: {mode: loopback}', undefined, /mode: loopback needs an engine on this machine/],
    [FAR, 'network: {mode: bridge}', undefined, /mode: bridge needs an engine on this machine/],
    [THIS_MACHINE, open('mode: published'), undefined, /needs an address of this machine/],
    [THIS_MACHINE, open('mode: published, address: localhost'), '127.0.0.1', /cannot work at 127.0.0.1/],
    [DESKTOP, 'network: {mode: host}', undefined, /runs in a virtual machine/],
    // A name that turns out to be an address of others.
    [THIS_MACHINE, 'network: {mode: host, address: lan.example.org}', '10.1.2.3', /there is no password/],
  ])('is refused on %o where it cannot work or nobody knows: %s', (place, text, given, message) => {
    expect(refusal(place, text, given)).toMatchObject({ code: 'NETWORK_UNSUITABLE' });
    expect(refusal(place, text, given).message).toMatch(message);
  });
});

describe('timing: fast', () => {
  it.each([
    [THIS_MACHINE, 'timing: fast', 'loopback 127.0.0.1 directory'],
    [THIS_MACHINE, 'timing: fast\nnetwork: {mode: bridge}', 'bridge 127.0.0.1 directory'],
    [THIS_MACHINE, 'timing: fast\nnetwork: {mode: host}', 'host 127.0.0.1 directory'],
    [FAR, `timing: fast-anywhere\n${open('mode: host')}`, 'host 10.0.0.9 volume'],
  ])(
    'is for nodes on this machine, and for others where somebody insists: on %o: %s',
    (place, text, expected) => {
      expect(on(place, text, undefined)).toBe(expected);
    },
  );

  it.each([
    [FAR, 'timing: fast\nnetwork: {insecure: true}', undefined],
    [THIS_MACHINE, `timing: fast\n${open('mode: host, address: lan.example.org')}`, '10.1.2.3'],
  ])('is refused elsewhere: on %o: %s', (place, text, given) => {
    expect(refusal(place, text, given)).toMatchObject({
      code: 'NETWORK_UNSUITABLE',
      message: expect.stringContaining('silent for half a second'),
      hint: expect.stringContaining('timing: fast-anywhere'),
    });
  });

  it('has times of its own, which the file may change', () => {
    const times = (text: string) => {
      const { 'down-after-milliseconds': downAfter, 'failover-timeout': timeout } = topologyOf(text).sentinel;
      return [downAfter, timeout];
    };
    expect(times('name: demo')).toEqual([30_000, 180_000]);
    expect(times('timing: fast')).toEqual([500, 10_000]);
    expect(times('timing: fast-anywhere')).toEqual([500, 10_000]);
    expect(times('timing: fast\nsentinel: {down-after-milliseconds: 800}')).toEqual([800, 10_000]);
  });
});

describe('the spec', () => {
  const specOn = (place: Place, text: string, given?: string) => {
    const settled = withDefaults(topologyOf(text), given, place);
    const refused = { ports: new Set<number>(), subnets: new Set<string>() };
    const allocation = allocate(settled, NOTHING_BEFORE, refused, () => 0);
    return buildGroupSpec(settled, allocation, { redis: '', sentinel: '' }, OPEN, null);
  };

  it('has one host for all nodes, which is also where they are asked', () => {
    const spec = specOn(FAR, 'network: {insecure: true}');
    for (const node of [...spec.redis, ...spec.sentinels]) {
      expect(node.address.host).toBe('10.0.0.9');
      expect(node.control).toMatchObject(node.address);
    }
    expect(spec.anchor).toBeNull();
  });

  it('changes with mode, address and storage', () => {
    const digest = (text: string, given?: string) =>
      specOn(THIS_MACHINE, text, given).redis[0].containerDigest;
    const digests = [
      digest('name: my-app'),
      digest('network: {mode: host}'),
      digest('storage: volume'),
      digest(open('mode: host, address: 10.1.2.3'), '10.1.2.3'),
    ];
    expect(new Set(digests).size).toBe(digests.length);
  });
});
