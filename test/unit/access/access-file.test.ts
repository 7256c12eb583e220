/** The file with a group's logins: what was written is read again, and nothing else is. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAccess, parseAccess, type StoredAccess } from '../../../src/access/access-file.js';
import { LOGIN_NAMES, type Logins, sameAccess } from '../../../src/model/credentials/logins.js';
import { Secret } from '../../../src/model/credentials/secret.js';
import { ONE_PASSWORD, told, USERS_OF_THEIR_OWN } from './logins-of.js';

const STORED: StoredAccess = {
  group: 'demo',
  present: { logins: USERS_OF_THEIR_OWN, clientRules: ['~app:*', '+get'] },
  former: { logins: ONE_PASSWORD, clientRules: [] },
};

describe('the file of logins', () => {
  it('holds what was put into it', () => {
    const read = parseAccess(formatAccess(STORED));
    expect(read?.group).toBe('demo');
    expect(read && told(read.present)).toEqual(told(STORED.present));
    expect(read?.former && told(read.former)).toEqual(told({ logins: ONE_PASSWORD }));
    expect(read && sameAccess(read.present, STORED.present)).toBe(true);
    expect(parseAccess(formatAccess({ ...STORED, former: null }))?.former).toBeNull();
  });

  it('holds any logins', () => {
    const word = fc.string({ unit: 'binary' });
    const logins = fc
      .array(fc.tuple(word, word), { minLength: LOGIN_NAMES.length, maxLength: LOGIN_NAMES.length })
      .map((pairs) =>
        Object.fromEntries(
          LOGIN_NAMES.map((name, index) => {
            const [user, password] = pairs[index] ?? ['', ''];
            return [name, { user, password: new Secret(password) }];
          }),
        ),
      );
    fc.assert(
      fc.property(word, logins, fc.array(word), (group, any, clientRules) => {
        const present = { logins: any as unknown as Logins, clientRules };
        const read = parseAccess(formatAccess({ group, present, former: null }));
        expect(read?.group).toBe(group);
        expect(read && sameAccess(read.present, present)).toBe(true);
      }),
    );
  });

  const text = formatAccess(STORED);
  it.each([
    ['is empty', ''],
    ['ends too early', text.slice(0, -20)],
    ['is of another version', text.replace('"version": 1', '"version": 2')],
    ['has a number for a password', text.replace('"pw-admin"', '5')],
    ['lacks a login', text.replace('"watch"', '"watcher"')],
    ['has more in it', text.replace('"group"', '"more": 1,\n  "group"')],
    ['is no JSON', text.replace('"former": {', '"former": [{')],
    ['is null', 'null'],
    ['is a list', '[]'],
  ])('that %s is none', (_, damaged) => {
    expect(parseAccess(damaged)).toBeNull();
  });

  it('is none, cut off at any place', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 2), (length) => {
        expect(parseAccess(text.slice(0, length))).toBeNull();
      }),
    );
  });
});
