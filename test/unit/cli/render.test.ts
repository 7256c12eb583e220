import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { directoryWith, rsentinel } from './rsentinel.js';

const TOPOLOGY = 'name: demo\nreplicas: 1\nsentinels: 1\n';

describe('render', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await directoryWith({ 'topology.yaml': TOPOLOGY });
  });

  it('prints every file, with its name before it', async () => {
    const { code, stdout } = await rsentinel(['render', '-f', '-'], { stdin: TOPOLOGY });
    expect(code).toBe(0);
    expect(stdout.match(/^# ---- .*$/gm)).toEqual([
      '# ---- redis-1/conf/redis.conf',
      '# ---- redis-2/conf/redis.conf',
      '# ---- sentinel-1/conf/sentinel.conf',
    ]);
    expect(stdout).toMatch(/^sentinel monitor mymaster 127\.0\.0\.1 6379 1$/m);
  });

  it('tells warnings on standard error, unless it should be quiet', async () => {
    expect((await rsentinel(['render'], { cwd })).stderr).toMatch(/^warning: topology\.yaml:3:/);
    expect((await rsentinel(['render', '-q'], { cwd })).stderr).toBe('');
  });

  it('writes conf and data of every node, not for everyone to read', async () => {
    const { code, stdout } = await rsentinel(['render', '-o', 'out'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain(`3 files written to ${cwd}/out\n`);
    expect((await readdir(join(cwd, 'out'))).sort()).toEqual(['redis-1', 'redis-2', 'sentinel-1']);
    expect((await readdir(join(cwd, 'out/redis-1'))).sort()).toEqual(['conf', 'data']);
    expect((await stat(join(cwd, 'out/redis-1/conf/redis.conf'))).mode & 0o007).toBe(0);
  });

  it('writes certificates beside the files that name them, and keys for nobody else to read', async () => {
    const secured = await directoryWith({ 'topology.yaml': `${TOPOLOGY}tls: {auth-clients: yes}\n` });
    await rsentinel(['render', '-o', 'out'], { cwd: secured });
    expect((await readdir(join(secured, 'out/redis-1/conf'))).sort()).toEqual([
      'ca.crt',
      'redis.conf',
      'tls.crt',
      'tls.key',
    ]);
    expect((await readdir(join(secured, 'out/.access'))).sort()).toEqual([
      'ca.crt',
      'ca.key',
      'client.crt',
      'client.key',
    ]);
    for (const key of ['redis-1/conf/tls.key', '.access/ca.key']) {
      expect((await stat(join(secured, 'out', key))).mode & 0o777, key).toBe(0o600);
    }
    expect((await rsentinel(['render'], { cwd: secured })).stdout).not.toContain('BEGIN');
  });

  it('written again changes nothing', async () => {
    await rsentinel(['render', '-o', 'out'], { cwd });
    const again = await rsentinel(['render', '-o', 'out'], { cwd });
    expect(again).toMatchObject({ code: 0, stdout: `0 files written to ${cwd}/out; 3 files unchanged\n` });
  });

  it('overwrites nothing that differs, unless forced', async () => {
    await rsentinel(['render', '-o', 'out'], { cwd });
    const conf = join(cwd, 'out/redis-2/conf/redis.conf');
    await writeFile(conf, '# state\n');

    const refused = await rsentinel(['render', '-o', 'out'], { cwd });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('\n  redis-2/conf/redis.conf\nhint: ');
    expect(await readFile(conf, 'utf8')).toBe('# state\n');

    const forced = await rsentinel(['render', '-o', 'out', '--force'], { cwd });
    expect(forced.stdout).toContain('redis-2/conf/redis.conf\n1 file written');
    expect(await readFile(conf, 'utf8')).not.toBe('# state\n');
  });

  it('says so when the place is no directory', async () => {
    const { code, stderr } = await rsentinel(['render', '-o', 'topology.yaml'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain(`the files cannot be written into ${cwd}/topology.yaml`);
  });

  it('takes the file before the command too, and from the environment', async () => {
    const elsewhere = await directoryWith({ 'my.yaml': TOPOLOGY });
    const before = await rsentinel(['-f', 'my.yaml', 'render'], { cwd: elsewhere });
    const environment = await rsentinel(['render'], { cwd: elsewhere, env: { RSENTINEL_FILE: 'my.yaml' } });
    expect(before.stdout).toContain('# ---- redis-2/');
    expect(environment.stdout).toBe(before.stdout);
  });

  it('without a file renders the default group', async () => {
    const { stdout } = await rsentinel(['render'], { cwd: await directoryWith({}) });
    expect(stdout.match(/^# ---- /gm)).toHaveLength(6);
  });
});
