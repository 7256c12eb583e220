import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { emptyFileTar } from '../../../src/driver/docker/tar.js';

it('an archive with an empty file is one that tar can read', () => {
  const listing = execFileSync('tar', ['-tv', '--utc', '--numeric-owner', '-f', '-'], {
    input: emptyFileTar('beat', 86_400),
    encoding: 'utf8',
  });
  expect(listing.replace(/\s+/g, ' ')).toBe('-rw------- 0/0 0 1970-01-02 00:00 beat ');
});
