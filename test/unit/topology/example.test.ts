import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { linesOf, nodesOf, topologyOf } from './parse-helper.js';

const root = new URL('../../../', import.meta.url);
const text = readFileSync(new URL('topology.example.yaml', root), 'utf8');

describe('topology.example.yaml', () => {
  test('is the group that the manual procedure makes by hand', () => {
    expect(linesOf(text)).toEqual([]);
    expect(nodesOf(text)).toEqual([
      'redis-1:6379',
      'redis-2:6380',
      'redis-3:6381',
      'sentinel-1:26379',
      'sentinel-2:26378',
      'sentinel-3:26377',
    ]);
    expect(topologyOf(text)).toMatchObject({
      name: 'mymaster-demo',
      masterName: 'mymaster',
      image: 'redis:8',
      sentinel: {
        quorum: 2,
        'down-after-milliseconds': 30000,
        'parallel-syncs': 1,
        'failover-timeout': 180000,
      },
      network: { mode: 'loopback' },
    });
  });

  test('takes its image from RSENTINEL_IMAGE', () => {
    expect(topologyOf(text, { RSENTINEL_IMAGE: 'local/redis:7.0' }).image).toBe('local/redis:7.0');
  });

  test('names the schema where an installed package has it', () => {
    const line = text.split('\n')[0];
    const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
    expect(line).toBe('# yaml-language-server: $schema=./node_modules/rsentinel/schema/topology.schema.json');
    expect(manifest.exports).toHaveProperty(['./schema/topology.schema.json']);
  });

  test('only shows values in comments that work', () => {
    const everything = text
      .replace(/^# {2}(?= *\S+:)/gm, '#  ')
      .replace(/^ {2}# (config:|subnet:| {2}loglevel)/gm, '  $1')
      .replace(/^# (redis:| {2}config:| {4}\S+:.*|directory:)/gm, '$1')
      .replace('mode: loopback', 'mode: bridge');
    expect(linesOf(everything)).toEqual([]);
    expect(topologyOf(everything).redis[0].directives).toContainEqual({ name: 'save', value: '300 100' });
    expect(topologyOf(everything).sentinels[0].directives).toEqual([{ name: 'loglevel', value: 'verbose' }]);
  });
});
