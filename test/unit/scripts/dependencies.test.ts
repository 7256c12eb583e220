import { describe, expect, it } from 'vitest';
import { whyInstall } from '../../../scripts/lib/dependencies.mjs';

describe('whyInstall', () => {
  const locked = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/zod': { version: '4.6.7' },
      'node_modules/a/node_modules/@scope/b': { version: '1.0.0' },
      'node_modules/only-on-darwin': { version: '1.0.0', optional: true },
    },
  };
  const installed = {
    packages: {
      'node_modules/zod': { version: '4.6.7' },
      'node_modules/a/node_modules/@scope/b': { version: '1.0.0' },
    },
  };

  it('finds nothing to do when all is installed but what is for other platforms', () => {
    expect(whyInstall(locked, installed)).toBeUndefined();
  });

  it('installs on a fresh clone', () => {
    expect(whyInstall(locked, undefined)).toBe('none are installed');
  });

  it('names a package of another version', () => {
    const stale = { packages: { ...installed.packages, 'node_modules/zod': { version: '4.6.6' } } };
    expect(whyInstall(locked, stale)).toBe('zod is 4.6.6, not 4.6.7');
  });

  it('names a package that is missing', () => {
    const { packages } = installed;
    const partial = { packages: { 'node_modules/zod': packages['node_modules/zod'] } };
    expect(whyInstall(locked, partial)).toBe('@scope/b is missing');
  });
});
