/** YAML's tree of nodes → plain values, and where each of them stands. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { shorten, show } from '../../model/text.js';
import type { Finding } from '../diagnostic.js';
import { holdsSecrets } from '../secrecy.js';
import type { Env } from './interpolate.js';
import { formatPath, type Path, pathKey } from './path.js';
import { readScalar, type ScalarTags } from './scalar.js';

const DEEPEST = 32;
const MOST_NODES = 20_000;

/** What comes from a variable is text there, whatever it looks like: a password may be `null`. */
const TEXTS: ReadonlySet<string> = new Set(['auth.password', 'auth.sentinel-password']);

interface Location {
  readonly key: number | undefined;
  readonly value: number;
  readonly source: string | undefined;
  /** Whether it stands in the file as it is, without a variable. */
  readonly isLiteral: boolean;
}

type Entry = { readonly key: number; readonly node: Node | null };

/** Reads one document, once. */
export class Reader {
  readonly findings: Finding[] = [];
  readonly #locations = new Map<string, Location>();
  readonly #text: string;
  readonly #env: Env;
  readonly #tags: ScalarTags;
  readonly #targets: ReadonlyMap<Alias, Node | undefined>;
  /** Collections being read: an alias to one of them would never end. */
  readonly #open = new Set<Node>();
  #nodes = 0;
  #gaveUp = false;

  constructor(document: Document.Parsed, text: string, env: Env) {
    this.#text = text;
    this.#env = env;
    this.#tags = document.schema.tags;
    this.#targets = aliasTargets(document);
  }

  /** Whether the rest was not read, because it is too deep or too much. */
  get gaveUp(): boolean {
    return this.#gaveUp;
  }

  /** Takes the mapping that is the file; gives its value. What is wrong is in `findings`. */
  read(root: YAMLMap): Readonly<Record<string, unknown>> {
    return this.#map(root, [], 0);
  }

  /** Offset of a value or key; for what is not in the text, of the key around it. */
  offsetOf(path: Path, atKey: boolean): number {
    for (let length = path.length; length >= 0; length--) {
      const location = this.#locations.get(pathKey(path.slice(0, length)));
      if (!location) continue;
      // what is missing is reported where it would have to be written: at its parent's key
      const wantsKey = atKey || length < path.length;
      return wantsKey && location.key !== undefined ? location.key : location.value;
    }
    return 0;
  }

  sourceOf(path: Path): string | undefined {
    return this.#locations.get(pathKey(path))?.source;
  }

  isLiteral(path: Path): boolean {
    return this.#locations.get(pathKey(path))?.isLiteral ?? false;
  }

  #value(node: Node | null, path: Path, depth: number): unknown {
    if (this.#gaveUp) return null;
    const offset = node?.range?.[0] ?? this.offsetOf(path, true);
    this.#nodes++;
    if (depth > DEEPEST) return this.#giveUp(path, offset, `values are nested more than ${DEEPEST} deep`);
    if (this.#nodes > MOST_NODES)
      return this.#giveUp(path, offset, 'the file has too many values, or its aliases repeat each other');
    if (isAlias(node)) return this.#alias(node, path, depth, offset);
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

  #alias(node: Alias, path: Path, depth: number, offset: number): unknown {
    const source = holdsSecrets(path) ? 'NAME' : shorten(node.source);
    const target = this.#targets.get(node);
    if (target === undefined) {
      this.#fail(
        path,
        offset,
        `there is no &${source} above this line`,
        `write &${source} where the value is defined`,
      );
      return null;
    }
    if (this.#open.has(target)) {
      this.#fail(path, offset, `*${source} stands inside the value it repeats`, 'write the value itself');
      return null;
    }
    return this.#value(target, path, depth + 1);
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
      const key = (pair.key as Node | null)?.range?.[0] ?? node.range?.[0] ?? 0;
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
        const what = holdsSecrets(path) ? 'a key' : show(name);
        this.#fail([...path, name], key, `${what} stands here a second time`, 'keep one of the two');
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
    const stays = TEXTS.has(formatPath(path));
    const read = readScalar(node, this.#text, this.#env, this.#tags, stays ? 'text' : 'any');
    const { value, source, problems, isLiteral } = read;
    this.findings.push(...problems.map((problem) => ({ ...problem, path })));
    const location = this.#locations.get(pathKey(path));
    if (location) this.#locations.set(pathKey(path), { ...location, source, isLiteral });
    return value;
  }

  #place(path: Path, key: number | undefined, node: Node | null, fallback: number): void {
    const target = isAlias(node) ? (this.#targets.get(node) ?? node) : node;
    const isEmpty = isScalar(target) && target.value === null && target.source === '';
    this.#locations.set(pathKey(path), {
      key,
      value: isEmpty ? fallback : (node?.range?.[0] ?? fallback),
      source: undefined,
      isLiteral: true,
    });
  }

  #fail(path: Path, offset: number, message: string, suggestion: string): void {
    this.findings.push({ severity: 'error', path, message, suggestion, offset });
  }

  #giveUp(path: Path, offset: number, message: string): null {
    this.#gaveUp = true;
    this.#fail(path.slice(0, 3), offset, message, 'write it more simply');
    return null;
  }
}

/** Every alias and the anchor that it means: the last one of that name above it. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node | undefined> {
  const targets = new Map<Alias, Node | undefined>();
  const anchors = new Map<string, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
