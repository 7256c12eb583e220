/** The command line, where files, environment and places are somebody else's. */
import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryWith, rsentinel } from './rsentinel.js';

const EVIL = '\u001b[2J\u001b]0;x\u0007\u202e\u009b';
const ACTIVE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;
const TOPOLOGY = 'name: demo\nreplicas: 0\nsentinels: 1\n';

describe('what is printed acts upon no terminal', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['a name', ['status', '-n', EVIL], {}],
    ['a file', ['render', '-f', EVIL], {}],
    ['a command', [EVIL], {}],
    ['an option', ['up', `--${EVIL}`], {}],
    ['an address', ['status', '--sentinels', EVIL], {}],
    ['a context', ['ls', '--context', EVIL], {}],
    ['the environment’s name', ['up'], { RSENTINEL_NAME: EVIL }],
    ['the environment’s file', ['up'], { RSENTINEL_FILE: EVIL }],
    ['the environment’s image', ['render'], { RSENTINEL_IMAGE: EVIL }],
    ['the environment’s engine', ['ls'], { DOCKER_HOST: `tcp://${EVIL}` }],
    ['the environment’s context', ['ls'], { DOCKER_HOST: '', DOCKER_CONTEXT: EVIL }],
  ])('whatever %s is', async (_what, words, env) => {
    const { code, stdout, stderr } = await rsentinel(words, { cwd: await directoryWith({}), env });
    expect(code).not.toBe(0);
    expect(stderr).not.toBe('');
    expect(`${stdout}${stderr}`).not.toMatch(ACTIVE);
    expect(stderr).not.toMatch(/^\s+at .*[:(]/m);
  });

  it('whatever the topology says', async () => {
    const cwd = await directoryWith({
      'topology.yaml': `name: "${'\\e[2J'}"\n"\\u202ekey": 1\nimage: "::error::x"\n`,
    });
    const { code, stdout, stderr } = await rsentinel(['render'], { cwd });
    expect(code).toBe(2);
    expect(`${stdout}${stderr}`).not.toMatch(ACTIVE);
  });
});

describe('render -o', () => {
  it.each(['redis-1', 'redis-1/conf', 'redis-1/data', 'redis-1/conf/redis.conf'])(
    'writes nothing through a link in the place of %s, and not by force',
    async (place) => {
      const cwd = await directoryWith({ 'topology.yaml': TOPOLOGY, secret: 'of somebody else\n' });
      await mkdir(join(cwd, 'elsewhere'));
      await mkdir(join(cwd, 'out', place, '..'), { recursive: true });
      const isFile = place.endsWith('.conf');
      await symlink(join(cwd, isFile ? 'secret' : 'elsewhere'), join(cwd, 'out', place));
      for (const force of [[], ['--force']]) {
        const { code, stderr } = await rsentinel(['render', '-o', 'out', ...force], { cwd });
        expect(code, stderr).toBe(1);
        expect(stderr).toContain('a symbolic link');
      }
      expect(await readdir(join(cwd, 'elsewhere'))).toEqual([]);
      expect(await readFile(join(cwd, 'secret'), 'utf8')).toBe('of somebody else\n');
    },
  );

  it('waits for no pipe', async () => {
    const cwd = await directoryWith({ 'topology.yaml': TOPOLOGY });
    await mkdir(join(cwd, 'out/redis-1/conf'), { recursive: true });
    execFileSync('mkfifo', [join(cwd, 'out/redis-1/conf/redis.conf')]);
    const { code, stderr } = await rsentinel(['render', '-o', 'out'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain('it is no file');
  });

  it('to standard output gives a template’s bytes as they are, where that is a file', async () => {
    const cwd = await directoryWith({ 'topology.yaml': `${TOPOLOGY}templates: {redis: redis.tpl}\n` });
    const template = await readFile(new URL('../../../templates/redis.conf', import.meta.url), 'utf8');
    await writeFile(join(cwd, 'redis.tpl'), `${template}# right to left: \u200fא, and joined: 👩\u200d🔧\n`);
    const { code, stdout } = await rsentinel(['render'], { cwd });
    expect(code).toBe(0);
    expect(stdout).toContain('# right to left: \u200fא, and joined: 👩\u200d🔧\n');
  });
});
