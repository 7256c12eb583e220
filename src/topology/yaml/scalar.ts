/** One scalar of a YAML file → its value, with its variables filled in. */
import type { Document, Scalar } from 'yaml';
import type { Finding } from '../diagnostic.js';
import { type Env, interpolate } from './interpolate.js';

export type ScalarTags = Document['schema']['tags'];

export interface ReadScalar {
  readonly value: unknown;
  /** How a value that is not text was written: `0x10`, `True`. */
  readonly source: string | undefined;
  readonly problems: readonly Omit<Finding, 'path'>[];
  /** Whether no variable stands in it. */
  readonly isLiteral: boolean;
}

/**
 * Takes a scalar, the text it stands in, the environment and the document's tags. A plain scalar
 * with variables becomes what YAML would have made of the result: `${Q:-2}` is a number, unless
 * it stands in quotes, or is to be text whatever it looks like.
 */
export function readScalar(
  node: Scalar,
  text: string,
  env: Env,
  tags: ScalarTags,
  becomes: 'any' | 'text',
): ReadScalar {
  const { value } = node;
  if (typeof value !== 'string') return { value, source: node.source, problems: [], isLiteral: true };
  const result = interpolate(value, env);
  const problems = result.problems.map(({ severity, index, message, suggestion }) => ({
    severity,
    message,
    suggestion,
    offset: offsetInside(node, value, index, text),
  }));
  const isPlain = node.type === 'PLAIN' && node.tag === undefined;
  // an empty text stays one: YAML would make it null, and null means that the key was left out
  const retype = result.changed && isPlain && becomes === 'any' && result.text !== '';
  const final = retype ? resolvePlain(result.text, tags) : result.text;
  return {
    value: final,
    source: typeof final === 'string' ? undefined : result.text,
    problems,
    isLiteral: !result.changed,
  };
}

/** What YAML makes of a plain scalar: `2` is a number, `true` a boolean. */
function resolvePlain(text: string, tags: ScalarTags): unknown {
  for (const tag of tags) {
    if (tag.default === true && !tag.collection && 'test' in tag && tag.test?.test(text)) {
      return tag.resolve(text, () => undefined, {});
    }
  }
  return text;
}

/** Offset of the character at `index` of a scalar's value, when the text has the value as it is. */
function offsetInside(node: Scalar, value: string, index: number, text: string): number {
  const start = node.range?.[0] ?? 0;
  const first = node.type === 'PLAIN' ? start : start + 1;
  return text.startsWith(value, first) ? first + index : start;
}
