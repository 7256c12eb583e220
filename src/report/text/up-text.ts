/** What `up` came to: Sentinel's own words, the nodes, how to connect, how to remove it. */

import type { UpResult } from '../../api/up.js';
import { formatAddress } from '../../model/address.js';
import { count, FAST, formatExpiry, formatMs } from '../../model/format.js';
import type { GroupReport } from '../../model/report/group-report.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';
import { header, table } from '../terminal/table.js';
import { connectLines } from './connect-text.js';

/** One screen of text. */
export function upText({ report, changed, ms }: UpResult, style: Style): string {
  const { bold, green, dim } = style;
  const size = `${count(report.redis.length, 'Redis node')}, ${count(report.sentinels.length, 'sentinel')}`;
  const done = changed ? `${size}, proved ready` : `${size}, healthy; nothing was touched`;
  return [
    `${green('✔')} ${bold(printable(report.group))}: ${done} ${dim(`(${formatMs(ms)})`)}`,
    '',
    ...infoLines(report, style),
    '',
    ...nodeLines(report, style),
    '',
    ...(report.masterName === null ? [] : connectLines(report, report.masterName, style)),
    `${bold('Files')}   ${files(report)}`,
    ...expiryLines(report, style),
    ...timingLines(report, style),
    `${bold('Remove')}  rsentinel down -n ${printable(report.group)}`,
    '',
  ].join('\n');
}

function files({ directory, group }: GroupReport): string {
  return directory === null ? `volumes ${printable(group)}-<node>-conf and -data` : printable(directory);
}

function expiryLines({ expiresAt, observedAt }: GroupReport, { bold, yellow }: Style): readonly string[] {
  if (expiresAt === null) return [];
  const when = formatExpiry(expiresAt, observedAt);
  return expiresAt > observedAt
    ? [`${bold('Expires')} ${when}; rsentinel prune removes it then`]
    : [yellow(`Expired ${when}: rsentinel prune removes it; up --ttl gives it more time`)];
}

function timingLines({ timing }: GroupReport, { bold }: Style): readonly string[] {
  return timing === 'fast' ? [`${bold('Timing')}  ${FAST}`] : [];
}

/** `INFO sentinel` as each sentinel answers it; once, when all answer the same. */
function infoLines({ sentinels }: GroupReport, { dim }: Style): readonly string[] {
  const distinct = new Set(sentinels.map(({ info }) => info));
  const [first] = distinct;
  if (distinct.size === 1 && typeof first === 'string') {
    const whose = sentinels.length === 1 ? '' : dim(` (the same on all ${sentinels.length})`);
    return [`# Sentinel${whose}`, printable(first)];
  }
  return sentinels.flatMap(({ name, info }) => [
    `# Sentinel ${dim(`(${printable(name)})`)}`,
    info === null ? 'no answer' : printable(info),
  ]);
}

function nodeLines({ redis, sentinels }: GroupReport, { dim, bold }: Style): readonly string[] {
  const rows = [...redis, ...sentinels].map((node) => {
    const role = node.kind === 'redis' ? node.role : 'sentinel';
    return [
      node.name,
      { text: role, paint: role === 'master' ? bold : undefined },
      formatAddress(node.address),
      node.container?.name ?? '-',
    ];
  });
  return table([header(['NODE', 'ROLE', 'ADDRESS', 'CONTAINER'], dim), ...rows]);
}
