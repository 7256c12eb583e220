import { describe, expect, it } from 'vitest';
import {
  connectDocker,
  down,
  loadTopology,
  parseTopology,
  RsentinelError,
  renderTree,
  up,
} from '../../src/index.js';

/** The example of src/index.ts: that it type-checks is the test. */
const example = async (): Promise<void> => {
  const { topology } = await loadTopology('topology.yaml', process.env, process.cwd());
  const engine = connectDocker(() => {});
  const context = { engine, emit: () => {}, signal: AbortSignal.timeout(120_000) };
  const { report } = await up(topology, { waitTimeoutMs: 60_000, onFailure: 'rollback' }, context);
  const sentinels = report.sentinels.map(({ address }) => address);
  expect(sentinels).toHaveLength(3);
  await down({ name: topology.name, directory: topology.directory }, { volumes: 'remove' }, context);
};

describe('the library', () => {
  it('is used as its documentation shows', () => {
    expect(example).toBeTypeOf('function');
  });

  it('parses a topology and renders its files without an engine', async () => {
    const source = { file: 'inline', path: undefined, directory: '/tmp', env: {} };
    const parsed = parseTopology('name: demo', source);
    expect(parsed.ok).toBe(true);
    const files = parsed.ok ? await renderTree(parsed.topology) : [];
    expect(files.map(({ path }) => path)).toContain('sentinel-3/conf/sentinel.conf');
  });

  it('throws errors with a code', async () => {
    const missing = loadTopology('/nowhere/topology.yaml', {}, '/');
    await expect(missing).rejects.toBeInstanceOf(RsentinelError);
    await expect(missing).rejects.toMatchObject({ code: 'TOPOLOGY_NOT_FOUND' });
  });
});
