import { describe, expect, test } from 'vitest';
import { topologyJsonSchema } from '../../../src/topology/schema/json-schema.js';
import { linesOf } from './parse-helper.js';

const schema = JSON.parse(JSON.stringify(topologyJsonSchema()));

describe('the JSON Schema for editors', () => {
  test('describes every key', () => {
    for (const [key, value] of Object.entries<{ description?: string }>(schema.properties)) {
      expect(value.description, key).toMatch(/\.$/);
    }
  });

  test('knows the defaults', () => {
    expect(schema.properties.image.default).toBe('redis:8');
    expect(schema.properties.sentinel.properties['parallel-syncs'].default).toBe(1);
    expect(schema.properties.network.properties.insecure.default).toBe(false);
  });

  test('refuses unknown keys but for compose’s x-', () => {
    expect(schema.additionalProperties).toBe(false);
    expect(schema.patternProperties).toEqual({ '^x-': {} });
  });

  test('requires nothing', () => {
    expect(JSON.stringify(schema)).not.toContain('"required"');
  });

  test('lets a section be empty, but not the file or a node in a list', () => {
    expect(schema.properties.master.type).toEqual(['object', 'null']);
    expect(schema.type).toBe('object');
    expect(JSON.stringify(schema.properties.replicas)).toContain('"items":{"type":"object"');
  });

  test('lets a variable stand for a number', () => {
    expect(schema.properties.sentinel.properties.quorum.anyOf).toEqual([
      { type: 'integer', minimum: 1, maximum: 2147483647 },
      { type: 'string', pattern: '\\$' },
    ]);
  });

  test('has the keys that messages name', () => {
    const said = (text: string): string[] | undefined =>
      /the (?:keys here are|only key here is) (.*)$/.exec(linesOf(text)[0] ?? '')?.[1]?.split(/, | and /);
    const keys = (name: string): string[] => Object.keys(schema.properties[name].properties);
    expect(said('qqqqqq: 1')).toEqual(Object.keys(schema.properties));
    for (const name of ['master', 'sentinel', 'redis', 'network', 'templates']) {
      expect(said(`${name}: {qqqqqq: 1}`), name).toEqual(keys(name));
    }
  });
});
