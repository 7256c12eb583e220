/** Who may log in, as lines of redis.conf and sentinel.conf, on every server. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redisAccessLines, sentinelAccessLines, withAccess } from '../../../src/config/access-lines.js';
import { renderConf } from '../../../src/config/conf.js';
import { splitWords } from '../../../src/config/conf-facts.js';
import { readHeader, withHeader } from '../../../src/config/header.js';
import { type GroupAccess, OPEN } from '../../../src/model/credentials/group-access.js';
import type { Login } from '../../../src/model/credentials/logins.js';
import { Secret } from '../../../src/model/credentials/secret.js';
import { initialHistory } from '../../../src/model/history.js';
import type { ServerFacts } from '../../../src/model/server-version.js';
import { NO_PASSWORD } from '../../../src/model/text.js';
import { nodesOf } from '../../../src/spec/build.js';
import { accessOf, ONE_PASSWORD, USERS_OF_THEIR_OWN, USERS_WITHOUT_SENTINELS } from '../access/logins-of.js';
import { specOf } from '../plan/situation.js';

const REDIS_6_0: ServerFacts = { product: 'redis', version: 600 };
const REDIS_7_0: ServerFacts = { product: 'redis', version: 700 };
const VALKEY_9: ServerFacts = { product: 'valkey', version: 900 };

/** Readable: a hash is as long as it is meaningless. */
function text(lines: readonly string[]): string {
  return lines.join('\n').replaceAll(/#[0-9a-f]{64}/g, '#HASH');
}

describe('redis.conf', () => {
  it('says nothing where nobody has to log in', () => {
    expect(redisAccessLines(OPEN)).toEqual([]);
    expect(sentinelAccessLines(OPEN, 'mymaster')).toEqual([]);
  });

  it('has one password for all', () => {
    expect(text(redisAccessLines(accessOf('password', ONE_PASSWORD)))).toMatchInlineSnapshot(`
      "requirepass "pw-redis"
      masterauth "pw-redis""
    `);
  });

  it('has users of their own, and no default user', () => {
    expect(text(redisAccessLines(accessOf('acl', USERS_OF_THEIR_OWN)))).toMatchInlineSnapshot(`
      "user default off resetpass
      user rsentinel on #HASH resetchannels ~* &* +@all
      user replica on #HASH resetchannels +psync +replconf +ping
      user sentinel on #HASH resetchannels &__sentinel__:hello +multi +exec +slaveof +ping +info +publish +subscribe +config|rewrite +client|setname +client|kill +script|kill
      user app on #HASH resetchannels ~* &* +@all -@admin -@dangerous +info +role +keys +sort +flushdb
      masteruser replica
      masterauth "pw-replica""
    `);
  });

  it('has no channels in its rules before 6.2', () => {
    const lines = text(redisAccessLines(accessOf('acl', USERS_WITHOUT_SENTINELS, REDIS_6_0)));
    expect(lines).toMatchInlineSnapshot(`
      "user default off resetpass +hello
      user rsentinel on #HASH ~* +@all
      user replica on #HASH +psync +replconf +ping
      user sentinel on #HASH +multi +exec +slaveof +ping +info +publish +subscribe +config|rewrite +client|setname +client|kill +script|kill
      user app on #HASH ~* +@all -@admin -@dangerous +info +role +keys +sort +flushdb
      masteruser replica
      masterauth "pw-replica""
    `);
  });

  it('lets Valkey 9 hand over by itself', () => {
    const watch = redisAccessLines(accessOf('acl', USERS_OF_THEIR_OWN, VALKEY_9)).find((line) =>
      line.startsWith('user sentinel '),
    );
    expect(watch).toContain(' +failover +client|pause +client|unpause');
  });

  it('never has a password itself where its hash will do', () => {
    const users = redisAccessLines(accessOf('acl', USERS_OF_THEIR_OWN)).filter((line) => /^user /.test(line));
    expect(users).toHaveLength(5);
    expect(users.join()).not.toContain('pw-');
  });
});

describe('sentinel.conf', () => {
  it('has one password, as a user’s: a sentinel that runs could not be given another requirepass', () => {
    expect(text(sentinelAccessLines(accessOf('password', ONE_PASSWORD), 'mymaster'))).toMatchInlineSnapshot(`
      "user default on #HASH resetchannels ~* &* +@all
      sentinel sentinel-pass "pw-sentinel"
      sentinel auth-pass mymaster "pw-redis""
    `);
  });

  it('has users of its own', () => {
    expect(text(sentinelAccessLines(accessOf('acl', USERS_OF_THEIR_OWN), 'mymaster'))).toMatchInlineSnapshot(`
      "user default off resetpass
      user rsentinel on #HASH resetchannels ~* &* +@all
      user sentinel on #HASH resetchannels &__sentinel__:hello +ping +publish +sentinel|is-master-down-by-addr +client|setname
      user app on #HASH resetchannels &* +ping +info +role +hello +subscribe +psubscribe +unsubscribe +punsubscribe +sentinel|get-master-addr-by-name +sentinel|master +sentinel|masters +sentinel|replicas +sentinel|slaves +sentinel|sentinels +client|setname +client|setinfo
      sentinel sentinel-user sentinel
      sentinel sentinel-pass "pw-peer"
      sentinel auth-user mymaster sentinel
      sentinel auth-pass mymaster "pw-watch""
    `);
  });

  it('lets clients tell what they are since 7.2 only: a server that does not know it does not start', () => {
    const lines = (server: ServerFacts) =>
      text(sentinelAccessLines(accessOf('acl', USERS_OF_THEIR_OWN, server), 'mymaster'));
    expect(lines(REDIS_7_0)).not.toContain('+client|setinfo');
    expect(lines(VALKEY_9)).toContain('+client|setinfo');
  });

  it('has requirepass before 6.2', () => {
    expect(
      text(sentinelAccessLines(accessOf('acl', USERS_WITHOUT_SENTINELS, REDIS_6_0), 'mymaster')),
    ).toMatchInlineSnapshot(`
      "requirepass "pw-sentinel"
      sentinel auth-user mymaster sentinel
      sentinel auth-pass mymaster "pw-watch""
    `);
  });
});

const SPECS = [
  { kind: 'none', access: OPEN },
  { kind: 'password', access: accessOf('password', ONE_PASSWORD) },
  { kind: 'acl', access: accessOf('acl', USERS_OF_THEIR_OWN) },
] as const satisfies readonly { readonly kind: string; readonly access: GroupAccess }[];

function rendered(access: GroupAccess, network: string): readonly string[] {
  const spec = specOf(`name: demo\nnetwork: ${network}\n`, undefined, access);
  return nodesOf(spec).map((node) => renderConf(spec, node, initialHistory(spec), null));
}

describe('protected mode', () => {
  it.each(['{mode: loopback}', '{mode: bridge}'])('is on with a password (%s)', (network) => {
    for (const { kind, access } of SPECS) {
      const mode = kind === 'none' ? 'no' : 'yes';
      for (const conf of rendered(access, network))
        expect(conf).toMatch(new RegExp(`^protected-mode ${mode}$`, 'm'));
    }
  });

  it('is on without one too where only this host reaches the nodes', () => {
    for (const conf of rendered(OPEN, '{mode: host}')) expect(conf).toMatch(/^protected-mode yes$/m);
  });
});

describe('a rendered file', () => {
  it.each(SPECS)('tells which logins it is for ($kind), and keeps what else is in it', ({ access }) => {
    const digests = new Set<string>();
    for (const conf of rendered(access, '{mode: loopback}')) {
      const header = readHeader(conf);
      if (header === null) throw new Error('it has no header');
      expect(withHeader(conf, header)).toBe(conf);
      expect(readHeader(withHeader('port 1\n', header))).toEqual(header);
      digests.add(header.digests.access);
    }
    expect(digests.size).toBe(1);
  });

  it('of a version that knew no logins is for none', () => {
    const [conf = ''] = rendered(OPEN, '{mode: loopback}');
    expect(readHeader(conf.replace(/ access=\S+/, ''))?.digests.access).toBe('none');
  });

  it('is the same when its logins are put into it again, and another for others', () => {
    const spec = specOf('name: demo\n', undefined, accessOf('acl', USERS_OF_THEIR_OWN));
    const [node] = spec.redis;
    const conf = renderConf(spec, node, initialHistory(spec), null);
    const lines = redisAccessLines(spec.access);
    const again = withAccess(conf, lines);
    expect(again.split('\n').sort()).toEqual(conf.split('\n').sort());
    const other = withAccess(again, redisAccessLines(accessOf('password', ONE_PASSWORD)));
    expect(other).not.toMatch(/^(user|masteruser) /m);
    expect(other).toMatch(/^requirepass "pw-redis"$/m);
    expect(withAccess(other, lines)).toBe(again);
  });
});

describe('any password that the topology takes', () => {
  const password = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .filter((value) => !NO_PASSWORD.test(value));

  it('is read as it is by who splits the line into words', () => {
    fc.assert(
      fc.property(password, (value) => {
        const login: Login = { user: 'default', password: new Secret(value) };
        const all = Object.fromEntries(Object.keys(ONE_PASSWORD).map((name) => [name, login]));
        const access = accessOf('password', { ...ONE_PASSWORD, ...all });
        const [requirepass = '', masterauth = ''] = redisAccessLines(access);
        expect(splitWords(requirepass)).toEqual(['requirepass', value]);
        expect(splitWords(masterauth)).toEqual(['masterauth', value]);
        const pass = sentinelAccessLines(access, 'm').find((line) => line.includes('auth-pass')) ?? '';
        expect(splitWords(pass)).toEqual(['sentinel', 'auth-pass', 'm', value]);
      }),
    );
  });
});
