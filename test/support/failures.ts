/** Errors as users meet them. */
import { access } from 'node:fs/promises';
import { expect } from 'vitest';
import type { Ran } from './command.js';

export interface ExpectedFailure {
  readonly code: number;
  /** What stands behind `rsentinel: `, or a part of it. */
  readonly says: string;
  /** What stands behind `hint: `, or a part of it. */
  readonly hint: string;
}

/** An error has its exit code, a sentence and a hint, and shows nothing of the inside of the program. */
export function expectFailure(ran: Ran, { code, says, hint }: ExpectedFailure): void {
  const lines = ran.stderr.split('\n');
  const told = lines.filter((line) => line.startsWith('rsentinel: ')).join('\n');
  expect(told, ran.stderr).toContain(says);
  expect(lines.filter((line) => line.startsWith('hint: ')).join('\n'), ran.stderr).toContain(hint);
  expect(ran.code, ran.stderr).toBe(code);
  expect(ran.stderr).not.toMatch(/^\s+at .*[:(]/m);
  expect(ran.stderr).not.toContain('this should not have happened');
  expect(ran.stdout).toBe('');
}

export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** What makes a command run without root's right to read and write what is not its own. */
export const WITHOUT_PRIVILEGES: readonly string[] =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];
