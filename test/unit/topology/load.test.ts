import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RsentinelError } from '../../../src/errors.js';
import { loadTopology } from '../../../src/topology/load.js';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rsentinel-load-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(directory, name), text);

async function failure(file: string, stdin?: AsyncIterable<Uint8Array>): Promise<RsentinelError> {
  const error = await loadTopology(file, {}, directory, stdin).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof RsentinelError)) throw new Error(`expected an RsentinelError, got ${String(error)}`);
  return error;
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('a topology is read', () => {
  test('from a file, with paths relative to it', async () => {
    mkdirSync(join(directory, 'sub'));
    write('sub/group.yaml', 'directory: ./data\nimage: ${IMAGE}\nsentinels: 1\n');
    const { topology, warnings } = await loadTopology('sub/group.yaml', { IMAGE: 'redis:7' }, directory);
    expect(topology).toMatchObject({
      name: 'sub',
      image: 'redis:7',
      directory: join(directory, 'sub/data'),
      file: join(directory, 'sub/group.yaml'),
    });
    expect(warnings.map(({ file, path, line }) => [file, path, line])).toEqual([
      ['sub/group.yaml', 'sentinels', 3],
    ]);
  });

  test('from standard input, with paths relative to the current directory', async () => {
    // a character may come in two parts
    const bytes = Buffer.from('name: demo # ü\nreplicas: 1\n');
    async function* halves(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 14);
      yield bytes.subarray(14);
    }
    const { topology } = await loadTopology('-', {}, directory, halves());
    expect(topology).toMatchObject({
      name: 'demo',
      directory: join(directory, '.rsentinel/demo'),
      file: undefined,
    });
    expect(topology.redis).toHaveLength(2);
  });
});

describe('a topology with mistakes', () => {
  test('is TOPOLOGY_INVALID with a line for each', async () => {
    write('bad.yaml', 'nmae: x\nreplicas: -1\nsentinels: 2\n');
    const error = await failure('bad.yaml');
    expect(error.code).toBe('TOPOLOGY_INVALID');
    expect(error.message).toBe('bad.yaml has 2 mistakes');
    expect(error.details).toEqual([
      'bad.yaml:1:1: nmae: unknown key "nmae"; did you mean name?',
      'bad.yaml:2:11: replicas: -1 is not a count from 0 to 100, or a list of nodes; write for example replicas: 2',
      'bad.yaml:3:12: warning: sentinels: a failover needs more than half of the sentinels: of 2 that is both, so none may be down; use 3',
    ]);
    expect(error.hint).toBe(
      'Nothing was created or changed. topology.example.yaml, which comes with rsentinel, explains every key.',
    );
  });

  test('on standard input says so', async () => {
    const error = await failure('-', chunks('name: ', 'X!'));
    expect(error.message).toBe('<stdin> has a mistake');
    expect(error.details[0]).toMatch(/^<stdin>:1:7: name: "X!" is not a name/);
  });

  test('that is empty says so', async () => {
    write('empty.yaml', '');
    expect((await failure('empty.yaml')).details).toEqual([
      'empty.yaml:1:1: the file is empty; begin with a key, such as name: my-group, or start from topology.example.yaml',
    ]);
  });

  test('has its templates looked for', async () => {
    write('t.yaml', 'nmae: x\ntemplates:\n  redis: ./r.conf\n  sentinel: .\n');
    expect((await failure('t.yaml')).details).toEqual([
      't.yaml:1:1: nmae: unknown key "nmae"; did you mean name?',
      `t.yaml:3:10: templates.redis: there is no file ${join(directory, 'r.conf')}; give the path of a template, relative to the topology file, or leave it out`,
      `t.yaml:4:13: templates.sentinel: ${directory} is not a file; give the path of a template, relative to the topology file, or leave it out`,
    ]);
  });

  test('in another encoding says so', async () => {
    write('utf16.yaml', Buffer.from('\ufeffname: x', 'utf16le'));
    expect((await failure('utf16.yaml')).details).toEqual([
      'utf16.yaml:1:1: the text is UTF-16; save the file as UTF-8',
    ]);
    write('latin1.yaml', Buffer.from('name: \xfc', 'latin1'));
    expect((await failure('latin1.yaml')).details).toEqual([
      'latin1.yaml:1:1: the text is not UTF-8; save the file as UTF-8',
    ]);
  });

  test('that is far too long says so', async () => {
    write('long.yaml', Buffer.alloc(2_000_000, 'a'));
    expect((await failure('long.yaml')).message).toBe('long.yaml has more than 1 MiB');
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(65_536, 'a');
    }
    expect((await failure('-', endless())).message).toBe('<stdin> has more than 1 MiB');
  });
});

describe('a topology that cannot be read is TOPOLOGY_NOT_FOUND', () => {
  test('because it is missing: other files in the directory are offered', async () => {
    write('topology.yaml', '');
    write('other.yml', '');
    const error = await failure('topolgy.yaml');
    expect(error.code).toBe('TOPOLOGY_NOT_FOUND');
    expect(error.message).toBe('There is no file topolgy.yaml');
    expect(error.hint).toBe('Did you mean topology.yaml? Then: rsentinel up -f topology.yaml.');
    expect((await failure('group-of-mine.yaml')).hint).toBe(
      'There is other.yml and topology.yaml: rsentinel up -f other.yml.',
    );
  });

  test('because it is missing, and there is nothing like it', async () => {
    const hint =
      'Give the topology file: rsentinel up -f FILE. topology.example.yaml, which comes with rsentinel, is one to start from.';
    expect((await failure('topology.yaml')).hint).toBe(hint);
    expect(await failure('no/such/dir/topology.yaml')).toMatchObject({
      message: 'There is no file no/such/dir/topology.yaml',
      hint,
    });
  });

  test.skipIf(process.platform === 'win32')('because it has no end', async () => {
    expect(await failure('/dev/zero')).toMatchObject({ code: 'TOPOLOGY_INVALID' });
  });

  test('because it is a directory', async () => {
    mkdirSync(join(directory, 'group'));
    expect(await failure('group')).toMatchObject({
      code: 'TOPOLOGY_NOT_FOUND',
      message: 'group is a directory',
      hint: 'Give the topology file: rsentinel up -f FILE.',
    });
    write('group/topology.yaml', '');
    expect((await failure('group')).hint).toBe('Give a file in it: rsentinel up -f group/topology.yaml.');
  });

  // root may read everything
  test.skipIf(process.getuid?.() === 0)('because it may not be read', async () => {
    write('secret.yaml', '');
    chmodSync(join(directory, 'secret.yaml'), 0);
    expect(await failure('secret.yaml')).toMatchObject({
      code: 'TOPOLOGY_NOT_FOUND',
      message: 'secret.yaml may not be read by this user',
      hint: 'Allow it, for example with: chmod u+r secret.yaml.',
    });
  });

  test('for a reason nobody thought of', async () => {
    spawnSync('ln', ['-s', 'loop.yaml', join(directory, 'loop.yaml')]);
    const error = await failure('loop.yaml');
    expect(error.code).toBe('TOPOLOGY_NOT_FOUND');
    expect(error.message).toMatch(/^loop\.yaml cannot be read: ELOOP/);
  });
});
