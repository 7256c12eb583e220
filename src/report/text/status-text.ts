/** A group as it was observed, for people. */
import { formatAddress, sameAddress } from '../../model/address.js';
import { count, FAST, formatExpiry } from '../../model/format.js';
import type { ClientLogin } from '../../model/report/connection-report.js';
import type {
  ContainerReport,
  GroupReport,
  MasterLink,
  RedisNodeReport,
  SentinelNodeReport,
} from '../../model/report/group-report.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';
import { type Cell, header, type Row, table } from '../terminal/table.js';

/** What a cell says when there is nothing to say. */
const NOTHING = '-';

export function statusText(report: GroupReport, style: Style): string {
  const sections =
    report.health === 'absent'
      ? []
      : [redisLines(report, style), sentinelLines(report, style), [masterLine(report, style)]];
  sections.push(faultLines(report, style), [
    verdict(report, style),
    ...expiryLines(report, style),
    ...timingLines(report),
    ...loginLines(report, style),
  ]);
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function redisLines(report: GroupReport, style: Style): readonly string[] {
  if (report.redis.length === 0) return [];
  const hasContainers = hasContainer(report.redis);
  const titles = [
    'NODE',
    'ROLE',
    ...(hasContainers ? ['ADDRESS', 'STATE'] : []),
    'LINK',
    'OFFSET',
    'LAG',
    'VERSION',
  ];
  const rows = report.redis.map(
    (node): Row => [
      printable(node.name),
      roleCell(node, style),
      ...(hasContainers ? [formatAddress(node.address), stateCell(node.container, style)] : []),
      linkCell(node, style),
      node.offset === null ? NOTHING : String(node.offset),
      node.lag === null ? NOTHING : `${node.lag} B`,
      node.version === null ? NOTHING : printable(node.version),
    ],
  );
  return table([header(titles, style.dim), ...rows]);
}

function sentinelLines(report: GroupReport, style: Style): readonly string[] {
  if (report.sentinels.length === 0) return [];
  const hasContainers = hasContainer(report.sentinels);
  const start = ['SENTINEL', ...(hasContainers ? ['ADDRESS', 'STATE'] : []), 'MASTER'];
  const titles = [...start, 'FLAGS', 'REPLICAS', 'SENTINELS', 'QUORUM', 'CKQUORUM'];
  const answering = report.sentinels.some(({ view }) => view !== null);
  const rows = report.sentinels.map((node): Row => {
    const place = hasContainers ? [formatAddress(node.address), stateCell(node.container, style)] : [];
    const first = [printable(node.name), ...place];
    if (node.view === null) return [...first, { text: noView(node), paint: style.red }];
    const { master, flags, replicas, otherSentinels, quorum, quorumReply } = node.view;
    const agrees = report.master !== null && sameAddress(master, report.master.address);
    return [
      ...first,
      { text: formatAddress(master), paint: agrees ? undefined : style.yellow },
      { text: printable(flags.join(',')), paint: flags.join() === 'master' ? undefined : style.yellow },
      String(replicas),
      // Counted as INFO sentinel counts: with the one that is asked.
      String(otherSentinels + 1),
      String(quorum),
      quorumReply.startsWith('OK') ? 'OK' : { text: printable(quorumReply), paint: style.red },
    ];
  });
  return table([header(answering ? titles : start, style.dim), ...rows]);
}

/**
 * Whether an engine was asked. Where none was, there is no state of a container to show, and nodes are
 * called by their addresses.
 */
function hasContainer(nodes: readonly { readonly container: ContainerReport | null }[]): boolean {
  return nodes.some(({ container }) => container !== null);
}

function noView(node: SentinelNodeReport): string {
  return node.container === null || node.container.state === 'running'
    ? 'no answer about this master'
    : NOTHING;
}

function masterLine({ master, masterName }: GroupReport, { bold, red }: Style): string {
  const name = masterName === null ? 'master' : `${printable(masterName)}: master`;
  if (master === null) return red(`${name} unknown: the sentinels do not agree, or none answers`);
  const address = formatAddress(master.address);
  const node = master.node === null || master.node === address ? '' : ` (${printable(master.node)})`;
  return `${name} is ${bold(printable(address))}${node}, as the sentinels agree`;
}

function faultLines({ faults }: GroupReport, { red, dim }: Style): readonly string[] {
  return faults.flatMap((fault) => [
    `${red('✖')} ${printable(fault.message)}`,
    `  ${dim(printable(fault.remedy))}`,
  ]);
}

function verdict({ group, health, faults }: GroupReport, { bold, green, red }: Style): string {
  switch (health) {
    case 'healthy':
      return `${bold(printable(group))} is ${green('healthy')}`;
    case 'degraded':
      return `${bold(printable(group))} is ${red('degraded')}${faults.length === 0 ? '' : `: ${count(faults.length, 'fault')}`}`;
    case 'absent':
      return `${bold(printable(group))} is ${red('absent')}: nothing of it is on this engine`;
  }
}

function expiryLines({ expiresAt, observedAt }: GroupReport, { yellow }: Style): readonly string[] {
  if (expiresAt === null) return [];
  const when = formatExpiry(expiresAt, observedAt);
  return expiresAt > observedAt
    ? [`It expires ${when}`]
    : [yellow(`It expired ${when}: rsentinel prune removes it`)];
}

/** Only where somebody has asked to see them. */
function loginLines({ logins }: GroupReport, { bold }: Style): readonly string[] {
  if (logins === null || logins.redis.password === null) return [];
  const words = ({ user, password }: ClientLogin): string =>
    `${user === 'default' ? '' : `user ${printable(user)}, `}password ${printable(password ?? '')}`;
  return [
    `${bold('Log in')} to Redis with ${words(logins.redis)}`,
    `${bold('Log in')} to the sentinels with ${words(logins.sentinel)}`,
  ];
}

function timingLines({ timing }: GroupReport): readonly string[] {
  return timing === 'fast' ? [`Its timing is ${FAST}`] : [];
}

function roleCell({ role }: RedisNodeReport, style: Style): Cell {
  if (role === 'unknown') return { text: role, paint: style.red };
  return { text: role, paint: role === 'master' ? style.bold : undefined };
}

function stateCell(container: ContainerReport | null, style: Style): Cell {
  if (container === null) return { text: NOTHING };
  return { text: containerText(container), paint: container.state === 'running' ? undefined : style.red };
}

/** `running`, `exited (137)`. */
export function containerText({ state, exitCode }: ContainerReport): string {
  return state === 'exited' && exitCode !== null ? `${state} (${exitCode})` : state;
}

function linkCell({ link }: RedisNodeReport, style: Style): Cell {
  const text = linkText(link);
  const isUp = link === null || text === 'up';
  return { text, paint: isUp ? undefined : text === 'syncing' ? style.yellow : style.red };
}

/** `up`, `down`, `syncing`; `-`: it follows nobody. */
export function linkText(link: MasterLink | null): string {
  if (link === null) return NOTHING;
  return link.syncInProgress ? 'syncing' : link.status;
}
