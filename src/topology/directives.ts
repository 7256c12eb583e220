/**
 * `config` → the lines of a configuration file.
 *
 * A value stands in the file as it was written: `save: 3600 1` is the line `save 3600 1`, and Redis
 * splits it at spaces. Redis's own quotes keep a text with spaces together, inside YAML's:
 * `proc-title-template: '"{title} {listen-addr}"'`. Redis reads " and ' anywhere in a line as the
 * beginning of a quoted text, which must end before a space or the end of the line.
 */

import { printable, shorten, show, UNPRINTABLE } from '../model/text.js';
import type { Directive } from '../model/topology.js';
import type { Finding } from './diagnostic.js';
import { ownerOf } from './schema/owned-directives.js';
import type { ConfigInput } from './schema/schema.js';
import type { Path } from './yaml/path.js';

export type NodeKind = 'redis' | 'sentinel';

/**
 * Takes a `config`, its path and how its numbers were written; gives its directives in the order of
 * the file. Mistakes are added to `findings`, and their directives left out.
 */
export function readDirectives(
  kind: NodeKind,
  config: ConfigInput | undefined,
  path: Path,
  sourceOf: (path: Path) => string | undefined,
  findings: Finding[],
): Directive[] {
  const directives: Directive[] = [];
  for (const [name, given] of Object.entries(config ?? {})) {
    const at = [...path, name];
    const isList = Array.isArray(given);
    const values = (isList ? given : [given]).map((value, index) => {
      const valuePath = isList ? [...at, index] : at;
      // as it was written: 0x10 or 1.0 would become another text on its way through a number
      return { text: (sourceOf(valuePath) ?? String(value)).trim(), raw: String(value), path: valuePath };
    });
    const first = values[0]?.text ?? '';
    const nameFinding = checkName(kind, name, first, at);
    if (nameFinding) {
      findings.push(nameFinding);
      continue;
    }
    if (values.length === 0) {
      findings.push({
        severity: 'error',
        path: at,
        message: 'is an empty list',
        suggestion: 'remove it, or give it a value',
      });
    }
    for (const value of values) {
      const problem = checkValue(value.raw);
      if (problem) findings.push({ severity: 'error', path: value.path, ...problem });
      else directives.push({ name, value: value.text === '' ? '""' : value.text });
    }
  }
  return directives;
}

/** Takes the group's directives and a node's own; gives the node's: its own replace those of the same name. */
export function mergeDirectives(group: readonly Directive[], own: readonly Directive[]): Directive[] {
  const replaced = new Set(own.map((directive) => directive.name));
  return [...group.filter((directive) => !replaced.has(directive.name)), ...own];
}

function checkName(kind: NodeKind, name: string, value: string, path: Path): Finding | undefined {
  const owner = ownerOf(kind, name, value);
  if (owner) {
    const called = owner.directive.endsWith('*') ? shorten(printable(name)) : owner.directive;
    return {
      severity: 'error',
      path,
      atKey: true,
      message: `${called} may not be set here: ${owner.reason}`,
      suggestion: owner.instead,
    };
  }
  if (/^[a-z0-9-]{1,100}$/.test(name)) return undefined;
  const lower = name.toLowerCase().replaceAll('_', '-');
  return {
    severity: 'error',
    path,
    atKey: true,
    message: `${show(name)} is not the name of a directive`,
    suggestion: /^[a-z0-9-]{1,100}$/.test(lower)
      ? `write ${lower}`
      : 'write its name in lower-case letters, digits and hyphens, and its value after the colon',
  };
}

function checkValue(value: string): { message: string; suggestion: string } | undefined {
  const forbidden = UNPRINTABLE.exec(value.replace(/^[ \t]+|[ \t]+$/g, ''));
  if (forbidden) {
    const isLine = forbidden[0] === '\n' || forbidden[0] === '\r';
    return {
      message: isLine ? 'the value has a line break' : `the value has the character ${show(forbidden[0])}`,
      suggestion: isLine ? 'write a list for several lines of one directive' : 'remove it',
    };
  }
  if (value.length > 10_000)
    return { message: 'the value is longer than 10000 characters', suggestion: 'shorten it' };
  return checkQuotes(value);
}

/** As sdssplitargs of Redis reads a line. */
function checkQuotes(value: string): { message: string; suggestion: string } | undefined {
  let quote: string | undefined;
  for (let index = 0; index < value.length; index++) {
    const character = value[index];
    const next = value[index + 1];
    if (quote === undefined) {
      if (character === '"' || character === "'") quote = character;
    } else if (character === '\\' && (quote === '"' || next === "'")) {
      index++;
    } else if (character === quote) {
      if (next !== undefined && next !== ' ') {
        return {
          message: `${show(value)} goes on right after a closing ${quote}`,
          suggestion: 'put a space there, or the whole text in quotes',
        };
      }
      quote = undefined;
    }
  }
  if (quote === undefined) return undefined;
  return {
    message: `${show(value)} opens a ${quote} that is not closed`,
    suggestion: `close it; as part of a text, write it as \\${quote} between a pair of "`,
  };
}
