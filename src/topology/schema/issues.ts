/** What the schema complains about, in words, each at its place. */
import type { core } from 'zod/mini';
import { show } from '../../model/text.js';
import type { Finding } from '../diagnostic.js';
import { groupNameFrom } from '../group-name.js';
import { holdsSecrets } from '../secrecy.js';
import { type Path, valueAt } from '../yaml/path.js';
import { expectationOf } from './expectations.js';
import { explainUnknownKey } from './unknown-keys.js';

type Issue = core.$ZodIssue;

/** Takes the schema's issues and the value it looked at; gives one finding per mistake. */
export function explainIssues(issues: readonly Issue[], root: unknown): Finding[] {
  return issues.flatMap((issue) => explain(issue, issue.path as Path, root));
}

function explain(issue: Issue, path: Path, root: unknown): Finding[] {
  const value = valueAt(root, path);
  if (issue.code === 'unrecognized_keys') {
    const siblings = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    return issue.keys.map((key) => explainUnknownKey(path, key, siblings));
  }
  if (issue.code === 'invalid_union') {
    const branch = branchFor(issue, value);
    if (branch) return branch.flatMap((inner) => explain(inner, [...path, ...(inner.path as Path)], root));
  }
  const expectation = expectationOf(issue.message);
  if (expectation === undefined) {
    const what = holdsSecrets(path) ? 'the value' : show(value);
    return [{ severity: 'error', path, message: `${what} is not valid`, suggestion: issue.message }];
  }
  return [{ severity: 'error', path, ...describe(value, path, expectation.is, expectation.example) }];
}

/** A union says nothing by itself; what it says about the kind of value that stands there does. */
function branchFor(issue: Issue & { code: 'invalid_union' }, value: unknown): readonly Issue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const isInside = (inner: Issue): boolean => inner.path.length > 0 || inner.code === 'unrecognized_keys';
  return issue.errors.find((errors) => errors.some(isInside));
}

function describe(
  value: unknown,
  path: Path,
  is: string,
  example: string,
): { message: string; suggestion: string } {
  const write = `write for example ${example}`;
  if (holdsSecrets(path)) return { message: `the value is not ${is}`, suggestion: write };
  const config = path.indexOf('config');
  if (config !== -1 && config < path.length - 1) return describeDirective(value, path, write);
  if (value === null || value === undefined) return { message: 'has no value', suggestion: write };
  if (value === '') return { message: `is empty, and so not ${is}`, suggestion: write };
  const supported = unsupported(path, value);
  if (supported !== undefined)
    return { message: `${show(value)} is not supported yet`, suggestion: supported };
  if (typeof value === 'string' && /^\d+$/.test(value) && /number|count/.test(is)) {
    return { message: `${show(value)} is text, not ${is}`, suggestion: `write it without quotes: ${value}` };
  }
  if ((typeof value === 'number' || typeof value === 'boolean') && /^(?:a name|the name|the path)/.test(is)) {
    return {
      message: `${show(value)} is a ${typeof value}, not ${is}`,
      suggestion: `put it in quotes: "${value}"`,
    };
  }
  const normal =
    typeof value === 'string' && is.startsWith('a name of lower-case') ? groupNameFrom(value, '') : '';
  return {
    message: `${show(value)} is not ${is}`,
    suggestion: normal === '' || normal === value ? write : `write ${normal}`,
  };
}

function describeDirective(
  value: unknown,
  path: Path,
  write: string,
): { message: string; suggestion: string } {
  if (typeof value === 'boolean') {
    return { message: `Redis does not read ${value}`, suggestion: `write "${value ? 'yes' : 'no'}"` };
  }
  if (value === null || value === undefined) {
    return { message: 'has no value', suggestion: `write "" if an empty text is meant` };
  }
  if (Array.isArray(value) || typeof value === 'object') {
    const last = path.findLast((part) => typeof part === 'string');
    return {
      message: `${show(value)} is not the value of a directive`,
      suggestion: `write text or a number, or a list of them for several ${last} lines`,
    };
  }
  return { message: `${show(value)} is not the value of a directive`, suggestion: write };
}

/** Words of the design that this version does not know yet. */
function unsupported(path: Path, value: unknown): string | undefined {
  const key = path.join('.');
  return key === 'storage' && value === 'memory' ? 'write directory or volume, or leave it out' : undefined;
}

/** Takes the issues and the value; gives the paths that have to go for the rest to be valid. */
export function faultyPaths(issues: readonly Issue[], root: unknown): Path[] {
  return issues.flatMap((issue) => faulty(issue, issue.path as Path, root));
}

function faulty(issue: Issue, path: Path, root: unknown): Path[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  if (issue.code === 'invalid_union') {
    const branch = branchFor(issue, valueAt(root, path));
    if (branch) return branch.flatMap((inner) => faulty(inner, [...path, ...(inner.path as Path)], root));
  }
  return [path];
}
