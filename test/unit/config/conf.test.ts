import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderTree } from '../../../src/api/render.js';
import { renderConf } from '../../../src/config/conf.js';
import { readConfFacts } from '../../../src/config/conf-facts.js';
import type { GroupSpec } from '../../../src/model/group-spec.js';
import { initialHistory } from '../../../src/model/history.js';
import { nodesOf } from '../../../src/spec/build.js';
import { historyWith, specOf } from '../plan/situation.js';
import { topologyOf } from '../topology/parse-helper.js';

const EXAMPLE = readFileSync(new URL('../../../topology.example.yaml', import.meta.url), 'utf8');

/** What Redis reads of a file. */
function directives(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .join('\n');
}

function rendered(spec: GroupSpec, name: string, master = spec.redis[0].name): string {
  const node = nodesOf(spec).find((other) => other.name === name);
  if (node === undefined) throw new Error(`there is no ${name}`);
  return renderConf(spec, node, historyWith(spec, master), null);
}

describe('the files of the example', () => {
  const example = specOf(EXAMPLE);

  it('are one for every node, in a directory of its own', async () => {
    expect((await renderTree(topologyOf(EXAMPLE))).map(({ path }) => path)).toEqual([
      'redis-1/conf/redis.conf',
      'redis-2/conf/redis.conf',
      'redis-3/conf/redis.conf',
      'sentinel-1/conf/sentinel.conf',
      'sentinel-2/conf/sentinel.conf',
      'sentinel-3/conf/sentinel.conf',
    ]);
  });

  it('have what a master needs', () => {
    expect(directives(rendered(example, 'redis-1'))).toMatchInlineSnapshot(`
      "port 6379
      replica-announce-ip 127.0.0.1
      replica-announce-port 6379
      protected-mode no
      dir /data
      daemonize no
      logfile ""
      repl-diskless-sync yes
      repl-diskless-sync-delay 0"
    `);
  });

  it('have what a replica needs', () => {
    expect(directives(rendered(example, 'redis-3'))).toMatchInlineSnapshot(`
      "port 6381
      replica-announce-ip 127.0.0.1
      replica-announce-port 6381
      protected-mode no
      dir /data
      daemonize no
      logfile ""
      repl-diskless-sync yes
      repl-diskless-sync-delay 0
      replicaof 127.0.0.1 6379"
    `);
  });

  it('have what a sentinel needs, the whole group included', () => {
    expect(directives(rendered(example, 'sentinel-2'))).toMatchInlineSnapshot(`
      "port 26378
      sentinel announce-ip 127.0.0.1
      sentinel announce-port 26378
      protected-mode no
      dir /data
      daemonize no
      logfile ""
      sentinel myid b7759de2ea92eb3b4eec1bfe74e37f77d83e6895
      sentinel monitor mymaster 127.0.0.1 6379 2
      sentinel down-after-milliseconds mymaster 30000
      sentinel parallel-syncs mymaster 1
      sentinel failover-timeout mymaster 180000
      sentinel config-epoch mymaster 0
      sentinel leader-epoch mymaster 0
      sentinel current-epoch 0
      sentinel known-replica mymaster 127.0.0.1 6380
      sentinel known-replica mymaster 127.0.0.1 6381
      sentinel known-sentinel mymaster 127.0.0.1 26379 3d4dd80dd0680f71ab6854421621ae4fa725c54d
      sentinel known-sentinel mymaster 127.0.0.1 26377 aa9122216d24005eb815cb83db8b09eceac9bbd5"
    `);
  });
});

describe('a rendered file', () => {
  const spec = specOf(`
name: demo
replicas: [{config: {maxmemory: 1mb}}, {}]
redis: {config: {maxmemory: 256mb, save: [3600 1, 300 100]}}
sentinel: {config: {loglevel: verbose}}
`);

  it('ends with the directives of the topology, the node’s own instead of the group’s', () => {
    expect(directives(rendered(spec, 'redis-1'))).toMatch(/\nmaxmemory 256mb\nsave 3600 1\nsave 300 100$/);
    expect(directives(rendered(spec, 'redis-2'))).toMatch(/\nmaxmemory 1mb$/m);
    expect(directives(rendered(spec, 'redis-2'))).not.toContain('256mb');
    expect(directives(rendered(spec, 'sentinel-1'))).toMatch(/\nloglevel verbose$/);
  });

  it('carries the history on: master, epochs, ids and all other nodes', () => {
    expect(directives(rendered(spec, 'redis-1', 'redis-2'))).toContain('\nreplicaof 127.0.0.1 6380');
    expect(directives(rendered(spec, 'redis-2', 'redis-2'))).not.toContain('replicaof');
    const text = directives(rendered(spec, 'sentinel-1', 'redis-2'));
    expect(text).toContain('\nsentinel monitor mymaster 127.0.0.1 6380 2\n');
    expect(text).toContain('\nsentinel config-epoch mymaster 1\n');
    expect(text).toContain('\nsentinel leader-epoch mymaster 1\n');
    expect(text).toContain('\nsentinel current-epoch 1\n');
    expect(text.match(/known-replica mymaster 127\.0\.0\.1 \d+/g)).toEqual([
      'known-replica mymaster 127.0.0.1 6379',
      'known-replica mymaster 127.0.0.1 6381',
    ]);
    const { sentinels } = initialHistory(spec);
    expect(text).toContain(`\nsentinel myid ${sentinels.get('sentinel-1')?.myid}\n`);
    expect(text).toContain(
      `\nsentinel known-sentinel mymaster 127.0.0.1 26378 ${sentinels.get('sentinel-2')?.myid}\n`,
    );
    expect(text).not.toMatch(/known-sentinel mymaster 127\.0\.0\.1 26379/);
  });

  it('gives a sentinel the epoch of the master that it is told, not that of one that it knew before', () => {
    const sentinel = spec.sentinels[0];
    const then = readConfFacts(renderConf(spec, sentinel, historyWith(spec, 'redis-2'), null));
    const initial = initialHistory(spec);
    const now = { ...initial, master: { ...initial.master, configEpoch: 7 } };
    const text = directives(renderConf(spec, sentinel, now, then));
    expect(text).toContain('\nsentinel config-epoch mymaster 7\n');
    expect(text).toContain('\nsentinel current-epoch 7\n');
  });

  it('has the plain port closed and the other one open where the group speaks TLS', () => {
    const secured = specOf('name: demo\ntls: {auth-clients: optional}\n');
    for (const [name, port] of [
      ['redis-2', 6380],
      ['sentinel-1', 26379],
    ] as const) {
      expect(directives(rendered(secured, name)).split('\n').slice(0, 7)).toEqual([
        'port 0',
        `tls-port ${port}`,
        'tls-cert-file /conf/tls.crt',
        'tls-key-file /conf/tls.key',
        'tls-ca-cert-file /conf/ca.crt',
        'tls-replication yes',
        'tls-auth-clients optional',
      ]);
    }
  });

  it('is refused from a template without {{tls}} where the group speaks TLS, and only there', () => {
    const without = (one: GroupSpec): GroupSpec => ({
      ...one,
      templates: { ...one.templates, redis: one.templates.redis.replace('\n{{tls}}\n', '\n') },
    });
    expect(() => rendered(without(specOf('tls: generate\n')), 'redis-1')).toThrow('cannot be filled in');
    expect(rendered(without(spec), 'redis-1')).not.toContain('tls-port');
  });

  it('begins with who it belongs to, which can be read back', () => {
    for (const node of nodesOf(spec)) {
      const text = rendered(spec, node.name);
      const { whole, frame } = node.conf;
      expect(text.split('\n')[0]).toBe(
        `# rsentinel: group=demo node=${node.name} spec=${whole} frame=${frame} access=none tls=none master=mymaster`,
      );
      const facts = readConfFacts(text);
      expect(facts.header).toMatchObject({ group: 'demo', node: node.name, digests: node.conf });
      expect(facts.header?.directives).toEqual(node.directives);
      expect(facts.announced).toEqual(node.address);
    }
  });

  it('announces the node’s own address in bridge mode, and names others by theirs', () => {
    const bridge = specOf('name: demo\nreplicas: 1\nnetwork: {mode: bridge, subnet: 10.9.8.0/24}\n');
    const text = rendered(bridge, 'redis-2');
    expect(text).toContain('\nreplica-announce-ip 10.9.8.3\n');
    expect(text).toContain('\nreplicaof 10.9.8.2 6379\n');
    expect(rendered(bridge, 'sentinel-1')).toContain('\nsentinel monitor mymaster 10.9.8.2 6379 2\n');
  });
});
