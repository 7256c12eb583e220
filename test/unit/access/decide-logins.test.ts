/** Which logins a group has: given, as before, or made up. */
import { describe, expect, it } from 'vitest';
import { decideLogins, type GivenPasswords } from '../../../src/access/decide-logins.js';
import { accessDigest, masked } from '../../../src/model/credentials/group-access.js';
import type { Logins } from '../../../src/model/credentials/logins.js';
import { Secret } from '../../../src/model/credentials/secret.js';
import { NEWEST, type ServerFacts } from '../../../src/model/server-version.js';
import type { TopologyAuth } from '../../../src/model/topology.js';
import { accessOf, ONE_PASSWORD, told, USERS_OF_THEIR_OWN, USERS_WITHOUT_SENTINELS } from './logins-of.js';

const REDIS_6_0: ServerFacts = { product: 'redis', version: 600 };
const NOTHING_GIVEN: GivenPasswords = { password: null, sentinelPassword: 'same' };

function authOf(mode: 'password' | 'acl', user = 'app'): TopologyAuth {
  return {
    mode,
    user,
    password: { kind: 'generate' },
    sentinelPassword: 'same',
    rules: null,
  };
}

interface Circumstances {
  readonly mode: 'password' | 'acl';
  readonly user?: string;
  readonly given?: Partial<GivenPasswords>;
  readonly before?: Logins;
  readonly server?: ServerFacts;
}

/** What is decided, as `user password`; what is made up is called made-1, made-2 … */
function decided({ mode, user, given = {}, before, server = NEWEST }: Circumstances) {
  let made = 0;
  const generate = (): Secret => {
    made += 1;
    return new Secret(`made-${made}`);
  };
  const all = { ...NOTHING_GIVEN, ...given };
  const logins = decideLogins(authOf(mode, user), all, before ?? null, server, generate);
  return { logins: told({ logins }), made };
}

describe('one password', () => {
  it('is made up for all, at Redis and at the sentinels alike', () => {
    const { logins } = decided({ mode: 'password' });
    expect(new Set(Object.values(logins))).toEqual(new Set(['default made-1']));
  });

  it('is kept once it was made up', () => {
    const { logins, made } = decided({ mode: 'password', before: ONE_PASSWORD });
    expect(made).toBe(0);
    expect(logins).toMatchObject({ admin: 'default pw-redis', sentinelAdmin: 'default pw-redis' });
  });

  it('is the given one, whatever there was before', () => {
    const given = { password: new Secret('given') };
    const { logins, made } = decided({ mode: 'password', given, before: ONE_PASSWORD });
    expect(made).toBe(0);
    expect(new Set(Object.values(logins))).toEqual(new Set(['default given']));
  });

  it('of the sentinels may be another one: given, made up, or as before', () => {
    const one = (sentinelPassword: Secret | null, before?: Logins) =>
      decided({ mode: 'password', given: { sentinelPassword }, ...(before && { before }) }).logins
        .sentinelPeer;
    expect(one(new Secret('given'))).toBe('default given');
    expect(one(null)).toBe('default made-2');
    expect(one(null, ONE_PASSWORD)).toBe('default pw-sentinel');
  });
});

describe('users of their own', () => {
  it('have passwords of their own, but for the application’s: it is the same at both', () => {
    expect(decided({ mode: 'acl' }).logins).toEqual({
      client: 'app made-1',
      admin: 'rsentinel made-2',
      replication: 'replica made-3',
      watch: 'sentinel made-4',
      sentinelAdmin: 'rsentinel made-5',
      sentinelPeer: 'sentinel made-6',
      sentinelClient: 'app made-1',
    });
  });

  it('keep them', () => {
    const { logins, made } = decided({
      mode: 'acl',
      given: { sentinelPassword: null },
      before: USERS_OF_THEIR_OWN,
    });
    expect(made).toBe(0);
    expect(logins).toEqual(told({ logins: USERS_OF_THEIR_OWN }));
  });

  it('keep them when the application’s is given, or called otherwise', () => {
    const given = { password: new Secret('given') };
    const { logins, made } = decided({ mode: 'acl', user: 'web', given, before: USERS_OF_THEIR_OWN });
    expect(made).toBe(0);
    expect(logins).toEqual({
      ...told({ logins: USERS_OF_THEIR_OWN }),
      client: 'web given',
      sentinelClient: 'web given',
    });
  });

  it('are made up anew where there was one password before, and the other way round', () => {
    const toUsers = decided({ mode: 'acl', before: ONE_PASSWORD });
    expect(Object.values(toUsers.logins).join()).not.toContain('pw-');
    expect(toUsers.logins.admin).toMatch(/^rsentinel /);
    const toOne = decided({ mode: 'password', before: USERS_OF_THEIR_OWN });
    expect(new Set(Object.values(toOne.logins))).toEqual(new Set(['default made-1']));
  });
});

describe('sentinels that know no users', () => {
  it('have one password, the application’s', () => {
    expect(decided({ mode: 'acl', server: REDIS_6_0 }).logins).toMatchObject({
      client: 'app made-1',
      sentinelAdmin: 'default made-1',
      sentinelPeer: 'default made-1',
      sentinelClient: 'default made-1',
    });
  });

  it('keep to it when they are upgraded: those that differ could not log in to each other', () => {
    const { logins, made } = decided({
      mode: 'acl',
      given: { sentinelPassword: null },
      before: USERS_WITHOUT_SENTINELS,
    });
    expect(made).toBe(0);
    expect(logins).toEqual(told({ logins: USERS_WITHOUT_SENTINELS }));
  });
});

describe('the digest of an access', () => {
  const access = accessOf('acl', USERS_OF_THEIR_OWN);

  it('is another one for every password, user and rule', () => {
    const digests = new Set([
      accessDigest({ kind: 'none' }),
      accessDigest(access),
      accessDigest({ ...access, clientRules: ['+get'] }),
      ...Object.keys(USERS_OF_THEIR_OWN).flatMap((name) => [
        accessDigest(
          accessOf('acl', { ...USERS_OF_THEIR_OWN, [name]: { user: 'x', password: new Secret('y') } }),
        ),
      ]),
    ]);
    expect(digests.size).toBe(10);
  });

  it('is that of a mask where passwords are not shown', () => {
    const other = accessOf('acl', {
      ...USERS_OF_THEIR_OWN,
      client: { user: 'app', password: new Secret('z') },
    });
    expect(accessDigest(masked(access))).toBe(accessDigest(masked(other)));
    expect(accessDigest(masked(access))).not.toBe(accessDigest(access));
  });
});
