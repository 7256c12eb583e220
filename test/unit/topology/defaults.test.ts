import { describe, expect, test } from 'vitest';
import { groupNameFrom } from '../../../src/topology/group-name.js';
import { linesOf, nodesOf, topologyOf } from './parse-helper.js';

const ALL_DEFAULTS = [
  'redis-1:6379',
  'redis-2:6380',
  'redis-3:6381',
  'sentinel-1:26379',
  'sentinel-2:26378',
  'sentinel-3:26377',
];

describe('every key has a default', () => {
  test('a file that says only an image is a whole group', () => {
    expect(topologyOf('image: valkey/valkey:8.1')).toEqual({
      name: 'my-app',
      image: 'valkey/valkey:8.1',
      masterName: 'mymaster',
      redis: [6379, 6380, 6381].map((port, index) => ({
        name: `redis-${index + 1}`,
        port,
        portIsFixed: false,
        directives: [],
      })),
      sentinels: [26379, 26378, 26377].map((port, index) => ({
        name: `sentinel-${index + 1}`,
        port,
        portIsFixed: false,
        directives: [],
      })),
      sentinel: {
        quorum: 2,
        'down-after-milliseconds': 30000,
        'parallel-syncs': 1,
        'failover-timeout': 180000,
      },
      // What these are is decided when the engine is known.
      network: { mode: undefined, subnet: undefined, address: undefined, insecure: false },
      timing: 'normal',
      auth: null,
      tls: null,
      storage: undefined,
      directory: '/srv/My_App/.rsentinel/my-app',
      templates: { redis: undefined, sentinel: undefined },
      file: '/srv/My_App/t.yaml',
    });
  });

  test('keys without a value are as if they were left out', () => {
    expect(nodesOf('name:\nmaster:\nreplicas: ~\nsentinel:\nnetwork:\n  mode:\nredis:\n  config:')).toEqual(
      ALL_DEFAULTS,
    );
  });

  test('an empty mapping is all defaults', () => {
    expect(nodesOf('{}')).toEqual(ALL_DEFAULTS);
  });

  test.each([
    [1, 1],
    [2, 2],
    [3, 2],
    [4, 3],
    [5, 3],
    [7, 4],
  ])('the quorum of %i sentinels is %i', (sentinels, quorum) => {
    expect(topologyOf(`sentinels: ${sentinels}`).sentinel.quorum).toBe(quorum);
  });

  test.each([
    ['My_App', 'my-app'],
    ['Über Cool 2', 'uber-cool-2'],
    ['--x--', 'x'],
    ['日本', 'riben'],
    ['проект', 'proekt'],
    ['…', expect.stringMatching(/^rsentinel-[0-9a-f]{6}$/)],
    ['', 'rsentinel'],
    ['auto', expect.stringMatching(/^auto-[0-9a-f]{6}$/)],
    ['a'.repeat(60), expect.stringMatching(/^a{34}-[0-9a-f]{6}$/)],
  ])('a group in the directory %s is called %s', (directory, name) => {
    expect(groupNameFrom(directory)).toEqual(name);
  });

  test('paths start from the directory of the file', () => {
    const topology = topologyOf('directory: ./data\ntemplates: {redis: ../r.conf, sentinel: /abs/s.conf}');
    expect(topology.directory).toBe('/srv/My_App/data');
    expect(topology.templates).toEqual({ redis: '/srv/r.conf', sentinel: '/abs/s.conf' });
  });

  test.each(['directory', 'volume'])('storage may be said: %s', (storage) => {
    expect(topologyOf(`storage: ${storage}`).storage).toBe(storage);
  });
});

describe('nodes', () => {
  test('slaves is another word for replicas', () => {
    expect(nodesOf('slaves: 1').slice(0, 2)).toEqual(['redis-1:6379', 'redis-2:6380']);
    expect(nodesOf('slaves: [{name: follower}]').slice(0, 2)).toEqual(['redis-1:6379', 'follower:6380']);
  });

  test('both words at once are a mistake', () => {
    expect(linesOf('slaves: 1\nreplicas: 1')).toEqual([
      't.yaml:1:1: slaves: slaves is another word for replicas, and both are here; keep one of the two',
    ]);
  });

  test('a list names them and gives them ports', () => {
    expect(nodesOf('replicas: [{name: near, port: 7000}]\nsentinels: [{name: judge, port: 5000}]')).toEqual([
      'redis-1:6379',
      'near:7000',
      'judge:5000',
    ]);
  });

  test('replicas follow the port of the master upward', () => {
    expect(nodesOf('master: {port: 6380}\nreplicas: 2').slice(0, 3)).toEqual([
      'redis-1:6380',
      'redis-2:6381',
      'redis-3:6382',
    ]);
  });

  test('sentinels count down from the first one', () => {
    expect(nodesOf('replicas: 0\nsentinels: [{port: 5000}, {}, {}]').slice(1)).toEqual([
      'sentinel-1:5000',
      'sentinel-2:4999',
      'sentinel-3:4998',
    ]);
  });

  test('a node without a port is next to the one before it in the list', () => {
    expect(nodesOf('replicas: [{port: 7000}, {}, {port: 6500}, {}]').slice(0, 5)).toEqual([
      'redis-1:6379',
      'redis-2:7000',
      'redis-3:7001',
      'redis-4:6500',
      'redis-5:6501',
    ]);
  });

  test('a default port passes over ports that the file gives to someone', () => {
    expect(nodesOf('replicas: [{}, {port: 6380}]\nmaster: {port: 6379}').slice(0, 3)).toEqual([
      'redis-1:6379',
      'redis-2:6381',
      'redis-3:6380',
    ]);
    expect(nodesOf('master: {port: 26378}\nreplicas: 0')).toEqual([
      'redis-1:26378',
      'sentinel-1:26379',
      'sentinel-2:26377',
      'sentinel-3:26376',
    ]);
  });

  test('redis and sentinel nodes with default ports stay out of each other’s way', () => {
    expect(nodesOf('master: {port: 26376}\nreplicas: 2')).toEqual([
      'redis-1:26376',
      'redis-2:26377',
      'redis-3:26378',
      'sentinel-1:26379',
      'sentinel-2:26375',
      'sentinel-3:26374',
    ]);
  });

  test('next to auto is auto', () => {
    expect(nodesOf('master: {port: auto}\nsentinels: [{}, {port: auto}, {}]')).toEqual([
      'redis-1:auto',
      'redis-2:auto',
      'redis-3:auto',
      'sentinel-1:26379',
      'sentinel-2:auto',
      'sentinel-3:auto',
    ]);
  });

  test('a default port beyond the last one is a mistake', () => {
    expect(linesOf('master: {port: 65535}\nreplicas: 1')).toEqual([
      't.yaml:2:11: replicas: no port is left for this node next to the one before it; give it a port, or write port: auto',
    ]);
    expect(linesOf('sentinels: [{port: 2}, {}, {}]')).toEqual([
      't.yaml:1:28: sentinels[2]: no port is left for this node next to the one before it; give it a port, or write port: auto',
    ]);
  });
});
