import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BIN } from '../../support/command.js';
import { directoryWith, rsentinel } from './rsentinel.js';

/** The packages that take long to load. */
const HEAVY = ['dockerode', 'ioredis', 'ora', 'protobufjs', 'ssh2', 'tar-fs', 'yaml', 'zod'];

/**
 * Which of the heavy packages a command loads: V8's coverage names every script, and esbuild wrote into
 * those that it bundled what they are made of.
 */
async function loadedBy(
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<readonly string[]> {
  const coverage = await directoryWith({});
  await rsentinel(words, { cwd, env: { ...env, NODE_V8_COVERAGE: coverage } });
  const loaded = new Set<string>();
  for (const file of await readdir(coverage)) {
    const text = await readFile(join(coverage, file), 'utf8');
    for (const { url } of (JSON.parse(text) as { result: { url: string }[] }).result) {
      const bundled = /\/bundle\/[^/]+\.js$/.test(url) ? await readFile(fileURLToPath(url), 'utf8') : '';
      for (const [, name = ''] of `${bundled}\n// ${url}`.matchAll(/^\/\/ .*node_modules\/([^/\n]+)\//gm)) {
        loaded.add(name);
      }
    }
  }
  // Otherwise the measurement would not work at all.
  expect([...loaded]).toContain('commander');
  return HEAVY.filter((name) => loaded.has(name));
}

describe('help and version', () => {
  it('--help lists the commands, with examples', async () => {
    const { code, stdout, stderr } = await rsentinel(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of [
      'up',
      'status',
      'down',
      'ls',
      'logs',
      'drill',
      'prune',
      'render',
      'Examples:',
      'RSENTINEL_FILE',
      'Exit codes:',
    ]) {
      expect(stdout).toContain(word);
    }
  });

  it.each(['up', 'status', 'down', 'ls', 'logs', 'drill', 'prune', 'render'])(
    '%s --help has examples',
    async (command) => {
      const { code, stdout } = await rsentinel([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:\n');
      if (command !== 'ls' && command !== 'prune') expect(stdout).toContain('--file <file>');
    },
  );

  it('--version is the package’s', async () => {
    const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(await rsentinel(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it.each([[['--help']], [['--version']], [['up', '--nonsense']]])(
    '%j loads nothing that takes long',
    async (words) => {
      expect(await loadedBy(words, tmpdir())).toEqual([]);
    },
  );

  it('render loads no engine’s client', async () => {
    expect(await loadedBy(['render'], await directoryWith({ 'topology.yaml': 'name: demo' }))).toEqual([
      'yaml',
      'zod',
    ]);
  });

  it('no host loads what speaks ssh in dockerode: the system’s own client does', async () => {
    const words = ['down', '-n', 'nothing'];
    const nowhere = { DOCKER_HOST: 'tcp://127.0.0.1:1' };
    expect(await loadedBy(words, await directoryWith({}), nowhere)).toEqual(['dockerode']);
    const ssh = { DOCKER_HOST: 'ssh://nobody@127.0.0.1:1' };
    expect(await loadedBy(words, await directoryWith({}), ssh)).toEqual(['dockerode']);
  });
});

describe('wrong usage', () => {
  it.each([
    [['upp'], "rsentinel: unknown command 'upp'\nhint: Did you mean up?\n"],
    [['up', '--nonsense'], "rsentinel: unknown option '--nonsense'\nhint: See rsentinel --help"],
    [['up', '--wait-timeout', '30'], '30 of what? Say 30s or 30ms.'],
    [['up', '-q', '-v'], "option '-q, --quiet' cannot be used with option '-v, --verbose'"],
    [['status', '--format', 'xml'], 'Allowed choices are table, json.'],
    [
      ['up', '--ttl', '31d'],
      "rsentinel: option '--ttl <duration>' argument '31d' is invalid. It must not be longer than 30d.",
    ],
    [['logs', '--tail', 'x'], 'Not a number of lines.'],
    [['drill', '--rounds', '0'], 'Not a number of rounds from 1 to 9999.'],
    [['drill', '--max-lost', 'none'], 'Not a number of writes.'],
    [['drill', '--max-downtime', '2'], '2 of what? Say 2s or 2ms.'],
    [['drill', '--fault', 'flood'], 'Allowed choices are kill, pause, partition, failover.'],
    [['drill', '-n', 'auto'], 'rsentinel: the name auto makes a new name up, which only `up` does\nhint: '],
    [['logs', '--since', 'x'], 'Neither a duration like 10m nor a time like 2025-03-01T12:00:00Z.'],
    [['down', '--all', '-n', 'demo'], 'rsentinel: --all means every group, and -f or -n means one\nhint: '],
    [['-f', 'a.yaml', 'down', '--all'], 'rsentinel: --all means every group, and -f or -n means one\nhint: '],
    [['status', '-n', 'auto'], 'rsentinel: the name auto makes a new name up, which only `up` does\nhint: '],
    [['up', 'mymaster'], "too many arguments for 'up'"],
    [['down', '-n', 'No Name'], 'rsentinel: "No Name" cannot be the name of a group\nhint: Lower-case'],
  ])('%j exits with 2 and says what is wrong', async (words, message) => {
    const { code, stdout, stderr } = await rsentinel(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('no command: the help, on standard error', async () => {
    const { code, stdout, stderr } = await rsentinel([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: rsentinel');
  });
});

describe('errors', () => {
  it('a file that is missing exits with 2', async () => {
    const { code, stderr } = await rsentinel(['up', '-f', 'nowhere.yaml'], { cwd: await directoryWith({}) });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^rsentinel: .*nowhere\.yaml\nhint: /);
  });

  it('every mistake of a file is shown with its place, and the exit code is 2', async () => {
    const cwd = await directoryWith({ 'topology.yaml': 'sentinel: {quorum: 9}\nreplica: 2\n' });
    const { code, stdout, stderr } = await rsentinel(['up'], { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('\n  topology.yaml:1:');
    expect(stderr).toContain('\n  topology.yaml:2:');
  });

  it.each([
    [['up']],
    [['status']],
    [['down']],
    [['ls']],
    [['logs']],
    [['drill']],
    [['prune']],
    [['up', '--dry-run', '--format', 'json']],
  ])('%j without an engine exits with 1, with a hint and no stack trace', async (words) => {
    const { code, stdout, stderr } = await rsentinel(words, { cwd: await directoryWith({}) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('rsentinel: no Docker engine answers at');
    expect(stderr).toContain('\nhint: ');
    expect(stderr).not.toContain('    at ');
  });

  it('-v adds the stack trace', async () => {
    const { stderr } = await rsentinel(['status', '-v'], { cwd: await directoryWith({}) });
    expect(stderr).toContain('    at ');
  });

  it('are coloured in a pipe only when that is forced', async () => {
    const cwd = await directoryWith({});
    expect((await rsentinel(['status'], { cwd })).stderr).not.toContain('\u001b');
    expect((await rsentinel(['status'], { cwd, env: { FORCE_COLOR: '1' } })).stderr).toContain('\u001b');
  });
});

it('a pipe that closes is no failure', async () => {
  const cwd = await directoryWith({ 'topology.yaml': 'name: demo' });
  const { stdout, stderr } = await promisify(execFile)(
    '/bin/sh',
    ['-c', `{ "${process.execPath}" "${BIN}" render; echo "exit $?" >&2; } | head -n 1`],
    { cwd },
  );
  expect(stdout).toBe('# ---- redis-1/conf/redis.conf\n');
  expect(stderr).toBe('exit 0\n');
});
