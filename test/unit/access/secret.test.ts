/** A secret is text that nobody prints by accident. */
import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/model/credentials/secret.js';

const secret = new Secret('planted');

describe('a secret', () => {
  it.each([
    ['as text', () => String(secret)],
    ['by +', () => `${'it is '}${secret}`],
    ['joined', () => ['a', secret].join()],
    ['as JSON', () => JSON.stringify({ deep: [{ secret }] })],
    ['inspected', () => inspect({ deep: [{ secret }] }, { depth: 9, showHidden: true, getters: true })],
    ['formatted', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['as an error’s', () => inspect(new Error('no', { cause: { secret } }))],
    ['copied', () => JSON.stringify({ ...secret })],
    ['cloned', () => inspect(structuredClone(secret), { showHidden: true })],
    ['by its keys', () => Reflect.ownKeys(secret).join()],
  ])('%s does not show what it is', (_, show) => {
    expect(show()).not.toContain('planted');
  });

  it('shows it to who asks', () => {
    expect(secret.reveal()).toBe('planted');
    expect(secret.equals(new Secret('planted'))).toBe(true);
    expect(secret.equals(new Secret('[secret]'))).toBe(false);
  });
});
