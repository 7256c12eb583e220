/**
 * The first lines of every file that rsentinel renders: comments, which Redis and Sentinel keep when
 * they rewrite the file. By them a file is known to be ours, of which spec it is, and what of it
 * somebody else has changed since. Pure.
 */
import type { ConfDigests } from '../model/group-spec.js';
import type { Directive } from '../model/topology.js';

export interface Header {
  readonly group: string;
  readonly node: string;
  /** The name of the master that a sentinel's file was rendered for; null: a file of an older rsentinel. */
  readonly masterName: string | null;
  readonly digests: ConfDigests;
  /** Names of all directives that were rendered. */
  readonly rendered: ReadonlySet<string>;
  /** The topology's directives, as they were rendered. */
  readonly directives: readonly Directive[];
}

const RENDERED = '# rsentinel-rendered:';
const DIRECTIVE = '# rsentinel-directive:';

function headerLines(header: Header): readonly string[] {
  const { group, node, masterName, digests, rendered, directives } = header;
  const master = masterName === null ? '' : ` master=${masterName}`;
  return [
    `# rsentinel: group=${group} node=${node} spec=${digests.whole} frame=${digests.frame} access=${digests.access} tls=${digests.tls}${master}`,
    `${RENDERED} ${[...rendered].join(',')}`,
    ...directives.map(({ name, value }) => `${DIRECTIVE} ${name} ${value}`),
  ];
}

function isHeaderLine(line: string): boolean {
  return /^# rsentinel(?:-rendered|-directive)?: /.test(line);
}

/** The text of a file with this header in the place of the one that it may have. */
export function withHeader(text: string, header: Header): string {
  const rest = text.split('\n').filter((line) => !isHeaderLine(line));
  return [...headerLines(header), ...rest].join('\n');
}

/** @returns null: it is no file of ours */
export function readHeader(text: string): Header | null {
  const match =
    /^# rsentinel: group=(\S+) node=(\S+) spec=(\S+) frame=(\S+)(?: access=(\S+))?(?: tls=(\S+))?(?: master=(\S+))?$/m.exec(
      text,
    );
  const [, group, node, whole, frame, access = 'none', tls = 'none', masterName = null] = match ?? [];
  if (group === undefined || node === undefined || whole === undefined || frame === undefined) return null;
  const behind = (prefix: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith(`${prefix} `))
      .map((line) => line.slice(prefix.length + 1));
  return {
    group,
    node,
    masterName,
    digests: { whole, frame, access, tls },
    rendered: new Set(behind(RENDERED).flatMap((names) => names.split(','))),
    directives: behind(DIRECTIVE).map((line) => {
      const [, name = '', value = ''] = /^(\S+) ?(.*)$/.exec(line) ?? [];
      return { name, value };
    }),
  };
}
