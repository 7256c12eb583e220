/** The JSON Schema that editors use, made from the schema that validates. */
import * as z from 'zod/mini';
import { topologySchema } from './schema.js';

type Json = Record<string, unknown>;

/** A value that holds a variable may be anything: what it will be is known when it is read. */
const VARIABLE = { type: 'string', pattern: '\\$' } as const;

/** Gives the JSON Schema (draft 2020-12) of topology files, with descriptions and defaults. */
export function topologyJsonSchema(): object {
  const schema = z.toJSONSchema(topologySchema, {
    io: 'input',
    override: ({ jsonSchema, path }) => relax(jsonSchema as Json, path.at(-2) === 'properties'),
  });
  return {
    ...schema,
    title: 'rsentinel topology',
    description: 'A Redis Sentinel group: one master, its replicas and the sentinels that watch them.',
    // compose's extension fields: a place for YAML anchors
    patternProperties: { '^x-': {} },
  };
}

function relax(schema: Json, isProperty: boolean): void {
  if (schema['type'] === 'object') {
    // `master:` with nothing behind it is the default
    if (isProperty) schema['type'] = ['object', 'null'];
    if (schema['propertyNames'] !== undefined) schema['propertyNames'] = { pattern: '^[a-z0-9-]+$' };
    return;
  }
  const isNumber = schema['type'] === 'integer';
  const isRestricted = schema['pattern'] !== undefined || schema['enum'] !== undefined;
  if (!isNumber && !isRestricted) return;
  const { description, default: fallback, ...restriction } = schema;
  for (const key of Object.keys(restriction)) delete schema[key];
  schema['anyOf'] = [restriction, VARIABLE];
}
