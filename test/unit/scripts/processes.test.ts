import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { commandLine, isProgram, readPid } from '../../../scripts/lib/processes.mjs';

describe('readPid', () => {
  const pidFile = async (content: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'rsentinel-pid-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'pid'), content);
    return join(folder, 'pid');
  };

  it('reads a pid with or without a line end', async () => {
    expect(await readPid(await pidFile('123'))).toBe(123);
    expect(await readPid(await pidFile('123\n'))).toBe(123);
  });

  it.each(['', 'nonsense', '-1', '0'])(
    'takes %j for no pid: signals to such numbers hit many',
    async (content) => {
      expect(await readPid(await pidFile(content))).toBeUndefined();
    },
  );

  it('takes a missing file for no pid', async () => {
    expect(await readPid(join(tmpdir(), 'rsentinel-no-such-file'))).toBeUndefined();
  });
});

describe.runIf(process.platform === 'linux')('commandLine', () => {
  it('tells what a process runs', async () => {
    expect((await commandLine(process.pid))?.[0]).toMatch(/node/);
  });

  it('knows when there is no such process', async () => {
    expect(await commandLine(2 ** 30)).toBeUndefined();
  });
});

describe('isProgram', () => {
  it('looks at the program, not at its folder or arguments', () => {
    expect(isProgram(['/usr/sbin/dockerd', '--pidfile', 'x'], 'dockerd')).toBe(true);
    expect(isProgram(['dockerd'], 'dockerd')).toBe(true);
    expect(isProgram(['tail', '-f', '/var/log/dockerd'], 'dockerd')).toBe(false);
    expect(isProgram(['/usr/bin/notdockerd'], 'dockerd')).toBe(false);
    expect(isProgram(undefined, 'dockerd')).toBe(false);
  });
});
