/** The groups of an engine. */
import type { ListedGroup, ListedHealth } from '../../api/list.js';
import { formatAddress } from '../../model/address.js';
import { formatExpiry, formatSpan } from '../../model/format.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';
import { type Cell, header, type Row, table } from '../terminal/table.js';

/** What a cell says when there is nothing to say. */
const NOTHING = '-';

/** @param now ms since 1970 */
export function listText(groups: readonly ListedGroup[], now: number, style: Style): string {
  const titles = ['NAME', 'MASTER', 'NODES', 'HEALTH', 'AGE', 'EXPIRES', 'FILE'];
  const rows = groups.map((group): Row => {
    const { master, createdAt, file, directory } = group;
    return [
      printable(group.group),
      master === null ? NOTHING : formatAddress(master.address),
      `${group.redis}+${group.sentinels}`,
      { text: group.health, paint: paintOf(group.health, style) },
      createdAt === null ? NOTHING : formatSpan(now - createdAt),
      expiryCell(group, now, style),
      printable(file ?? directory ?? NOTHING),
    ];
  });
  return `${table([header(titles, style.dim), ...rows]).join('\n')}\n`;
}

/** A name in each line, for scripts. */
export function namesText(groups: readonly ListedGroup[]): string {
  return groups.map(({ group }) => `${printable(group)}\n`).join('');
}

function expiryCell({ expiresAt }: ListedGroup, now: number, { yellow }: Style): Cell {
  if (expiresAt === null) return { text: NOTHING };
  return expiresAt > now ? { text: formatExpiry(expiresAt, now) } : { text: 'expired', paint: yellow };
}

function paintOf(health: ListedHealth, { green, red, yellow }: Style): (text: string) => string {
  switch (health) {
    case 'healthy':
      return green;
    case 'degraded':
      return red;
    case 'stopped':
    case 'down':
    case 'partial':
    case 'unknown':
      return yellow;
  }
}

/** The same for programs (docs/json.md). */
export interface ListDocument {
  readonly version: 1;
  readonly groups: readonly ListedGroup[];
}
