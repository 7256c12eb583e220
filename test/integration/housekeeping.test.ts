/** `ls`, `prune`, `down --all`, `up --ttl` and names that are made up: what keeps an engine tidy. */
import { rename, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListedGroup } from '../../src/api/list.js';
import { findPrunable } from '../../src/api/prune.js';
import { connectDocker } from '../../src/engine/docker/docker-engine.js';
import type { GroupReport } from '../../src/model/report/group-report.js';
import type { Ran, Where } from '../support/command.js';
import { type EngineWindow, engineWindow } from '../support/engine-window.js';
import { groupName } from '../support/environment.js';
import { exists, expectFailure } from '../support/failures.js';
import { docker, OUR_ENGINE, rsentinel, TestGroup, testGroup } from '../support/group.js';
import { KEYS, onTerminal } from '../support/terminal.js';
import { SMALL, TINY } from '../support/topologies.js';
import { until } from '../support/until.js';

/** Every group whose label begins with this is seen by the commands of this file, and no other. */
const LABEL = 'tidy-';

let window: EngineWindow;
beforeAll(async () => {
  window = await engineWindow(groupName(LABEL));
});
afterAll(async () => {
  await window[Symbol.asyncDispose]();
});

/** A command about all groups, on an engine that has none but those of this file. */
function tidy(words: readonly string[], where: Where = {}): Promise<Ran> {
  return rsentinel(words, { ...where, env: { ...window.env, ...where.env } });
}

const newGroup = (label: string, topology: string): Promise<TestGroup> =>
  testGroup(`${LABEL}${label}`, topology);

async function listed(): Promise<readonly ListedGroup[]> {
  const { code, stdout, stderr } = await tidy(['ls', '--format', 'json']);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout).groups;
}

async function marksOf(group: TestGroup): Promise<readonly string[]> {
  return (await group.left()).filter((what) => what.startsWith('volume '));
}

describe('ls', () => {
  it('says that there is none, which is no failure', async () => {
    const ran = await tidy(['ls']);
    expect(ran).toEqual({ code: 0, stdout: '', stderr: 'there is no group on this engine\n' });
    expect(await tidy(['ls', '-q'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await listed()).toEqual([]);
  });

  it('lists every group, with its health as status sees it', async () => {
    await using one = await newGroup('ls-one', SMALL);
    await using two = await newGroup('ls-two', TINY);
    await using gone = await newGroup('ls-gone', TINY);
    await Promise.all([one.up(), two.up(), gone.up()]);
    // As killed commands leave them.
    await one.container('redis-2').remove({ force: true, v: true });
    await Promise.all(['redis-1', 'sentinel-1'].map((node) => gone.container(node).remove({ force: true })));

    const { report } = await two.status();
    const groups = await listed();
    expect(groups.map(({ group, health }) => [group, health])).toEqual([
      [gone.name, 'partial'],
      [one.name, 'degraded'],
      [two.name, 'healthy'],
    ]);
    expect(groups[1]).toMatchObject({ redis: 2, sentinels: 3, expiresAt: null });
    expect(groups[2]).toMatchObject({ redis: 1, sentinels: 1, file: two.file, directory: two.nodes });
    expect(groups[2]?.master).toEqual(report.master);
    const age = Date.now() - (groups[2]?.createdAt ?? 0);
    expect(age).toBeGreaterThan(-1_000);
    expect(age).toBeLessThan(120_000);

    const { stdout } = await tidy(['list']);
    const [titles, ...lines] = stdout.trimEnd().split('\n');
    expect(titles).toMatch(/^NAME +MASTER +NODES +HEALTH +AGE +EXPIRES +FILE$/);
    expect(lines[2]).toMatch(
      new RegExp(`^${two.name} +127\\.0\\.0\\.1:\\d+ +1\\+1 +healthy +\\d+ (s|min) +- +${two.file}$`),
    );
    expect((await tidy(['ls', '-q'])).stdout).toBe(`${gone.name}\n${one.name}\n${two.name}\n`);
  });

  it('says that a group is stopped', async () => {
    await using group = await newGroup('ls-stopped', TINY);
    await group.up();
    await Promise.all(['redis-1', 'sentinel-1'].map((node) => group.container(node).kill()));
    expect((await listed()).map(({ health }) => health)).toEqual(['stopped']);
  });
});

describe('up --ttl', () => {
  it('says until when the group is wanted, and touches no container to say it anew', async () => {
    await using group = await newGroup('ttl', TINY);
    const before = Date.now();
    const { stdout } = await group.up('--ttl', '30m');
    expect(stdout).toContain('\nExpires in 30 min; rsentinel prune removes it then\n');
    const { report } = await group.status();
    expect(report.expiresAt).toBeGreaterThan(before + 29 * 60_000);
    expect(report.expiresAt).toBeLessThan(Date.now() + 30 * 60_000 + 1);
    expect((await group.run(['status'])).stdout).toContain('It expires in 30 min\n');
    const containers = async () => (await group.containers()).map(({ Id, State }) => [Id, State.StartedAt]);
    const untouched = await containers();

    // Without a ttl nothing is said, so what was said holds.
    await group.up();
    expect((await group.status()).report.expiresAt).toBe(report.expiresAt);
    const again = await group.up('--ttl', '2h');
    expect(again.stdout).toContain('nothing was touched');
    expect((await group.status()).report.expiresAt).toBeGreaterThan(before + 119 * 60_000);
    expect(await containers()).toEqual(untouched);
    expect(await marksOf(group)).toHaveLength(1);

    await group.down();
    expect(await group.left()).toEqual([]);
  });

  it('leaves no mark when up fails', async () => {
    await using group = await newGroup('ttl-failed', `${TINY}redis: {config: {maxmemory: nonsense}}\n`);
    expect((await group.run(['up', '--ttl', '30m'])).code).toBe(1);
    expect(await group.left()).toEqual([]);
  });

  it('keeps the former mark when another up fails', async () => {
    await using group = await newGroup('ttl-kept', TINY);
    await group.up('--ttl', '30m');
    const marks = await marksOf(group);
    await group.write(`${TINY}redis: {config: {maxmemory: nonsense}}\n`);
    await group.container('redis-1').kill();
    expect((await group.run(['up', '--ttl', '1h'])).code).not.toBe(0);
    expect(await marksOf(group)).toEqual(marks);
  });
});

describe('prune', () => {
  it('removes what has expired, and what has lost its file; nothing else', async () => {
    await using wanted = await newGroup('prune-wanted', TINY);
    await using expired = await newGroup('prune-expired', TINY);
    await using orphan = await newGroup('prune-orphan', TINY);
    await Promise.all([wanted.up('--ttl', '1h'), expired.up('--ttl', '1ms'), orphan.up()]);
    await rename(orphan.file, `${orphan.file}.moved`);

    const dry = await tidy(['prune', '--dry-run']);
    expect(dry.code, dry.stderr).toBe(0);
    expect(dry.stdout).toMatch(/^2 groups would be removed\n/);
    expect(dry.stdout).toMatch(new RegExp(`  ${expired.name} +expired \\d+ s ago\n`));
    expect(dry.stdout).toMatch(new RegExp(`  ${orphan.name} +its topology file is gone: ${orphan.file}\n`));
    expect(await listed()).toHaveLength(3);

    // Nobody can be asked: nothing happens.
    const ran = await tidy(['prune']);
    expectFailure(ran, {
      code: 2,
      says: 'prune would remove 2 groups, and there is nobody to ask',
      hint: '--yes',
    });
    expect(ran.stderr).toContain(orphan.name);
    expect(await listed()).toHaveLength(3);

    const { code, stdout } = await tidy(['prune', '--yes', '--format', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      dryRun: false,
      groups: [
        { group: expired.name, reason: 'expired', kept: expired.nodes, error: null },
        { group: orphan.name, reason: 'file-gone', kept: orphan.nodes, error: null },
      ],
    });
    expect((await listed()).map(({ group }) => group)).toEqual([wanted.name]);
    expect(await expired.left()).toEqual([]);
    expect(await exists(expired.nodes)).toBe(true);
    expect(await tidy(['prune', '--yes'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'there is nothing to remove\n',
    });
  });

  it('leaves what `down` has kept in volumes, which ls shows as down', async () => {
    await using group = await newGroup('prune-kept', `${TINY}storage: volume\n`);
    await group.up();
    await group.down();
    const kept = await group.left();
    expect(kept).toHaveLength(4);
    expect((await listed()).map(({ group: name, health }) => [name, health])).toEqual([[group.name, 'down']]);
    expect((await tidy(['prune', '--yes', '--volumes'])).stderr).toBe('there is nothing to remove\n');
    expect(await group.left()).toEqual(kept);
  });

  it('removes configuration and data too when asked to', async () => {
    await using group = await newGroup('prune-volumes', TINY);
    await group.up('--ttl', '1ms');
    const ran = await tidy(['prune', '-y', '--volumes']);
    expect(ran.stdout).toMatch(new RegExp(`^${group.name} is gone \\(.*\\)\n$`));
    expect(await group.left()).toEqual([]);
    expect(await exists(group.nodes)).toBe(false);
  });

  it('does not judge the files of other machines', async () => {
    await using group = await newGroup('prune-elsewhere', TINY);
    await group.up();
    await rm(group.file);
    const engine = connectDocker(() => {});
    const elsewhere = new Proxy(engine, {
      get: (target, key) => {
        if (key === 'machine') return 'another';
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const names = async (from: typeof engine) =>
      (
        await findPrunable({ engine: from, emit: () => {}, signal: new AbortController().signal }, Date.now())
      ).map((found) => found.group.name);
    expect(await names(engine)).toContain(group.name);
    expect(await names(elsewhere)).not.toContain(group.name);
  });

  it('finds fragments, but not before a while: so does a group begin that is brought up', async () => {
    const name = groupName(`${LABEL}prune-fragments`);
    const network = await docker.createNetwork({ Name: name, Labels: { 'io.rsentinel.group': name } });
    try {
      const context = {
        engine: connectDocker(() => {}),
        emit: () => {},
        signal: new AbortController().signal,
      };
      const reasonAt = async (now: number) =>
        (await findPrunable(context, now)).find(({ group }) => group.name === name)?.reason ?? null;
      expect(await reasonAt(Date.now())).toBeNull();
      expect(await reasonAt(Date.now() + 120_000)).toEqual({ kind: 'fragments' });
    } finally {
      await network.remove();
    }
  });
});

describe('on a terminal', () => {
  it('prune asks, and takes y for yes and nothing else', async () => {
    await using group = await newGroup('ask', TINY);
    await group.up('--ttl', '1ms');
    const at = /\[y\/N\] $/;

    const no = await onTerminal(['prune'], { at, keys: '\n' }, window.env);
    expect(no.screen).toMatch(
      new RegExp(`  ${group.name}  expired \\d+ s ago\r\nRemove this group\\? \\[y/N\\] `),
    );
    expect(no.screen).toContain('Nothing was removed.');
    expect(no.code).toBe(1);
    const end = await onTerminal(['prune'], { at, keys: KEYS.ctrlD }, window.env);
    expect(end.screen).toContain('Nothing was removed.');
    expect(end.code).toBe(1);
    const interrupted = await onTerminal(['prune'], { at, keys: KEYS.ctrlC }, window.env);
    expect(interrupted.screen).toContain('interrupted by Ctrl-C');
    expect(interrupted.code).toBe(130);
    expect(await listed()).toHaveLength(1);

    const yes = await onTerminal(['prune', '--volumes'], { at, keys: 'y\n' }, window.env);
    expect(yes.screen).toContain('Remove this group with configuration and data? [y/N] ');
    expect(yes.screen).toContain(`${group.name} is gone`);
    expect(yes.code).toBe(0);
    expect(await group.left()).toEqual([]);
  });

  it('down --all asks with the names', async () => {
    await using one = await newGroup('ask-one', TINY);
    await using two = await newGroup('ask-two', TINY);
    await Promise.all([one.up(), two.up()]);
    const { code, screen } = await onTerminal(
      ['down', '--all'],
      { at: /\[y\/N\] $/, keys: 'yes\n' },
      window.env,
    );
    expect(screen).toContain(`  ${one.name}\r\n  ${two.name}\r\nRemove these 2 groups? [y/N] `);
    expect(code).toBe(0);
    expect([...(await one.left()), ...(await two.left())]).toEqual([]);
  });
});

describe('down --all', () => {
  it('needs --yes where nobody can be asked, and says so when there is nothing', async () => {
    expect(await tidy(['down', '--all'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'there is no group on this engine\n',
    });
    await using group = await newGroup('all', TINY);
    await group.up();
    const ran = await tidy(['down', '--all']);
    expectFailure(ran, { code: 2, says: 'down --all would remove 1 group', hint: '--yes' });
    const json = await tidy(['down', '--all', '--yes', '--volumes', '--format', 'json']);
    expect(JSON.parse(json.stdout).groups).toMatchObject([{ group: group.name, reason: null, kept: null }]);
    expect(await group.left()).toEqual([]);
    expect(await exists(group.nodes)).toBe(false);
  });

  it('goes on when one cannot be removed, and fails then', async () => {
    await using stuck = await newGroup('all-stuck', TINY);
    await using other = await newGroup('all-other', TINY);
    await Promise.all([stuck.up(), other.up()]);
    // Somebody else is in its network, which cannot be removed then.
    const guest = await docker.createContainer({
      Image: (await other.containers())[0]?.Image ?? '',
      Entrypoint: ['redis-server'],
      HostConfig: { NetworkMode: stuck.name },
    });
    try {
      await guest.start();
      const { code, stdout, stderr } = await tidy(['down', '--all', '--yes']);
      expect(code).toBe(1);
      expect(stdout).toContain(`${other.name} is gone`);
      expect(stderr).toContain(`rsentinel: the network ${stuck.name} is in use`);
      expect(await other.left()).toEqual([]);
    } finally {
      await guest.remove({ force: true, v: true });
    }
  });
});

describe('up -n auto', () => {
  it('makes a name up each time, by which the group is found', async () => {
    await using template = await newGroup('auto', TINY);
    // The file's own name has the prefix of this run.
    await template.write(`name: ${groupName(`${LABEL}auto`)}\n${TINY}`);
    const made: TestGroup[] = [];
    const up = async (): Promise<string> => {
      const ran = await tidy(['up', '-f', template.file, '--format', 'json'], {
        env: { RSENTINEL_NAME: 'auto' },
      });
      expect(ran.code, ran.stderr).toBe(0);
      const { group } = JSON.parse(ran.stdout) as GroupReport;
      made.push(new TestGroup(group, template.directory, OUR_ENGINE));
      return group;
    };
    try {
      const first = await up();
      expect(first).toMatch(new RegExp(`^${template.name}-[a-z2-7]{6}$`));
      // The only one that was made from this file.
      const status = await tidy(['status', '-f', template.file], { env: { RSENTINEL_NAME: 'auto' } });
      expect(status.stdout).toContain(`${first} is healthy`);
      const second = await up();
      expect(second).not.toBe(first);

      const either = await tidy(['down', '-f', template.file]);
      expectFailure(either, { code: 2, says: 'several groups were made from', hint: 'Name one with -n.' });
      expect((await tidy(['down', '-n', first, '--volumes'])).code).toBe(0);
      expect((await tidy(['down', '-f', template.file, '--volumes'])).stdout).toContain(`${second} is gone`);
      expect(await until('both are gone', async () => (await listed()).length === 0)).toBe(true);
    } finally {
      for (const group of made) await group.remove();
    }
  });

  it('is no name for other commands', async () => {
    expectFailure(await tidy(['down', '-n', 'auto']), {
      code: 2,
      says: 'the name auto makes a new name up',
      hint: '-f FILE',
    });
  });
});
