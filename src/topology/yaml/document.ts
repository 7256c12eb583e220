/**
 * YAML text → plain values, with the place of every one of them in the text. Variables are filled
 * in after YAML was parsed, value by value, so no variable can add keys or lines to the file.
 */
import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type { Finding } from '../diagnostic.js';
import type { Env } from './interpolate.js';
import type { Path } from './path.js';
import { Reader } from './reader.js';
import { findSyntaxErrors, lineStart, unreadableCharacters } from './yaml-errors.js';

/** Far above any real file, low enough that nothing takes longer than a moment. */
const LONGEST_TEXT = 262_144;

export interface SourceDocument {
  /** Mappings, lists, strings, numbers, booleans and nulls; undefined when nothing could be read. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  readonly findings: readonly Finding[];
  /** Whether YAML's syntax broke somewhere: what stands behind is guesswork. */
  readonly isBroken: boolean;
  /** Whether what stands at the offset is what was meant, as far as YAML's syntax goes. */
  trusts(offset: number): boolean;
  /** Offset of a value, of its key (`atKey`), or of the nearest thing around it that is in the text. */
  offsetOf(path: Path, atKey?: boolean): number;
  positionOf(offset: number): { readonly line: number; readonly column: number };
  /** A number or boolean exactly as it was written: `0x10`, `1.0`, `True`. */
  sourceOf(path: Path): string | undefined;
  /** Whether a value stands in the file as it is, without a variable. */
  isLiteral(path: Path): boolean;
}

/** Takes the text of a file and the environment; gives what it says and what is wrong with it. Never throws. */
export function readDocument(text: string, env: Env): SourceDocument {
  if (text.length > LONGEST_TEXT) {
    const message = `the file is longer than ${LONGEST_TEXT / 1024} KiB`;
    return unusable([fileError(0, message, 'give the file that describes the group')]);
  }
  const lines = new LineCounter();
  const positionOf = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    // the reader looks for doubled keys: yaml compares every key with every other, and says less
    uniqueKeys: false,
  });
  const unreadable = unreadableCharacters(text);
  const syntax = findSyntaxErrors(document, text);
  const findings = unreadable.length > 0 ? unreadable : syntax.findings;
  const root = document.contents;
  if (!isMap(root)) return { ...unusable(findings.length > 0 ? findings : [notAMapping(root)]), positionOf };

  const reader = new Reader(document, text, env);
  const value = reader.read(root);
  const unreadableAt = unreadable.map(({ offset = 0 }) => lineStart(text, offset));
  // what was not read cannot be judged
  const brokenAt = reader.gaveUp ? 0 : Math.min(syntax.brokenAt, ...unreadableAt);
  return {
    value,
    findings: [...findings, ...reader.findings],
    isBroken: brokenAt !== Number.POSITIVE_INFINITY,
    trusts: (offset) => offset < brokenAt && !syntax.lines.has(lineStart(text, offset)),
    offsetOf: (path, atKey = false) => reader.offsetOf(path, atKey),
    positionOf,
    sourceOf: (path) => reader.sourceOf(path),
    isLiteral: (path) => reader.isLiteral(path),
  };
}

function unusable(findings: readonly Finding[]): SourceDocument {
  return {
    value: undefined,
    findings,
    isBroken: true,
    trusts: () => false,
    offsetOf: () => 0,
    positionOf: () => ({ line: 1, column: 1 }),
    sourceOf: () => undefined,
    isLiteral: () => false,
  };
}

function notAMapping(root: ParsedNode | null): Finding {
  const start = 'begin with a key, such as name: my-group, or start from topology.example.yaml';
  if (root === null || (isScalar(root) && root.value === null))
    return fileError(0, 'the file is empty', start);
  const what = isSeq(root) ? 'a list' : 'a single value';
  return fileError(root.range[0], `the file is ${what}, not a mapping of keys`, start);
}

function fileError(offset: number, message: string, suggestion: string): Finding {
  return { severity: 'error', path: [], offset, message, suggestion };
}
