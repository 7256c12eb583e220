/** What is installed with rsentinel, and what that may do. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const manifest: Manifest = JSON.parse(read('package.json'));
const lock: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(read('package-lock.json'));
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

describe('a dependency', () => {
  it('is in ARCHITECTURE.md with the reason, and nothing is there that is none', () => {
    const table = read('ARCHITECTURE.md').split('\n## Dependencies\n')[1]?.split('\n## ')[0] ?? '';
    const rows = [...table.matchAll(/^\| ([@/\w-]+(?:, [@/\w-]+)*)( \([^)]*\))? \| (.+?) \| (.+?) \|$/gm)]
      .filter(([, names, more]) => names !== 'package' && more !== ' (to build)')
      .flatMap(([, names = '', , reason = '', considered = '']) =>
        names.split(', ').map((name) => ({ name, reason, considered })),
      );
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(manifest.dependencies).sort());
    for (const { name, reason, considered } of rows) {
      expect(reason.length, name).toBeGreaterThan(10);
      expect(considered.length, name).toBeGreaterThan(10);
    }
  });

  it('comes from the registry: a range of versions, no address', () => {
    for (const range of Object.values({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(range).toMatch(/^[~^]\d+\.\d+\.\d+$/);
    }
  });
});

describe('the lock file', () => {
  it('has a version and a digest for every package, and says nowhere where it comes from', () => {
    expect(locked.length).toBeGreaterThan(200);
    for (const [path, { version, integrity, resolved, link }] of locked) {
      expect(version, path).toMatch(/^\d/);
      expect(integrity, path).toMatch(/^sha512-/);
      expect([resolved, link], path).toEqual([undefined, undefined]);
    }
  });

  it('stays so, whoever writes it', () => {
    expect(read('.npmrc')).toMatch(/^omit-lockfile-registry-resolved=true$/m);
  });

  it('has no scripts that run when they are installed, but for those that are known', () => {
    const running = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(running.map(([path]) => path.replace(/^.*node_modules\//, '')).sort()).toEqual([
      // All of dockerode’s but for esbuild, which is not published with the package.
      'cpu-features',
      'esbuild',
      'protobufjs',
      'ssh2',
    ]);
  });
});

it('the package runs nothing of its own when it is installed', () => {
  const running = [
    'preinstall',
    'install',
    'postinstall',
    'preprepare',
    'prepare',
    'postprepare',
    'dependencies',
  ];
  expect(Object.keys(manifest.scripts).filter((name) => running.includes(name))).toEqual([]);
});
