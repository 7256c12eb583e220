/** Lines of configuration files are told without what somebody could log in by. */
import { describe, expect, test } from 'vitest';
import { toldLogLine, toldValue } from '../../../src/config/secret-lines.js';

describe('the value of a directive', () => {
  test.each([
    'requirepass',
    'masterauth',
    'masteruser',
    'primaryauth',
    'primaryuser',
    'user',
    'tls-key-file-pass',
    'tls-client-key-file-pass',
    'sentinel auth-pass',
    'sentinel auth-user',
    'sentinel sentinel-pass',
    'sentinel sentinel-user',
  ])('of %s is not told', (name) => {
    expect(toldValue({ name, value: 'planted' })).toBe('[secret]');
  });

  test.each(['maxmemory', 'save', 'hz', 'tls-auth-clients', 'acllog-max-len', 'sentinel monitor', 'aclfile'])(
    'of %s is told',
    (name) => {
      expect(toldValue({ name, value: '1' })).toBe('1');
    },
  );
});

describe('a line of a log', () => {
  test.each([
    [`>>> 'requirepass "planted" planted'`, `>>> 'requirepass [secret]'`],
    [`>>> 'requirepass "planted`, `>>> 'requirepass [secret]'`],
    [`>>> 'REQUIREPASS planted'`, `>>> 'requirepass [secret]'`],
    [`>>> '  masterauth  planted x'`, `>>> 'masterauth [secret]'`],
    [`>>> 'user app on #planted +get'`, `>>> 'user [secret]'`],
    [`>>> 'sentinel auth-pass mymaster planted'`, `>>> 'sentinel auth-pass [secret]'`],
    [`>>> 'sentinel  sentinel-pass planted x'`, `>>> 'sentinel sentinel-pass [secret]'`],
    [`>>> 'tls-key-file-pass planted x'`, `>>> 'tls-key-file-pass [secret]'`],
    [
      "Error in user declaration '#planted': The password hash must be exactly 64 characters",
      "Error in user declaration '[secret]': The password hash must be exactly 64 characters",
    ],
    ["# Error loading ACL rule '>planted' for", "# Error loading ACL rule '[secret]' for"],
  ])('that shows one is told without it: %s', (line, told) => {
    expect(toldLogLine(line)).toBe(told);
  });

  test.each([
    ">>> 'maxmemory lots'",
    ">>> 'sentinel monitor mymaster 127.0.0.1 6379'",
    ">>> ''",
    "1:M 25 Nov 2026 23:21:31.159 # Error loading ACL rule '+no-such' for the user named 'app': Unknown command",
    '1:M 25 Nov 2026 23:21:31.159 * Ready to accept connections tcp',
    '',
  ])('that shows none stays as it is: %s', (line) => {
    expect(toldLogLine(line)).toBe(line);
  });
});
