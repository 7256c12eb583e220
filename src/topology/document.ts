/**
 * YAML text → plain values, with the place of every one of them in the text. Variables are filled
 * in after YAML was parsed, value by value, so no variable can add keys or lines to the file.
 */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Finding } from './diagnostic.js';
import { type Env, interpolate } from './interpolate.js';
import { type Path, pathKey } from './path.js';
import { show } from './text.js';
import { findSyntaxErrors, unreadableCharacters } from './yaml-errors.js';

/** Far above any real file, low enough that nothing takes longer than a moment. */
const LONGEST_TEXT = 262_144;
const DEEPEST = 32;
const MOST_NODES = 20_000;

export interface SourceDocument {
  /** Mappings, lists, strings, numbers, booleans and nulls; undefined when nothing could be read. */
  readonly value: Readonly<Record<string, unknown>> | undefined;
  readonly findings: readonly Finding[];
  /** Where YAML's syntax broke: what stands behind is guesswork. Infinity when it did not. */
  readonly brokenAt: number;
  /** Offset of a value, of its key (`atKey`), or of the nearest thing around it that is in the text. */
  offsetOf(path: Path, atKey?: boolean): number;
  positionOf(offset: number): { readonly line: number; readonly column: number };
  /** A number or boolean exactly as it was written: `0x10`, `1.0`, `True`. */
  sourceOf(path: Path): string | undefined;
}

/** Takes the text of a file and the environment; gives what it says and what is wrong with it. Never throws. */
export function readDocument(text: string, env: Env): SourceDocument {
  const lines = new LineCounter();
  const reader = new Reader(text, env);
  const value = reader.read(lines);
  return {
    value,
    findings: reader.findings,
    brokenAt: reader.brokenAt,
    offsetOf: (path, atKey = false) => reader.offsetOf(path, atKey),
    positionOf: (offset) => {
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(line, 1), column: Math.max(col, 1) };
    },
    sourceOf: (path) => reader.locations.get(pathKey(path))?.source,
  };
}

interface Location {
  readonly key: number | undefined;
  readonly value: number;
  readonly source: string | undefined;
}

type Entry = { readonly key: number; readonly node: Node | null };

class Reader {
  readonly findings: Finding[] = [];
  readonly locations = new Map<string, Location>();
  brokenAt = Number.POSITIVE_INFINITY;
  readonly #text: string;
  readonly #env: Env;
  readonly #targets = new Map<Alias, Node | undefined>();
  /** Collections being read: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  #tags: Document['schema']['tags'] = [];
  #nodes = 0;
  #gaveUp = false;

  constructor(text: string, env: Env) {
    this.#text = text;
    this.#env = env;
  }

  read(lines: LineCounter): Readonly<Record<string, unknown>> | undefined {
    if (this.#text.length > LONGEST_TEXT) {
      this.#fail(
        [],
        0,
        `the file is longer than ${LONGEST_TEXT / 1024} KiB`,
        'give the file that describes the group',
      );
      return undefined;
    }
    const unreadable = unreadableCharacters(this.#text);
    const document = parseDocument(this.#text, {
      lineCounter: lines,
      prettyErrors: false,
      // looked for below: yaml compares every key with every other, and says less
      uniqueKeys: false,
    });
    this.#tags = document.schema.tags;
    const syntax = findSyntaxErrors(document, this.#text);
    this.brokenAt = Math.min(
      syntax.brokenAt,
      ...unreadable.map(({ offset = 0 }) => this.#text.lastIndexOf('\n', offset) + 1),
    );
    this.findings.push(...unreadable, ...(unreadable.length > 0 ? [] : syntax.findings));
    const root = document.contents;
    if (!isMap(root)) {
      if (this.findings.length === 0) this.#notAMapping(root);
      return undefined;
    }
    this.#findTargets(document);
    return this.#map(root, [], 0);
  }

  offsetOf(path: Path, atKey: boolean): number {
    for (let length = path.length; length >= 0; length--) {
      const location = this.locations.get(pathKey(path.slice(0, length)));
      // something missing is reported where it would have to be written: at its parent's key
      if (location)
        return (atKey || length < path.length) && location.key !== undefined ? location.key : location.value;
    }
    return 0;
  }

  #notAMapping(root: ParsedNode | null): void {
    const start = 'begin with a key, such as name: my-group, or start from topology.example.yaml';
    if (root === null || (isScalar(root) && root.value === null))
      this.#fail([], 0, 'the file is empty', start);
    else
      this.#fail(
        [],
        root.range[0],
        `the file is ${isSeq(root) ? 'a list' : 'a single value'}, not a mapping of keys`,
        start,
      );
  }

  /** Every alias and the anchor that it means: the last one of that name above it. */
  #findTargets(document: Document): void {
    const anchors = new Map<string, Node>();
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node)) this.#targets.set(node, anchors.get(node.source));
        else if (node.anchor) anchors.set(node.anchor, node);
      },
    });
  }

  #value(node: Node | null, path: Path, depth: number): unknown {
    if (this.#gaveUp) return null;
    const offset = node?.range?.[0] ?? this.offsetOf(path, true);
    this.#nodes++;
    if (depth > DEEPEST) return this.#giveUp(path, offset, `values are nested more than ${DEEPEST} deep`);
    if (this.#nodes > MOST_NODES)
      return this.#giveUp(path, offset, 'the file has too many values, or its aliases repeat each other');
    if (isAlias(node)) {
      const target = this.#targets.get(node);
      if (target === undefined) {
        this.#fail(
          path,
          offset,
          `there is no &${node.source} above this line`,
          `write &${node.source} where the value is defined`,
        );
        return null;
      }
      if (this.#open.has(target)) {
        this.#fail(
          path,
          offset,
          `*${node.source} stands inside the value it repeats`,
          'write the value itself',
        );
        return null;
      }
      return this.#value(target, path, depth + 1);
    }
    if (isMap(node)) return this.#map(node, path, depth);
    if (isSeq(node)) {
      this.#open.add(node);
      const items = node.items.map((item, index) => {
        const itemPath = [...path, index];
        this.#place(itemPath, undefined, item as Node | null, offset);
        return this.#value(item as Node | null, itemPath, depth + 1);
      });
      this.#open.delete(node);
      return items;
    }
    return isScalar(node) ? this.#scalar(node, path) : null;
  }

  #map(node: YAMLMap, path: Path, depth: number): Record<string, unknown> {
    this.#open.add(node);
    const values: Record<string, unknown> = {};
    for (const [name, entry] of this.#entries(node, path, depth)) {
      // compose's extension fields: a place for anchors
      if (path.length === 0 && name.startsWith('x-')) continue;
      const entryPath = [...path, name];
      this.#place(entryPath, entry.key, entry.node, entry.key);
      values[name] = this.#value(entry.node, entryPath, depth + 1);
    }
    this.#open.delete(node);
    return values;
  }

  /** A mapping's own keys over those that it merges by `<<`. */
  #entries(node: YAMLMap, path: Path, depth: number): Map<string, Entry> {
    const merged = new Map<string, Entry>();
    const own = new Map<string, Entry>();
    for (const pair of node.items) {
      const keyNode = isAlias(pair.key) ? this.#targets.get(pair.key) : pair.key;
      const key =
        (isScalar(pair.key) || isAlias(pair.key) ? pair.key.range?.[0] : undefined) ?? node.range?.[0] ?? 0;
      const value = pair.value as Node | null;
      if (!isScalar(keyNode)) {
        this.#fail(path, key, 'a key is not a plain word', 'write one word before the colon');
        continue;
      }
      const name = String(keyNode.source ?? keyNode.value ?? '');
      if (name === '<<' && keyNode.type === 'PLAIN') {
        this.#merge(value, merged, path, key, depth);
      } else if (name === '__proto__') {
        this.#fail([...path, name], key, `${show(name)} is not a key`, 'remove it');
      } else if (own.has(name)) {
        this.#fail([...path, name], key, `${show(name)} stands here a second time`, 'keep one of the two');
      } else {
        own.set(name, { key, node: value });
      }
    }
    return new Map([...merged, ...own]);
  }

  #merge(value: Node | null, into: Map<string, Entry>, path: Path, offset: number, depth: number): void {
    const sources = isSeq(value) ? value.items : [value];
    for (const source of sources) {
      const map = isAlias(source) ? this.#targets.get(source) : source;
      this.#nodes++;
      if (!isMap(map) || this.#open.has(map) || depth > DEEPEST || this.#nodes > MOST_NODES) {
        this.#fail(
          path,
          offset,
          '<< does not name a mapping',
          'write <<: *NAME, with &NAME at a mapping above',
        );
        continue;
      }
      this.#open.add(map);
      for (const [name, entry] of this.#entries(map, path, depth + 1))
        if (!into.has(name)) into.set(name, entry);
      this.#open.delete(map);
    }
  }

  #scalar(node: Scalar, path: Path): unknown {
    const { value } = node;
    if (typeof value !== 'string') return value;
    const result = interpolate(value, this.#env);
    for (const problem of result.problems) {
      const { severity, index, message, suggestion } = problem;
      this.findings.push({ severity, path, message, suggestion, offset: this.#inside(node, value, index) });
    }
    if (!result.changed || node.type !== 'PLAIN' || node.tag !== undefined) return result.text;
    // an empty text stays one: YAML would make it null, and null means that the key was left out
    if (result.text === '') return '';
    return this.#retype(result.text);
  }

  /** What YAML would have made of a plain scalar: `2` is a number, `true` a boolean. */
  #retype(text: string): unknown {
    for (const tag of this.#tags) {
      if (tag.default === true && !tag.collection && 'test' in tag && tag.test?.test(text)) {
        return tag.resolve(text, () => undefined, {});
      }
    }
    return text;
  }

  /** Offset of the character at `index` of a scalar's value, when the text has it as it is. */
  #inside(node: Scalar, value: string, index: number): number {
    const start = node.range?.[0] ?? 0;
    const first = node.type === 'PLAIN' ? start : start + 1;
    return this.#text.startsWith(value, first) ? first + index : start;
  }

  #place(path: Path, key: number | undefined, node: Node | null, fallback: number): void {
    const target = isAlias(node) ? (this.#targets.get(node) ?? node) : node;
    const isEmpty = isScalar(target) && target.value === null && target.source === '';
    const plain = isScalar(target) && target.type === 'PLAIN' && typeof target.value !== 'string';
    this.locations.set(pathKey(path), {
      key,
      value: isEmpty ? fallback : (node?.range?.[0] ?? fallback),
      source: plain ? target.source : undefined,
    });
  }

  #fail(path: Path, offset: number, message: string, suggestion: string): void {
    this.findings.push({ severity: 'error', path, message, suggestion, offset });
  }

  #giveUp(path: Path, offset: number, message: string): null {
    this.#gaveUp = true;
    // what was not read cannot be judged
    this.brokenAt = 0;
    this.#fail(path.slice(0, 3), offset, message, 'write it more simply');
    return null;
  }
}
