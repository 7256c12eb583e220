/**
 * What each value of a topology file should have been, in words. The schema names an expectation
 * as its error; what is wrong is said from the value that stands there instead.
 */

export interface Expectation {
  /** Completes "… is not …": `a whole number from 1`. */
  readonly is: string;
  /** What to write: `quorum: 2`. */
  readonly example: string;
}

export const EXPECTATIONS = {
  topology: { is: 'a mapping of keys', example: 'name: my-group' },
  name: {
    is: 'a name of lower-case letters, digits and hyphens (41 at most, the first no hyphen)',
    example: 'name: my-group',
  },
  image: { is: 'the name of an image', example: 'image: redis:8' },
  master: { is: 'a mapping of name, port and config', example: 'master: {port: 6379}' },
  masterName: {
    is: 'a name Sentinel accepts (letters, digits, ".", "-" and "_")',
    example: 'name: mymaster',
  },
  port: { is: 'a port (a number from 1 to 65535, or auto)', example: 'port: 6379' },
  replicas: { is: 'a count from 0 to 100, or a list of nodes', example: 'replicas: 2' },
  sentinels: { is: 'a count from 1 to 100, or a list of nodes', example: 'sentinels: 3' },
  node: { is: 'a mapping of name, port and config', example: '- port: 6380' },
  nodeName: {
    is: 'a name of lower-case letters, digits and hyphens (31 at most, the first no hyphen)',
    example: 'name: redis-2',
  },
  sentinel: { is: "a mapping of Sentinel's directives", example: 'sentinel: {quorum: 2}' },
  quorum: { is: 'a whole number from 1', example: 'quorum: 2' },
  'down-after-milliseconds': {
    is: 'a whole number of milliseconds from 1',
    example: 'down-after-milliseconds: 30000',
  },
  'parallel-syncs': { is: 'a whole number from 1', example: 'parallel-syncs: 1' },
  'failover-timeout': { is: 'a whole number of milliseconds from 1', example: 'failover-timeout: 180000' },
  redis: { is: 'a mapping of memory and config', example: 'redis: {config: {maxmemory: 256mb}}' },
  memory: {
    is: 'an amount of memory from 64mb (a number with k, kb, m, mb, g or gb, as Redis writes it)',
    example: 'memory: 2gb',
  },
  config: { is: 'a mapping of directives to their values', example: 'config: {maxmemory: 256mb}' },
  directive: {
    is: 'the value of a directive (text, a number, or a list of them)',
    example: 'maxmemory: 256mb',
  },
  network: { is: 'a mapping of mode, subnet, address and insecure', example: 'network: {mode: loopback}' },
  mode: { is: 'a supported mode (loopback, bridge, published or host)', example: 'mode: loopback' },
  address: { is: 'an IPv4 address or the name of a host', example: 'address: 10.1.2.3' },
  insecure: { is: 'true or false', example: 'insecure: true' },
  subnet: { is: 'an IPv4 network in CIDR notation', example: 'subnet: 172.28.0.0/24' },
  timing: { is: 'a supported timing (normal, fast or fast-anywhere)', example: 'timing: fast' },
  auth: { is: 'generate, acl, or a mapping of mode, password and so on', example: 'auth: generate' },
  authMode: { is: 'password or acl', example: 'mode: acl' },
  user: { is: 'the name of a user (letters, digits, ".", "-" and "_")', example: 'user: app' },
  password: {
    is: 'a password (1 to 512 bytes, without spaces, quotes and backslashes)',
    example: 'password: ${REDIS_PASSWORD}',
  },
  passwordFile: { is: 'the path of a file', example: 'password-file: ./redis.password' },
  rules: { is: 'a list of ACL rules', example: 'rules: ["~app:*", "+@read"]' },
  rule: {
    is: 'an ACL rule for commands, keys or channels',
    example: '"+@read", "-flushall", "~app:*" or "&news:*"',
  },
  tls: { is: 'generate, or a mapping of files and auth-clients', example: 'tls: generate' },
  tlsFile: { is: 'the path of a file', example: 'cert-file: ./tls/redis.crt' },
  authClients: { is: 'no, optional or yes', example: 'auth-clients: yes' },
  storage: { is: 'a supported kind of storage (directory or volume)', example: 'storage: directory' },
  directory: { is: 'the path of a directory', example: 'directory: ./data' },
  templates: { is: 'a mapping of redis and sentinel', example: 'templates: {redis: ./my-redis.conf}' },
  template: { is: 'the path of a template', example: 'redis: ./my-redis.conf' },
} as const satisfies Readonly<Record<string, Expectation>>;

export type ExpectationName = keyof typeof EXPECTATIONS;

/** Takes the message of a schema's issue; gives the expectation it names, if it names one. */
export function expectationOf(message: string): Expectation | undefined {
  return Object.hasOwn(EXPECTATIONS, message) ? EXPECTATIONS[message as ExpectationName] : undefined;
}
