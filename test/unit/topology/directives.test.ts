import { describe, expect, test } from 'vitest';
import { confOf, linesOf } from './parse-helper.js';

const redis = (config: string): string[] => confOf(`redis:\n  config: ${config}`, 'redis-2');

describe('config becomes lines of the configuration file', () => {
  test.each([
    ['{maxmemory: 256mb}', ['maxmemory 256mb']],
    ['{appendonly: yes, maxmemory-policy: noeviction}', ['appendonly yes', 'maxmemory-policy noeviction']],
    ['{hz: 50, lfu-decay-time: 1.0, maxmemory: 0x10}', ['hz 50', 'lfu-decay-time 1.0', 'maxmemory 0x10']],
    ['{save: [3600 1, 300 100]}', ['save 3600 1', 'save 300 100']],
    ['{save: ""}', ['save ""']],
    ['{save: "   "}', ['save ""']],
    [`{proc-title-template: '"{title} {port}"'}`, ['proc-title-template "{title} {port}"']],
    [`{notify-keyspace-events: "'KEA'"}`, [`notify-keyspace-events 'KEA'`]],
    [`{proc-title-template: '"a \\" b"'}`, ['proc-title-template "a \\" b"']],
    [
      '{loadmodule: /usr/lib/redis/modules/x.so, dbfilename: d.rdb, appenddirname: a}',
      ['loadmodule /usr/lib/redis/modules/x.so', 'dbfilename d.rdb', 'appenddirname a'],
    ],
  ])('%s', (config, lines) => {
    expect(redis(config)).toEqual(lines);
  });

  test('in the order of the file, the node’s own instead of the group’s of the same name', () => {
    const text = `
redis: {config: {save: [3600 1, 300 100], maxmemory: 1mb, hz: 10}}
master: {config: {maxmemory: 2mb}}
replicas: [{config: {save: 60 1}}, {}]
sentinel: {config: {loglevel: verbose}}
sentinels: [{config: {loglevel: debug}}, {}, {}]
`;
    expect(confOf(text, 'redis-1')).toEqual(['save 3600 1', 'save 300 100', 'hz 10', 'maxmemory 2mb']);
    expect(confOf(text, 'redis-2')).toEqual(['maxmemory 1mb', 'hz 10', 'save 60 1']);
    expect(confOf(text, 'redis-3')).toEqual(['save 3600 1', 'save 300 100', 'maxmemory 1mb', 'hz 10']);
    expect(confOf(text, 'sentinel-1')).toEqual(['loglevel debug']);
    expect(confOf(text, 'sentinel-2')).toEqual(['loglevel verbose']);
  });
});

describe('a value that Redis could not read is refused', () => {
  test.each([
    ['{appendonly: true}', 'appendonly: Redis does not read true; write "yes"'],
    ['{save: [900 1, false]}', 'save[1]: Redis does not read false; write "no"'],
    [
      '{save: [[1]]}',
      'save[0]: a list of 1 is not the value of a directive; write text or a number, or a list of them for several save lines',
    ],
    [
      '{save: {a: 1}}',
      'save: a mapping is not the value of a directive; write text or a number, or a list of them for several save lines',
    ],
    ['{save: []}', 'save: is an empty list; remove it, or give it a value'],
    ['{save: }', 'save: has no value; write "" if an empty text is meant'],
    ['{hz: .nan}', 'hz: NaN is not the value of a directive; write for example maxmemory: 256mb'],
    [
      '{maxmemory: "1mb\\nport 1"}',
      'maxmemory: the value has a line break; write a list for several lines of one directive',
    ],
    [
      '{maxmemory: "1mb\\r"}',
      'maxmemory: the value has a line break; write a list for several lines of one directive',
    ],
    ['{maxmemory: "1\\0mb"}', 'maxmemory: the value has the character "\\u0000"; remove it'],
    ['{maxmemory: "1\\u0085mb"}', 'maxmemory: the value has the character "\\u0085"; remove it'],
    [
      `{x: "don't"}`,
      `x: "don't" opens a ' that is not closed; close it; as part of a text, write it as \\' between a pair of "`,
    ],
    [
      `{x: 'a "b'}`,
      `x: "a "b" opens a " that is not closed; close it; as part of a text, write it as \\" between a pair of "`,
    ],
    [
      `{x: '"a\\"'}`,
      `x: ""a\\"" opens a " that is not closed; close it; as part of a text, write it as \\" between a pair of "`,
    ],
    [
      `{x: '"a"b'}`,
      `x: ""a"b" goes on right after a closing "; put a space there, or the whole text in quotes`,
    ],
  ])('%s', (config, line) => {
    const [only, ...more] = linesOf(`redis:\n  config: ${config}`);
    expect(only).toMatch(/^t\.yaml:2:\d+: redis\.config\./);
    expect(only?.replace(/^t\.yaml:2:\d+: redis\.config\./, '')).toBe(line);
    expect(more).toEqual([]);
  });

  test.each([
    ['MaxMemory', 'write maxmemory'],
    ['max_memory', 'write max-memory'],
    [
      '"save 900 1"',
      'write its name in lower-case letters, digits and hyphens, and its value after the colon',
    ],
    ['""', 'write its name in lower-case letters, digits and hyphens, and its value after the colon'],
    ['"a\\nb"', 'write its name in lower-case letters, digits and hyphens, and its value after the colon'],
  ])('so is the name %s', (name, suggestion) => {
    const lines = linesOf(`redis: {config: {${name}: 1}}`);
    expect(lines).toEqual([expect.stringContaining(`is not the name of a directive; ${suggestion}`)]);
    expect(lines[0]).toMatch(/^t\.yaml:1:18: /);
  });
});

describe('a directive that rsentinel owns is refused in redis.conf', () => {
  test.each([
    ['port', "the port is published and announced too; use the node's own port key"],
    ['bind', 'the node must listen where its port is published; choose the addresses by network.mode'],
    [
      'protected-mode',
      'it is on wherever it can be; use the key auth at the top of the file: with a password it is on',
    ],
    ['dir', 'rsentinel mounts the directory of the node; set directory at the top of the file'],
    ['daemonize', 'the container is what supervises the process; remove it'],
    ['supervised', 'the container is what supervises the process; remove it'],
    ['pidfile', 'the container is what supervises the process; remove it'],
    ['logfile', 'the log must go to standard output, where the engine keeps it; remove it'],
    ['unixsocketperm', 'nothing outside of the container could reach the socket; remove it'],
    ['include', 'what an included file says cannot be checked; write its directives here'],
    ['replicaof', 'who follows whom is for Sentinel to change; use replicas'],
    ['slaveof', 'who follows whom is for Sentinel to change; use replicas'],
    ['REPLICAOF', 'who follows whom is for Sentinel to change; use replicas'],
    [
      'replica-announced',
      'a replica that hides from Sentinel can never be proved ready; write replica-priority: 0 for one that is never promoted',
    ],
    [
      'replica-announce-ip',
      'rsentinel announces the address at which nodes and clients alike reach the node; choose the addresses by network.mode',
    ],
    [
      'slave-announce-port',
      'rsentinel announces the address at which nodes and clients alike reach the node; choose the addresses by network.mode',
    ],
    ['cluster-enabled', 'Sentinel does not work with Redis Cluster; remove it'],
    [
      'tls-port',
      'everybody in the group has to speak TLS in the same way; use the key tls at the top of the file',
    ],
    [
      'requirepass',
      'rsentinel and the sentinels have to log in themselves; use the key auth at the top of the file',
    ],
    [
      'masterauth',
      'rsentinel and the sentinels have to log in themselves; use the key auth at the top of the file',
    ],
    [
      'user',
      'rsentinel and the sentinels have to log in themselves; use the key auth at the top of the file',
    ],
    [
      'aclfile',
      'rsentinel and the sentinels have to log in themselves; use the key auth at the top of the file',
    ],
    ['rename-command', 'Sentinel and rsentinel call commands by their own names; remove it'],
    ['sentinel', 'it is a directive of sentinel.conf; use the keys of sentinel, such as sentinel.quorum'],
  ])('%s', (name, line) => {
    expect(linesOf(`redis: {config: {${name}: x}}`)).toEqual([
      expect.stringMatching(/^t\.yaml:1:18: redis\.config\./),
    ]);
    expect(linesOf(`redis: {config: {${name}: x}}`)[0]).toContain(`may not be set here: ${line}`);
    expect(linesOf(`master: {config: {${name}: x}}`)[0]).toContain(line);
  });

  test('but not those that only look like it', () => {
    expect(redis('{replica-priority: 0, tcp-backlog: 128, user-x: 1, port-x: 1}')).toHaveLength(4);
  });
});

describe('a directive that rsentinel owns is refused in sentinel.conf', () => {
  test.each([
    ['port: 1', 'the port is published and announced too; use sentinels: [{port: 26379}]'],
    [
      'sentinel: monitor mymaster 127.0.0.1 6379 2',
      'rsentinel writes it; use master.name, master.port and sentinel.quorum',
    ],
    [
      'sentinel monitor: mymaster 127.0.0.1 6379 2',
      'rsentinel writes it; use master.name, master.port and sentinel.quorum',
    ],
    [
      'sentinel: [down-after-milliseconds mymaster 5]',
      'it has a key of its own; use sentinel.down-after-milliseconds',
    ],
    ['failover-timeout: 5', 'it has a key of its own; use sentinel.failover-timeout'],
    [
      'sentinel: announce-ip 1.2.3.4',
      'rsentinel announces the address at which nodes and clients alike reach the node; choose the addresses by network.mode',
    ],
    ['sentinel: resolve-hostnames yes', 'names instead of IP addresses are not supported yet; remove it'],
    [
      'sentinel: auth-pass mymaster x',
      'rsentinel and the sentinels have to log in themselves; use the key auth at the top of the file',
    ],
    ['sentinel: myid abc', 'it is state, which Sentinel keeps up to date itself; remove it'],
    [
      'sentinel: deny-scripts-reconfig yes',
      'rsentinel writes the sentinel directives; use the keys of sentinel, such as sentinel.quorum',
    ],
    ['dir: /tmp', 'rsentinel mounts the directory of the node; set directory at the top of the file'],
    [
      'protected-mode: yes',
      'it is on wherever it can be; use the key auth at the top of the file: with a password it is on',
    ],
    [
      'requirepass: x',
      'rsentinel and the sentinels have to log in themselves; use the key auth at the top of the file',
    ],
  ])('%s', (directive, line) => {
    expect(linesOf(`sentinel: {config: {${directive}}}`)).toEqual([
      expect.stringContaining(`may not be set here: ${line}`),
    ]);
  });
});
