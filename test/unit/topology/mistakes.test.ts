import { describe, expect, test } from 'vitest';
import { isValid, linesOf } from './parse-helper.js';

const KEYS =
  'the keys here are name, image, master, replicas, slaves, sentinels, sentinel, timing, auth, tls, redis, network, storage, directory and templates';

test('every mistake of a file is reported at once, in the order of the file', () => {
  expect(
    linesOf(`nmae: demo
image: Redis:8
master:
  port: 70000
replicas:
  - port: 6380
  - port: 6380
sentinels: 3
sentinel:
  quorum: 5
  downAfterMilliseconds: 5000
redis:
  config:
    appendonly: true
    port: 7000
`),
  ).toEqual([
    't.yaml:1:1: nmae: unknown key "nmae"; did you mean name?',
    't.yaml:2:8: image: "Redis:8" is not the name of an image; write for example image: redis:8',
    't.yaml:4:9: master.port: 70000 is not a port (a number from 1 to 65535, or auto); write for example port: 6379',
    't.yaml:7:11: replicas[1].port: 6380 is also the port of redis-2 (replicas[0].port, line 6); every node needs a port of its own, redis and sentinel nodes alike',
    't.yaml:10:11: sentinel.quorum: 5 sentinels can never agree: there are 3; write quorum: 2, or add sentinels',
    't.yaml:11:3: sentinel.downAfterMilliseconds: unknown key "downAfterMilliseconds"; did you mean down-after-milliseconds?',
    't.yaml:14:17: redis.config.appendonly: Redis does not read true; write "yes"',
    "t.yaml:15:5: redis.config.port: port may not be set here: the port is published and announced too; use the node's own port key",
  ]);
});

describe('one mistake gives one line', () => {
  test.each([
    ['replica: 2', '1:1: replica: unknown key "replica"; did you mean replicas?'],
    ['master: {prot: 1}', '1:10: master.prot: unknown key "prot"; did you mean port?'],
    ['replicas: [{prot: 1}]', '1:13: replicas[0].prot: unknown key "prot"; did you mean port?'],
    [
      'sentinel: {down_after_milliseconds: 1}',
      '1:12: sentinel.down_after_milliseconds: unknown key "down_after_milliseconds"; did you mean down-after-milliseconds?',
    ],
    [
      'sentinel: {down-after: 1}',
      '1:12: sentinel.down-after: unknown key "down-after"; did you mean down-after-milliseconds?',
    ],
    [
      'sentinel: {qourum: 1, quorum: 2}',
      '1:12: sentinel.qourum: unknown key "qourum"; did you mean quorum? it is there already',
    ],
    ['quorum: 2', '1:1: quorum: unknown key "quorum"; it belongs in sentinel.quorum'],
    ['port: 6379', '1:1: port: unknown key "port"; it belongs in master.port'],
    [
      'services: {}',
      '1:1: services: unknown key "services"; this looks like a compose file; give the topology file',
    ],
    [
      'maxmemory: 1mb',
      `1:1: maxmemory: unknown key "maxmemory"; if it is a directive, write it under redis.config; ${KEYS}`,
    ],
    [
      'timing: quick',
      '1:9: timing: "quick" is not a supported timing (normal, fast or fast-anywhere); write for example timing: fast',
    ],
    [
      'timing: fast\nnetwork: {mode: published, address: 10.1.2.3, insecure: true}',
      '1:9: timing: timing: fast takes a node that is silent for half a second for down, and a network between the nodes is silent for longer now and then; write timing: fast-anywhere if a failover without a reason does no harm',
    ],
    ['zzz: 1', `1:1: zzz: unknown key "zzz"; ${KEYS}`],
    [
      'redis: {maxmemory: 1}',
      '1:9: redis.maxmemory: unknown key "maxmemory"; if it is a directive, write it under redis.config: {maxmemory: …}; the keys here are memory and config',
    ],
    ['constructor: 1', `1:1: constructor: unknown key "constructor"; ${KEYS}`],
    ['__proto__: {name: x}', '1:1: __proto__: "__proto__" is not a key; remove it'],
    ['master: {__proto__: 1}', '1:10: master.__proto__: "__proto__" is not a key; remove it'],
    ['name: a\nname: b', '2:1: name: "name" stands here a second time; keep one of the two'],
    [
      'name: auto',
      '1:7: name: auto stands for a name that is made up, and is none itself; write another, and use `rsentinel up -n auto` where each group is to have a name of its own',
    ],
    [
      'name: My_Group',
      '1:7: name: "My_Group" is not a name of lower-case letters, digits and hyphens (41 at most, the first no hyphen); write my-group',
    ],
    [
      'name: 12',
      '1:7: name: 12 is a number, not a name of lower-case letters, digits and hyphens (41 at most, the first no hyphen); put it in quotes: "12"',
    ],
    [
      `name: ${'a'.repeat(42)}`,
      `1:7: name: "${'a'.repeat(42)}" is not a name of lower-case letters, digits and hyphens (41 at most, the first no hyphen); write ${'a'.repeat(34)}-7a5386`,
    ],
    [
      'redis: {memory: 2 gb}',
      '1:17: redis.memory: "2 gb" is not an amount of memory from 64mb (a number with k, kb, m, mb, g or gb, as Redis writes it); write for example memory: 2gb',
    ],
    [
      'redis: {memory: 63mb}',
      '1:17: redis.memory: "63mb" is not an amount of memory from 64mb (a number with k, kb, m, mb, g or gb, as Redis writes it); write for example memory: 2gb',
    ],
    [
      'redis: {memory: 1024}',
      '1:17: redis.memory: 1024 is not an amount of memory from 64mb (a number with k, kb, m, mb, g or gb, as Redis writes it); write for example memory: 2gb',
    ],
    ['image: ""', '1:8: image: is empty, and so not the name of an image; write for example image: redis:8'],
    ['image: redis 8', '1:8: image: "redis 8" is not the name of an image; write for example image: redis:8'],
    [
      'master: 6379',
      '1:9: master: 6379 is not a mapping of name, port and config; write for example master: {port: 6379}',
    ],
    [
      'master: {name: my master}',
      '1:16: master.name: "my master" is not a name Sentinel accepts (letters, digits, ".", "-" and "_"); write for example name: mymaster',
    ],
    [
      'master: {port: "6379"}',
      '1:16: master.port: "6379" is text, not a port (a number from 1 to 65535, or auto); write it without quotes: 6379',
    ],
    [
      'master: {port: 0}',
      '1:16: master.port: 0 is not a port (a number from 1 to 65535, or auto); write for example port: 6379',
    ],
    [
      'master: {port: 2.5}',
      '1:16: master.port: 2.5 is not a port (a number from 1 to 65535, or auto); write for example port: 6379',
    ],
    [
      'replicas: -1',
      '1:11: replicas: -1 is not a count from 0 to 100, or a list of nodes; write for example replicas: 2',
    ],
    [
      'replicas: 6380',
      '1:11: replicas: 6380 is not a count from 0 to 100, or a list of nodes; write for example replicas: 2',
    ],
    [
      'replicas: two',
      '1:11: replicas: "two" is not a count from 0 to 100, or a list of nodes; write for example replicas: 2',
    ],
    [
      'replicas: {port: 1}',
      '1:11: replicas: a mapping is not a count from 0 to 100, or a list of nodes; write for example replicas: 2',
    ],
    [
      'replicas: [6380]',
      '1:12: replicas[0]: 6380 is not a mapping of name, port and config; write for example - port: 6380',
    ],
    ['replicas:\n  -\n', '2:3: replicas[0]: has no value; write for example - port: 6380'],
    [
      'sentinels: 0',
      '1:12: sentinels: 0 is not a count from 1 to 100, or a list of nodes; write for example sentinels: 3',
    ],
    [
      'sentinels: []',
      '1:12: sentinels: an empty list is not a count from 1 to 100, or a list of nodes; write for example sentinels: 3',
    ],
    [
      'sentinel: {quorum: 0}',
      '1:20: sentinel.quorum: 0 is not a whole number from 1; write for example quorum: 2',
    ],
    [
      'sentinel: {quorum: 4}',
      '1:20: sentinel.quorum: 4 sentinels can never agree: there are 3; write quorum: 2, or add sentinels',
    ],
    [
      'sentinel: {failover-timeout: 3 min}',
      '1:30: sentinel.failover-timeout: "3 min" is not a whole number of milliseconds from 1; write for example failover-timeout: 180000',
    ],
    [
      'sentinel: {down-after-milliseconds: 99999999999}',
      '1:37: sentinel.down-after-milliseconds: 99999999999 is not a whole number of milliseconds from 1; write for example down-after-milliseconds: 30000',
    ],
    [
      'sentinel: {parallel-syncs: .inf}',
      '1:28: sentinel.parallel-syncs: Infinity is not a whole number from 1; write for example parallel-syncs: 1',
    ],
    [
      'network: bridge',
      '1:10: network: "bridge" is not a mapping of mode, subnet, address and insecure; write for example network: {mode: loopback}',
    ],
    [
      'network: {mode: macvlan}',
      '1:17: network.mode: "macvlan" is not a supported mode (loopback, bridge, published or host); write for example mode: loopback',
    ],
    [
      'network: {subnet: 10.1.0.0/24}',
      '1:19: network.subnet: a subnet has no meaning without mode: bridge; remove it, or write mode: bridge',
    ],
    [
      'network: {mode: host, subnet: 10.1.0.0/24}',
      '1:31: network.subnet: a subnet has no meaning with mode: host; remove it, or write mode: bridge',
    ],
    [
      'network: {insecure: maybe}',
      '1:21: network.insecure: "maybe" is not true or false; write for example insecure: true',
    ],
    [
      'storage: memory',
      '1:10: storage: "memory" is not supported yet; write directory or volume, or leave it out',
    ],
    [
      'storage: disk',
      '1:10: storage: "disk" is not a supported kind of storage (directory or volume); write for example storage: directory',
    ],
    [
      'directory: ~/data',
      '1:12: directory: "~/data" begins with a ~, which is not expanded here; write ${HOME}/data',
    ],
    [
      'directory: "a\\nb"',
      '1:12: directory: "a\\u000ab" is not the path of a directory; write for example directory: ./data',
    ],
    [
      'templates: {redis: 5}',
      '1:20: templates.redis: 5 is a number, not the path of a template; put it in quotes: "5"',
    ],
    [
      'replicas: [{name: Redis_2}]',
      '1:19: replicas[0].name: "Redis_2" is not a name of lower-case letters, digits and hyphens (31 at most, the first no hyphen); write redis-2',
    ],
    [
      'replicas: [{name: redis-1}]',
      '1:19: replicas[0].name: redis-1 is also the name of master (its default); every node needs a name of its own',
    ],
    [
      'replicas: [{}, {name: redis-2}]',
      '1:23: replicas[1].name: redis-2 is also the name of replicas[0] (its default); every node needs a name of its own',
    ],
    [
      'replicas: [{name: redis-3}, {}]',
      '1:19: replicas[0].name: redis-3 is also the name of replicas[1] (its default); every node needs a name of its own',
    ],
    [
      'replicas: [{name: a}]\nsentinels: [{name: a}, {}, {}]',
      '2:20: sentinels[0].name: a is also the name of replicas[0].name, line 1; every node needs a name of its own',
    ],
    [
      'replicas: [{name: anchor}]',
      '1:19: replicas[0].name: anchor is the name of the container that holds the network; take another name',
    ],
    [
      'replicas: [{port: 6379}]',
      '1:19: replicas[0].port: 6379 is also the port of redis-1 (its default); every node needs a port of its own, redis and sentinel nodes alike',
    ],
    [
      'replicas: [{port: 26379}]',
      '1:19: replicas[0].port: 26379 is also the port of sentinel-1 (its default); every node needs a port of its own, redis and sentinel nodes alike',
    ],
    [
      'master: {port: 7000}\nsentinels: [{port: 7000}, {}, {}]',
      '2:20: sentinels[0].port: 7000 is also the port of redis-1 (master.port, line 1); every node needs a port of its own, redis and sentinel nodes alike',
    ],
  ])('%s', (text, line) => {
    expect(linesOf(text)).toEqual([`t.yaml:${line}`]);
    expect(isValid(text)).toBe(false);
  });

  test('a faulty value is not held against the values that are right', () => {
    // neither does quorum exceed the default of three sentinels, nor do ports seem to collide
    expect(
      linesOf('sentinels: many\nsentinel: {quorum: 5}\nmaster: {port: x}\nreplicas: [{port: 6379}]'),
    ).toEqual([
      't.yaml:1:12: sentinels: "many" is not a count from 1 to 100, or a list of nodes; write for example sentinels: 3',
      't.yaml:3:16: master.port: "x" is not a port (a number from 1 to 65535, or auto); write for example port: 6379',
    ]);
  });
});

describe('a subnet', () => {
  const subnet = (cidr: string, more = ''): string[] =>
    linesOf(`network: {mode: bridge, subnet: ${cidr}}\n${more}`);

  test.each(['172.28.0.0/24', '10.0.0.0/8', '192.168.7.16/28'])('may be %s', (cidr) => {
    expect(subnet(cidr)).toEqual([]);
  });

  test.each([
    [
      '10.0.0.0',
      '"10.0.0.0" is not an IPv4 network in CIDR notation; write for example subnet: 172.28.0.0/24',
    ],
    [
      'fd00::/64',
      '"fd00::/64" is not an IPv4 network in CIDR notation; write for example subnet: 172.28.0.0/24',
    ],
    [
      '10.0.256.0/24',
      '"10.0.256.0/24" is not an IPv4 network in CIDR notation; write for example subnet: 172.28.0.0/24',
    ],
    [
      '10.0.0.0/33',
      '"10.0.0.0/33" is not an IPv4 network in CIDR notation; write for example subnet: 172.28.0.0/24',
    ],
    ['10.0.0.5/24', '10.0.0.5/24 is an address in a network, not the network; write 10.0.0.0/24'],
    [
      '127.0.0.0/24',
      '127.0.0.0/24 cannot be the network of containers; take a private one, such as 172.28.0.0/24',
    ],
    ['0.0.0.0/0', '0.0.0.0/0 cannot be the network of containers; take a private one, such as 172.28.0.0/24'],
    ['8.0.0.0/6', '8.0.0.0/6 cannot be the network of containers; take a private one, such as 172.28.0.0/24'],
    ['10.0.0.0/29', '10.0.0.0/29 has room for 5 nodes, and the group has 6; take a /28 or larger'],
  ])('may not be %s', (cidr, line) => {
    expect(subnet(cidr)).toEqual([`t.yaml:1:33: network.subnet: ${line}`]);
  });

  test('may be filled to the last address', () => {
    expect(subnet('10.0.0.0/29', 'replicas: 1')).toEqual([]);
  });
});

describe('what works but is unlikely to be meant is a warning', () => {
  test.each([
    [
      'replicas: 0',
      '1:11: warning: replicas: without replicas there is nothing to fail over to; use 1 or more',
    ],
    [
      'redis: {memory: 1gb, config: {maxmemory: 1gb}}',
      '1:17: warning: redis.memory: a node may hold as much data as its container may use memory, or more: it is ended before it is full; use twice its maxmemory and 512mb',
    ],
    [
      'redis: {memory: 1gb}\nreplicas: [{config: {maxmemory: 2gb}}]',
      '1:17: warning: redis.memory: a node may hold as much data as its container may use memory, or more: it is ended before it is full; use twice its maxmemory and 512mb',
    ],
    ['slaves: []', '1:9: warning: slaves: without replicas there is nothing to fail over to; use 1 or more'],
    [
      'sentinels: 1',
      '1:12: warning: sentinels: with one sentinel there is no failover once it is down, and nobody to confirm that the master is; use 3',
    ],
    [
      'sentinels: 2',
      '1:12: warning: sentinels: a failover needs more than half of the sentinels: of 2 that is both, so none may be down; use 3',
    ],
    [
      'sentinels: 4',
      '1:12: warning: sentinels: 4 sentinels survive the loss of 1, as 3 do: a failover needs more than half of them; use 5 or 3',
    ],
    [
      'sentinel: {quorum: 3}',
      '1:20: warning: sentinel.quorum: a quorum of all 3 sentinels means no failover as soon as one of them is down; quorum: 2 is usual',
    ],
    [
      'sentinel: {failover-timeout: 2999}',
      '1:30: warning: sentinel.failover-timeout: many a failover takes longer than 2999 ms and would be given up half way; use 3000 or more; 10000 is good for tests',
    ],
    [
      'sentinel: {down-after-milliseconds: 499}',
      '1:37: warning: sentinel.down-after-milliseconds: after 499 ms healthy nodes are taken for down now and then; use 1500 or more, or timing: fast',
    ],
    [
      'sentinel: {down-after-milliseconds: 1000}',
      '1:37: warning: sentinel.down-after-milliseconds: after 1000 ms a new master is taken for down now and then: a sentinel connects to it once in 1000 ms; use 1500 or more, or timing: fast',
    ],
    [
      'timing: fast\nsentinel: {down-after-milliseconds: 400}',
      '2:37: warning: sentinel.down-after-milliseconds: after 400 ms healthy nodes are taken for down now and then; use 500 or more',
    ],
  ])('%s', (text, line) => {
    expect(linesOf(text)).toEqual([`t.yaml:${line}`]);
    expect(isValid(text)).toBe(true);
  });

  test.each([
    'sentinels: 3',
    'sentinels: 5',
    'sentinel: {quorum: 1}',
    'sentinel: {failover-timeout: 3000, down-after-milliseconds: 1200}',
    'timing: fast\nsentinel: {failover-timeout: 3000, down-after-milliseconds: 500}',
  ])('but not %s', (text) => {
    expect(linesOf(text)).toEqual([]);
  });
});

describe('an image may be', () => {
  test.each([
    'redis',
    'redis:8',
    'valkey/valkey:8.1-alpine',
    'localhost:5000/team/redis_fork:1.0',
    'registry.example.com/a/b-c/d:TAG',
    `redis@sha256:${'a'.repeat(64)}`,
    `redis:8@sha256:${'a'.repeat(64)}`,
    `sha256:${'0'.repeat(64)}`,
  ])('%s', (image) => {
    expect(linesOf(`image: ${image}`)).toEqual([]);
  });

  test.each(['Redis', 'redis:', 'redis:8:9', '/redis', '-redis', 'redis/', 'redis;ls', 'redis@sha256:abc'])(
    'but not %s',
    (image) => {
      expect(isValid(`image: "${image}"`)).toBe(false);
    },
  );
});

describe('an address', () => {
  const network = (rest: string): string[] => linesOf(`network: {${rest}}`);

  test.each([
    'mode: published, address: 10.1.2.3, insecure: true',
    'mode: host, address: 127.0.0.1',
    'mode: host',
    // Both are known only once the engine is.
    'mode: published',
    'mode: published, address: redis.example.org',
    'insecure: true',
  ])('goes with {%s}', (rest) => {
    expect(network(rest)).toEqual([]);
  });

  test.each([
    [
      'mode: published, address: 10.1.2.3',
      '1:37: network.address: the nodes would be reached at 10.1.2.3: whoever reaches that address can read, change and delete all data: there is no password; write auth: generate, or insecure: true in `network` if only those reach it whom you trust',
    ],
    [
      'mode: host, address: 10.1.2.3, insecure: false',
      '1:32: network.address: the nodes would be reached at 10.1.2.3: whoever reaches that address can read, change and delete all data: there is no password; write auth: generate, or insecure: true in `network` if only those reach it whom you trust',
    ],
    [
      'mode: published, address: 127.0.0.1',
      '1:37: network.address: inside of a container 127.0.0.1 is the container itself: no node would find another; use mode: loopback',
    ],
    [
      'mode: host, address: 0.0.0.0, insecure: true',
      '1:32: network.address: no client can connect to 0.0.0.0; write the address at which clients reach the host',
    ],
    [
      'mode: host, address: 10.1.2, insecure: true',
      '1:32: network.address: "10.1.2" is not an IPv4 address; write for example 10.1.2.3',
    ],
    [
      'mode: host, address: "::1"',
      '1:32: network.address: "::1" is not an IPv4 address or the name of a host; write for example address: 10.1.2.3',
    ],
    [
      'mode: loopback, address: 10.1.2.3',
      '1:36: network.address: an address has no meaning with mode: loopback; write mode: published or mode: host, or remove it',
    ],
    [
      'address: 10.1.2.3',
      '1:20: network.address: an address has no meaning without a mode; write mode: published or mode: host, or remove it',
    ],
    [
      'mode: published, adress: 10.1.2.3',
      '1:28: network.adress: unknown key "adress"; did you mean address?',
    ],
  ])('does not go with {%s}', (rest, line) => {
    expect(network(rest)).toEqual([`t.yaml:${line}`]);
  });

  test('is nothing to be insecure about where there is none', () => {
    expect(network('mode: loopback, insecure: true').join()).toMatch(/warning.*nothing to be insecure about/);
  });
});
