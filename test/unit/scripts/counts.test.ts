import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closingLine, countsFile, forgetCounts, readCounts, sum } from '../../../scripts/lib/counts.mjs';

describe('closingLine', () => {
  it('says what passed and failed', () => {
    expect(closingLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
  });

  it('mentions skipped tests only where there are some', () => {
    expect(closingLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped');
  });
});

describe('sum', () => {
  it('adds the runs up', () => {
    const runs = [
      { passed: 3, failed: 1, skipped: 0, failures: ['one.test.ts > fails'] },
      { passed: 4, failed: 1, skipped: 2, failures: ['two.test.ts > fails'] },
    ];
    expect(sum(runs)).toEqual({
      passed: 7,
      failed: 2,
      skipped: 2,
      failures: ['one.test.ts > fails', 'two.test.ts > fails'],
    });
  });
});

describe('readCounts', () => {
  const name = 'a-run-of-the-unit-tests';
  const write = async (content: string) => {
    await mkdir(dirname(countsFile(name)), { recursive: true });
    await writeFile(countsFile(name), content);
  };
  afterEach(() => forgetCounts(name));

  it('reads what the reporter wrote', async () => {
    await write('{"passed":5,"failed":0,"skipped":1,"failures":[]}');
    expect(await readCounts(name, 0)).toEqual({ passed: 5, failed: 0, skipped: 1, failures: [] });
  });

  it('counts a run that never came to its end as a failure', async () => {
    expect(await readCounts(name, 1)).toEqual({
      passed: 0,
      failed: 1,
      skipped: 0,
      failures: [`${name} ended with exit code 1, without a failed test`],
    });
  });

  it('counts a run that failed without a failed test as a failure', async () => {
    await write('{"passed":5,"failed":0,"skipped":0,"failures":[]}');
    expect(await readCounts(name, 1)).toMatchObject({ passed: 5, failed: 1, skipped: 0 });
  });

  it('adds nothing to failures that are counted already', async () => {
    await write('{"passed":5,"failed":3,"skipped":0,"failures":["a","b","c"]}');
    expect(await readCounts(name, 1)).toMatchObject({ failed: 3, failures: ['a', 'b', 'c'] });
  });
});
