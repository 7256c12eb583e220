import { describe, expect, it } from 'vitest';
import type { Address } from '../../../src/model/address.js';
import { allocate } from '../../../src/spec/allocate.js';
import { topologyOf } from '../topology/parse-helper.js';

interface Given {
  readonly known?: Readonly<Record<string, string>>;
  /** Ports that the anchor publishes. */
  readonly published?: readonly number[];
  /** Subnet of the network that is there. */
  readonly network?: string;
  readonly refused?: { readonly ports?: readonly number[]; readonly subnets?: readonly string[] };
  readonly random?: number;
}

/** `known` as `host:port`, by node name. */
function allocated(
  text: string,
  { known = {}, network, published = [], refused = {}, random = 0 }: Given = {},
) {
  const addresses = Object.entries(known).map(([name, address]): [string, Address] => {
    const [host = '', port] = address.split(':');
    return [name, { host, port: Number(port) }];
  });
  const { ports, ips, subnet } = allocate(
    topologyOf(text),
    { addresses: new Map(addresses), subnet: network ?? null, published },
    { ports: new Set(refused.ports ?? []), subnets: new Set(refused.subnets ?? []) },
    () => random,
  );
  return { ports: Object.fromEntries(ports), ips: Object.fromEntries(ips), subnet };
}

const AUTO = 'name: demo\nmaster: {port: auto}\nreplicas: 1\nsentinels: [{port: auto}]\n';
const BRIDGE = 'name: demo\nreplicas: 1\nsentinels: 1\nnetwork: {mode: bridge}\n';

describe('automatic ports', () => {
  it('are all different, above the well-known and below the ephemeral ports', () => {
    for (const random of [0, 0.5, 0.999999]) {
      const ports = Object.values(allocated(AUTO, { random }).ports);
      expect(new Set(ports).size).toBe(3);
      for (const port of ports) expect(port).toBeGreaterThanOrEqual(15_000);
      for (const port of ports) expect(port).toBeLessThan(32_768);
    }
  });

  it('avoid those that are fixed in the file, whatever the order', () => {
    const text = 'name: demo\nmaster: {port: auto}\nreplicas: [{port: 15000}]\nsentinels: [{port: 15001}]\n';
    expect(allocated(text).ports).toEqual({ 'redis-1': 15_002, 'redis-2': 15_000, 'sentinel-1': 15_001 });
  });

  it('avoid those that the engine has refused', () => {
    const ports = Object.values(allocated(AUTO, { refused: { ports: [15_000, 15_002] } }).ports);
    expect(ports).toEqual([15_001, 15_003, 15_004]);
  });

  it('are kept where the group had them before', () => {
    const known = { 'redis-2': '127.0.0.1:20000', 'sentinel-1': '127.0.0.1:20001' };
    expect(allocated(AUTO, { known }).ports).toEqual({
      'redis-1': 15_000,
      'redis-2': 20_000,
      'sentinel-1': 20_001,
    });
  });

  it('are not given to another node than the one that had them', () => {
    const known = { 'redis-2': '127.0.0.1:15000', 'sentinel-1': '127.0.0.1:15001' };
    expect(allocated(AUTO, { known }).ports).toEqual({
      'redis-1': 15_002,
      'redis-2': 15_000,
      'sentinel-1': 15_001,
    });
  });

  it('are not kept when they were refused, or belong to another node by now', () => {
    const known = { 'redis-1': '127.0.0.1:20000' };
    expect(allocated(AUTO, { known, refused: { ports: [20_000] } }).ports['redis-1']).toBe(15_000);
    const text = 'name: demo\nmaster: {port: auto}\nreplicas: [{port: 20000}]\nsentinels: 1\n';
    expect(allocated(text, { known }).ports).toMatchObject({ 'redis-1': 15_000, 'redis-2': 20_000 });
  });

  it('never take the place of a fixed port, whatever was known', () => {
    const known = { 'redis-1': '127.0.0.1:7000' };
    expect(allocated('name: demo\nmaster: {port: 7001}\n', { known }).ports['redis-1']).toBe(7001);
  });
});

describe('the subnet', () => {
  it('is nobody’s business in loopback mode', () => {
    expect(allocated('name: demo\n')).toMatchObject({ ips: {}, subnet: undefined });
  });

  it('is the same for a group at every call, and that of the file where it has one', () => {
    const { subnet } = allocated(BRIDGE);
    expect(subnet).toMatch(/^10\.2[0-3]\d\.\d+\.0\/24$/);
    expect(allocated(BRIDGE).subnet).toBe(subnet);
    expect(allocated(BRIDGE.replace('demo', 'other')).subnet).not.toBe(subnet);
    expect(
      allocated('name: demo\nnetwork: {mode: bridge, subnet: 192.168.77.0/24}\n', {
        network: '10.200.1.0/24',
      }).subnet,
    ).toBe('192.168.77.0/24');
  });

  it('is kept where nodes have addresses in it, unless it was refused', () => {
    const known = { 'redis-2': '10.213.7.5:6380' };
    expect(allocated(BRIDGE, { known }).subnet).toBe('10.213.7.0/24');
    const refused = { subnets: ['10.213.7.0/24'] };
    expect(allocated(BRIDGE, { known, refused }).subnet).toBe(allocated(BRIDGE).subnet);
  });

  it('is that of the network that is there already', () => {
    expect(allocated(BRIDGE, { network: '10.222.1.0/24' }).subnet).toBe('10.222.1.0/24');
  });

  it('is the next one when one was refused', () => {
    const first = allocated(BRIDGE).subnet ?? '';
    const second = allocated(BRIDGE, { refused: { subnets: [first] } }).subnet;
    expect(second).toMatch(/^10\.2[0-3]\d\.\d+\.0\/24$/);
    expect(second).not.toBe(first);
  });
});

describe('the addresses in a subnet', () => {
  const text = 'name: demo\nreplicas: 1\nsentinels: 1\nnetwork: {mode: bridge, subnet: 10.9.8.0/28}\n';

  it('leave the network’s own, the gateway and the broadcast address alone', () => {
    const all = allocated(text.replace('replicas: 1', 'replicas: 11'));
    const hosts = Object.values(all.ips).map((ip) => Number(ip.split('.')[3]));
    expect(hosts).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it('are kept by the nodes that have them; others get what is free', () => {
    const known = { 'redis-2': '10.9.8.2:6380', 'sentinel-1': '10.1.1.1:26379' };
    expect(allocated(text, { known }).ips).toEqual({
      'redis-1': '10.9.8.3',
      'redis-2': '10.9.8.2',
      'sentinel-1': '10.9.8.4',
    });
  });
});
