/**
 * The topology file's schema: validates what was read and is published for editors.
 *
 * zod/mini: the same schemas as zod's in a form that loads a little faster (55 against 57 ms on the
 * machine this was written on). A schema's error is the name of an expectation (expectations.ts).
 */
import * as z from 'zod/mini';
import { LONGEST_PASSWORD, NO_PASSWORD, UNPRINTABLE } from '../../model/text.js';
import { bytesOf, LEAST_REDIS_MEMORY } from '../../spec/memory.js';
import type { ExpectationName } from './expectations.js';

const DEFAULT_IMAGE = 'redis:8';
const DEFAULT_MASTER_NAME = 'mymaster';
const DEFAULT_MASTER_PORT = 6379;
export const DEFAULT_SENTINEL_PORT = 26379;
export const DEFAULT_REPLICAS = 2;
const DEFAULT_SENTINELS = 3;

/** A mistyped count must not make thousands of containers. */
const MOST_NODES = 100;
/** Sentinel reads its numbers with atoi: more than an int would become something else, silently. */
const INT_MAX = 2_147_483_647;
/** Bytes: no machine has more, and an engine takes no number that is much larger. */
const MOST_MEMORY = 2 ** 50;

/** Docker's grammar of image references: [host[:port]/]path[:tag][@digest]. */
const IMAGE =
  /^(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;

/** A host name or an IPv4 address. */
const HOST = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

const e = (name: ExpectationName): ExpectationName => name;

const describe = (description: string) => z.describe<unknown>(description);

const whole = (name: ExpectationName, minimum: number, maximum: number) =>
  z.int(e(name)).check(z.minimum(minimum, e(name)), z.maximum(maximum, e(name)));

const path = (name: ExpectationName) =>
  z.string(e(name)).check(
    z.minLength(1, e(name)),
    z.maxLength(4096, e(name)),
    z.refine((text) => !UNPRINTABLE.test(text), e(name)),
  );

const port = z.union([whole('port', 1, 65_535), z.literal('auto')], e('port'));

const nodeName = z
  .string(e('nodeName'))
  .check(
    z.regex(/^[a-z0-9][a-z0-9-]{0,30}$/, e('nodeName')),
    describe('Name of the node and its directory. Unique in the group.'),
  );

const oneValue = z.union([z.string(), z.number()], e('directive'));

const config = z
  .record(z.string(), z.union([oneValue, z.array(oneValue)], e('directive')), e('config'))
  .check(
    describe(
      'Directives of the configuration file by their own names. A list writes a directive several times. Values stand in the file as they are: put values with spaces in double quotes of their own.',
    ),
  );

const node = z.strictObject(
  {
    name: z.optional(nodeName),
    port: z.optional(port.check(describe('The port, or auto. Left out: next to that of the node before.'))),
    config: z.optional(
      config.check(describe("This node's own directives; they replace the group's of the same name.")),
    ),
  },
  e('node'),
);

const nodes = (name: ExpectationName, minimum: number) =>
  z.union(
    [
      whole(name, minimum, MOST_NODES),
      z.array(node, e(name)).check(z.minLength(minimum, e(name)), z.maxLength(MOST_NODES, e(name))),
    ],
    e(name),
  );

const master = z.strictObject(
  {
    name: z._default(
      z
        .string(e('masterName'))
        .check(
          z.regex(/^[A-Za-z0-9._-]{1,100}$/, e('masterName')),
          describe('What clients ask the sentinels for.'),
        ),
      DEFAULT_MASTER_NAME,
    ),
    port: z._default(
      port.check(describe('Port of redis-1, the first master. auto: any free one.')),
      DEFAULT_MASTER_PORT,
    ),
    config: z.optional(
      config.check(describe("Directives of redis-1 alone; they replace the group's of the same name.")),
    ),
  },
  e('master'),
);

const sentinel = z.strictObject(
  {
    quorum: z.optional(
      whole('quorum', 1, INT_MAX).check(
        describe('How many sentinels must agree that the master is down. Default: more than half of them.'),
      ),
    ),
    'down-after-milliseconds': z.optional(
      whole('down-after-milliseconds', 1, INT_MAX).check(
        describe(
          'After how long without a valid reply a sentinel takes a node for down. Default: 30000; 500 with timing: fast.',
        ),
      ),
    ),
    'parallel-syncs': z._default(
      whole('parallel-syncs', 1, INT_MAX).check(
        describe('How many replicas copy from a new master at the same time.'),
      ),
      1,
    ),
    'failover-timeout': z.optional(
      whole('failover-timeout', 1, INT_MAX).check(
        describe(
          'How long a failover may take, in milliseconds; twice as long until the next attempt. Default: 180000; 10000 with timing: fast.',
        ),
      ),
    ),
    config: z.optional(
      config.check(describe('Further directives for every sentinel.conf, such as loglevel.')),
    ),
  },
  e('sentinel'),
);

const network = z.strictObject(
  {
    mode: z.optional(
      z
        .enum(['loopback', 'bridge', 'published', 'host'], e('mode'))
        .check(
          describe(
            'loopback: every node at 127.0.0.1, for clients on this machine. bridge: addresses of a network of its own, for clients in containers. published: every port on an address of the engine’s host, for clients on other machines. host: without a network of its own, on Linux. Default: loopback; published on an engine elsewhere.',
          ),
        ),
    ),
    address: z.optional(
      z
        .string(e('address'))
        .check(
          z.maxLength(253, e('address')),
          z.regex(HOST, e('address')),
          describe(
            'IPv4 address or name of the engine’s host at which clients reach the nodes (mode: published or host). A name is resolved once.',
          ),
        ),
    ),
    insecure: z._default(
      z
        .boolean(e('insecure'))
        .check(
          describe(
            'true: others may reach the nodes, although there is no password. Needed for an address that is not this machine’s own 127.0.0.1.',
          ),
        ),
      false,
    ),
    subnet: z.optional(
      z
        .string(e('subnet'))
        .check(
          z.regex(/^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/, e('subnet')),
          describe("The network's IPv4 range (mode: bridge). Left out: one that is free."),
        ),
    ),
  },
  e('network'),
);

const amount = z.string(e('memory')).check(z.regex(/^\d{1,15}(?:[bB]|[kKmMgG][bB]?)?$/, e('memory')));

const memory = z.union([amount, whole('memory', LEAST_REDIS_MEMORY, MOST_MEMORY)], e('memory')).check(
  z.refine((text) => (bytesOf(text) ?? 0) >= LEAST_REDIS_MEMORY, e('memory')),
  z.refine((text) => (bytesOf(text) ?? 0) <= MOST_MEMORY, e('memory')),
);

const redis = z.strictObject(
  {
    memory: z.optional(
      memory.check(
        describe(
          'How much memory the container of a Redis node may use, as in 4gb. Default: 2gb, or more where twice its maxmemory and 512mb are more.',
        ),
      ),
    ),
    config: z.optional(config.check(describe('Directives for every redis.conf, such as maxmemory.'))),
  },
  e('redis'),
);

const templates = z.strictObject(
  {
    redis: z.optional(
      path('template').check(describe('Your own redis.conf template. Relative to the file.')),
    ),
    sentinel: z.optional(
      path('template').check(describe('Your own sentinel.conf template. Relative to the file.')),
    ),
  },
  e('templates'),
);

const password = (description: string) =>
  // A number is taken as it is written: whoever has one in a variable cannot help that.
  z
    .union(
      [
        z.string().check(
          z.minLength(1, e('password')),
          z.refine(
            (text) => !NO_PASSWORD.test(text) && Buffer.byteLength(text) <= LONGEST_PASSWORD,
            e('password'),
          ),
        ),
        z.number(),
        z.boolean(),
      ],
      e('password'),
    )
    .check(describe(description));

/** Rules that say what a user may do, and nothing of how it logs in. */
const RULE = /^(?:[+-]@?[a-z][a-z0-9_.|-]*|(?:~|&|%(?:R|W|RW)~)[^\s"'()\p{Cc}\p{Cs}]+)$/u;

const authKeys = z.strictObject(
  {
    mode: z._default(
      z
        .enum(['password', 'acl'], e('authMode'))
        .check(
          describe(
            'password: one for all. acl: users of their own for the application, replication, Sentinel and rsentinel, each with the least that it needs; no default user.',
          ),
        ),
      'password',
    ),
    user: z.optional(
      z
        .string(e('user'))
        .check(
          z.regex(/^[A-Za-z0-9._-]{1,64}$/, e('user')),
          describe('Name of the application’s user (mode: acl). Default: app.'),
        ),
    ),
    password: z.optional(
      password(
        'The application’s: ${VARIABLE}, or generate. Default: generate. `rsentinel env --show-secrets` tells it.',
      ),
    ),
    'password-file': z.optional(
      path('passwordFile').check(
        describe('A file that holds the password and nothing else. Relative to the file.'),
      ),
    ),
    'sentinel-password': z.optional(
      password('The application’s at the sentinels. Default: the same as at Redis.'),
    ),
    'sentinel-password-file': z.optional(
      path('passwordFile').check(describe('A file that holds it. Relative to the file.')),
    ),
    rules: z.optional(
      z
        .array(z.string(e('rule')).check(z.regex(RULE, e('rule'))), e('rules'))
        .check(
          z.minLength(1, e('rules')),
          z.maxLength(100, e('rules')),
          describe('What the application may do, as ACL rules (mode: acl), such as ["~app:*", "+@read"].'),
        ),
    ),
  },
  e('auth'),
);

const tlsFile = (description: string) =>
  z.optional(path('tlsFile').check(describe(`${description} Relative to the file.`)));

const tlsKeys = z.strictObject(
  {
    'ca-cert-file': tlsFile('Certificates of who is trusted to have signed the others, PEM.'),
    'cert-file': tlsFile(
      'The certificate of every node, PEM; it names all addresses that they announce. Left out, with the other two: made for each node.',
    ),
    'key-file': tlsFile('Its key, PEM, not encrypted.'),
    'client-cert-file': tlsFile(
      'The certificate that clients show, PEM. Default: that of the nodes, with auth-clients: yes.',
    ),
    'client-key-file': tlsFile('Its key, PEM, not encrypted.'),
    'auth-clients': z._default(
      z
        .enum(['no', 'optional', 'yes'], e('authClients'))
        .check(describe('Whether clients must show a certificate, as tls-auth-clients of redis.conf.')),
      'no',
    ),
  },
  e('tls'),
);

/** Everything that a topology file may hold. Rules across keys are in rules.ts. */
export const topologySchema = z.strictObject(
  {
    name: z.optional(
      z
        .string(e('name'))
        .check(
          z.regex(/^[a-z0-9][a-z0-9-]{0,40}$/, e('name')),
          describe(
            'Name of the group; whatever is created for it begins with it. Default: the name of the directory that holds the file.',
          ),
        ),
    ),
    image: z._default(
      z
        .string(e('image'))
        .check(
          z.maxLength(512, e('image')),
          z.regex(IMAGE, e('image')),
          describe('Any image with redis-server 6.0 or newer on its PATH, or Valkey.'),
        ),
      DEFAULT_IMAGE,
    ),
    master: z.prefault(master.check(describe('The first master: node redis-1.')), {}),
    replicas: z.optional(
      nodes('replicas', 0).check(
        describe('How many replicas (redis-2, redis-3 …), or a list of them. Default: 2.'),
      ),
    ),
    slaves: z.optional(nodes('replicas', 0).check(describe('Another word for replicas.'))),
    sentinels: z._default(
      nodes('sentinels', 1).check(describe('How many sentinels (sentinel-1 …), or a list of them.')),
      DEFAULT_SENTINELS,
    ),
    sentinel: z.prefault(sentinel.check(describe('What every sentinel.conf says about the master.')), {}),
    timing: z._default(
      z
        .enum(['normal', 'fast', 'fast-anywhere'], e('timing'))
        .check(
          describe(
            "How quickly the group fails over. normal: Sentinel's own timer periods. fast: in one to two seconds, for tests; a node that is held up for half a second is taken for down. Only where all nodes are on this machine; fast-anywhere: elsewhere too.",
          ),
        ),
      'normal',
    ),
    auth: z.optional(
      z
        .union([z.enum(['generate', 'acl']), authKeys], e('auth'))
        .check(
          describe(
            'Who has to log in. generate: everybody, with a password that is made up. acl: with users of their own. Left out: nobody.',
          ),
        ),
    ),
    tls: z.optional(
      z
        .union([z.enum(['generate']), tlsKeys], e('tls'))
        .check(
          describe(
            'Everything over TLS, and plain ports closed. generate: with certificates that are made for the group. Left out: no TLS.',
          ),
        ),
    ),
    redis: z.prefault(redis.check(describe('What every redis.conf says.')), {}),
    network: z.prefault(network.check(describe('At which addresses the nodes are reached.')), {}),
    storage: z.optional(
      z
        .enum(['directory', 'volume'], e('storage'))
        .check(
          describe(
            'Where nodes keep their files: in directories of this machine, or in volumes of the engine. Default: directory; volume on an engine elsewhere.',
          ),
        ),
    ),
    directory: z.optional(
      path('directory').check(
        describe('Holds <node>/conf and <node>/data. Relative to the file. Default: .rsentinel/<name>.'),
      ),
    ),
    templates: z.prefault(
      templates.check(describe('Your own templates, instead of those that come with rsentinel.')),
      {},
    ),
  },
  e('topology'),
);

/** The keys of every mapping, by the first key of its path ('' is the whole file). */
export const KEYS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    '': topologySchema,
    master,
    replicas: node,
    slaves: node,
    sentinels: node,
    sentinel,
    redis,
    network,
    auth: authKeys,
    tls: tlsKeys,
    templates,
  }).map(([section, { shape }]) => [section, Object.keys(shape)]),
);

/** A valid topology file with the defaults that depend on nothing else. */
export type TopologyInput = z.output<typeof topologySchema>;
export type NodeInput = z.output<typeof node>;
export type AuthInput = NonNullable<TopologyInput['auth']>;
export type TlsInput = NonNullable<TopologyInput['tls']>;
export type ConfigInput = z.output<typeof config>;
/** A topology as a file or a program gives it, without defaults. */
export type TopologyObject = z.input<typeof topologySchema>;
