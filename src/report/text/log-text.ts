/** Lines of several nodes' logs, each with the node's name before it. */
import type { NodeLine } from '../../api/logs/node-lines.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';

type Paint = (text: string) => string;

export class LogFormat {
  readonly #paints: readonly Paint[];
  readonly #timestamps: 'shown' | 'hidden';
  readonly #prefixes = new Map<string, string>();
  #width: number;

  /** @param nodes those that are known already: their names are as wide as each other */
  constructor(nodes: readonly string[], timestamps: 'shown' | 'hidden', style: Style) {
    const { cyan, yellow, green, magenta, blue } = style;
    this.#paints = [cyan, yellow, green, magenta, blue];
    this.#timestamps = timestamps;
    this.#width = Math.max(0, ...nodes.map(({ length }) => length));
    for (const node of nodes) this.#prefix(node);
  }

  /** A line that no terminal acts upon. */
  line({ node, time, text }: NodeLine): string {
    const when = this.#timestamps === 'shown' ? `${timestamp(time)} ` : '';
    return `${this.#prefix(node)} ${when}${text.split('\t').map(printable).join('\t')}\n`;
  }

  #prefix(node: string): string {
    const known = this.#prefixes.get(node);
    if (known !== undefined) return known;
    const paint = this.#paints[this.#prefixes.size % this.#paints.length];
    this.#width = Math.max(this.#width, node.length);
    const text = `${printable(node).padEnd(this.#width)} |`;
    const prefix = paint === undefined ? text : paint(text);
    this.#prefixes.set(node, prefix);
    return prefix;
  }
}

/** RFC 3339 with nanoseconds, as the engine's own command prints it. */
function timestamp(time: bigint): string {
  const second = new Date(Number(time / 1_000_000n)).toISOString().slice(0, -'.000Z'.length);
  return `${second}.${(time % 1_000_000_000n).toString().padStart(9, '0')}Z`;
}
