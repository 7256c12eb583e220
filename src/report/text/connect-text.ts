/** How to connect to a group: the sentinels, in the words of the clients people use. */
import { type Address, formatAddress } from '../../model/address.js';
import type { GroupReport } from '../../model/report/group-report.js';
import { printable } from '../../model/text.js';
import { containerName } from '../../spec/build.js';
import { isLoopback, LOOPBACK } from '../../spec/defaults.js';
import type { Style } from '../terminal/style.js';
import { table } from '../terminal/table.js';
import { wordsFor } from './client-words.js';

/**
 * Snippets to copy, and from where the addresses work.
 * @param masterName what clients ask the sentinels for
 */
export function connectLines(report: GroupReport, masterName: string, style: Style): readonly string[] {
  const addresses = report.sentinels.map((sentinel) => sentinel.address);
  const [first] = addresses;
  if (first === undefined) return [];
  const host = first.host === '127.0.0.1' ? '' : `-h ${first.host} `;
  const python = addresses.map((address) => `('${address.host}', ${address.port})`).join(', ');
  const words = wordsFor(report);
  const rows = [
    ['sentinels', addresses.map(formatAddress).join(',')],
    ...words.variables.map((how) => ['variables', how] as const),
    [
      'redis-cli',
      `${words.shell}redis-cli ${host}-p ${first.port} ${words.cli}SENTINEL GET-MASTER-ADDR-BY-NAME ${masterName}`,
    ],
    ['JavaScript', `const sentinels = ${javascriptList(addresses)};`],
    ...(words.javascript === null ? [] : [['', words.javascript] as const]),
    ['  ioredis', `new Redis({ sentinels, name: '${masterName}'${words.ioredis} })`],
    ['  redis', `createSentinel({ name: '${masterName}', sentinelRootNodes: sentinels${words.nodeRedis} })`],
    ['redis-py', `Sentinel([${python}]${words.python}).discover_master('${masterName}')`],
  ] as const;
  return [
    `${style.bold('Connect')} ${style.dim(printable(reach(report)))}`,
    ...table(rows.map(([client, code]) => [{ text: `  ${client}`, paint: style.dim }, code])),
  ];
}

/** Short where the sentinels share a host, as they do in loopback mode. */
function javascriptList(addresses: readonly Address[]): string {
  const [first] = addresses;
  if (first !== undefined && addresses.length > 1 && addresses.every(({ host }) => host === first.host)) {
    return `[${addresses.map(({ port }) => port).join(', ')}].map((port) => ({ host: '${first.host}', port }))`;
  }
  return `[${addresses.map(({ host, port }) => `{ host: '${host}', port: ${port} }`).join(', ')}]`;
}

/** From where these addresses work (they are the ones the sentinels hand out). */
function reach({ group, networkMode, sentinels }: GroupReport): string {
  const host = sentinels[0]?.address.host ?? LOOPBACK;
  switch (networkMode) {
    case 'loopback':
      return `from this machine, or from a container with --network container:${containerName(group, 'anchor')}`;
    case 'bridge':
      return `from a container with --network ${group}, or from this machine if it runs Linux`;
    case 'published':
      return `from whatever reaches ${host}`;
    case 'host':
      return isLoopback(host)
        ? 'from this machine, or from a container with --network host'
        : `from whatever reaches ${host}`;
    default:
      return '';
  }
}
