/** Who belongs to a group, as its sentinels tell. */
import { describe, expect, it } from 'vitest';
import { endpointAt, formatAddress } from '../../../src/model/address.js';
import { groupOf } from '../../../src/nodes/live/discover.js';
import { type Draft, EXPECTED, healthy, SILENT, STRANGER, sentinelOf, snapshotOf } from './healthy.js';

const asked = EXPECTED.sentinels.map(({ name, address }) => ({
  name,
  control: endpointAt(address, 'sentinel', false),
}));

/** `name control` of every node. */
function discovered(targets: typeof asked, draft: Draft): readonly string[] {
  const { redis, sentinels } = groupOf('mymaster', targets, snapshotOf(draft));
  return [...redis, ...sentinels].map(({ name, control }) => `${name} ${formatAddress(control)}`);
}

const EVERYONE = [
  '127.0.0.1:6379 127.0.0.1:6379',
  '127.0.0.1:6380 127.0.0.1:6380',
  '127.0.0.1:6381 127.0.0.1:6381',
  '127.0.0.1:26377 127.0.0.1:26377',
  '127.0.0.1:26378 127.0.0.1:26378',
  '127.0.0.1:26379 127.0.0.1:26379',
];

describe('a group that is known by its sentinels', () => {
  it('has whom all of them know', () => {
    expect(discovered(asked, healthy())).toEqual(EVERYONE);
  });

  it('has whom one of them knows', () => {
    expect(discovered(asked.slice(1, 2), healthy())).toEqual(EVERYONE);
    const draft = healthy();
    sentinelOf(draft, 'sentinel-2').replicas.push({
      address: STRANGER,
      flags: ['slave'],
      runid: 'a stranger',
      lastPingSent: 0,
      roleReported: 'slave',
      masterLinkStatus: 'ok',
      master: { host: '127.0.0.1', port: 6379 },
    });
    expect(discovered(asked, draft)).toContain('127.0.0.1:7777 127.0.0.1:7777');
  });

  it('has a sentinel once, called by what it announces and asked where it was given', () => {
    const remapped = {
      name: 'sentinel-1',
      control: endpointAt({ host: 'localhost', port: 32_771 }, 'sentinel', false),
    };
    expect(discovered([remapped, ...asked.slice(1)], healthy())).toEqual(
      EVERYONE.map((node) =>
        node.replace('127.0.0.1:26379 127.0.0.1:26379', '127.0.0.1:26379 localhost:32771'),
      ),
    );
  });

  it('has a given sentinel that does not answer', () => {
    const draft = healthy();
    draft.sentinels.set('sentinel-1', SILENT);
    expect(discovered(asked, draft)).toEqual(EVERYONE);
  });
});
