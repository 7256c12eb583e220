import { describe, expect, it } from 'vitest';
import { failureOf, Ledger, NOT_CONNECTED } from '../../../src/drill/ledger.js';

function replyError(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

describe('the ledger of a client', () => {
  it('finds the longest time without success that ends after the fault', () => {
    const ledger = new Ledger();
    for (const at of [100, 900, 1000]) ledger.succeeded(at, at);
    ledger.watch(1005);
    for (const at of [1010, 3010, 3020, 3500]) ledger.succeeded(at, at);
    expect(ledger.gap(1005)).toEqual({ from: 5, to: 2005, ms: 2000 });
  });

  it('counts a gap as a whole that has begun before the fault', () => {
    const ledger = new Ledger();
    ledger.succeeded(1, 995);
    ledger.watch(1000);
    ledger.succeeded(2, 1500);
    expect(ledger.gap(1000)).toEqual({ from: -5, to: 500, ms: 505 });
  });

  it('counts errors by kind, the most frequent first', () => {
    const ledger = new Ledger();
    ledger.failed(1, NOT_CONNECTED);
    ledger.failed(2, failureOf(replyError('READONLY You can’t write against a read only replica.')));
    ledger.failed(3, failureOf(replyError('READONLY You can’t write against a read only replica.')));
    expect(ledger.errors).toEqual([
      { kind: 'READONLY', count: 2 },
      { kind: 'not-connected', count: 1 },
    ]);
  });

  it('keeps those apart whose fate nobody knows', () => {
    const ledger = new Ledger();
    ledger.succeeded(1, 0);
    ledger.failed(2, failureOf(new Error('Reached the max retries per request limit (which is 0).')));
    ledger.failed(3, failureOf(new Error("Stream isn't writeable and enableOfflineQueue options is false")));
    ledger.failed(4, failureOf(replyError('LOADING Redis is loading the dataset in memory')));
    expect(ledger.done).toEqual([1]);
    expect(ledger.unknown).toEqual([2]);
  });
});
