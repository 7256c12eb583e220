/** Parts of groups → groups. Pure. */
import { naturalOrder } from '../../model/text.js';
import type { GroupListing } from '../engine.js';
import { GROUP_LABEL, LABEL } from './labels.js';
import { expiryOf, markedAt } from './volumes/expiry.js';

/** A container, a network, or a volume. */
export interface Part {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** ms since 1970; NaN where the engine does not say. */
  readonly madeAt: number;
}

/** What `up` calls groups: whatever is labelled with another name, it has not made. */
const GROUP_NAME = /^[a-z0-9][a-z0-9-]{0,40}$/;

/** The groups that the parts belong to, by name. */
export function listingsOf(parts: readonly Part[]): readonly GroupListing[] {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const name = part.labels[GROUP_LABEL];
    if (name === undefined || !GROUP_NAME.test(name)) continue;
    const others = groups.get(name);
    if (others === undefined) groups.set(name, [part]);
    else others.push(part);
  }
  return [...groups].map(([name, its]) => listingOf(name, its)).sort((a, b) => naturalOrder(a.name, b.name));
}

function listingOf(name: string, all: readonly Part[]): GroupListing {
  // A lock says nothing of the group, unless it is all that is left of one.
  const nodesAndMore = all.filter(({ labels }) => labels[LABEL.holder] === undefined);
  const parts = nodesAndMore.length === 0 ? all : nodesAndMore;
  const label = (key: string): string | null =>
    parts.map(({ labels }) => labels[key]).find((value) => value !== undefined && value !== '') ?? null;
  const nodes = (role: string): number => parts.filter(({ labels }) => labels[LABEL.role] === role).length;
  const marks = parts
    .filter(({ labels }) => labels[LABEL.expires] !== undefined)
    .map(({ id, labels }) => ({ Name: id, Labels: labels }));
  const times = [...parts.map(({ madeAt }) => madeAt), ...marks.map(markedAt)].filter((time) => time > 0);
  return {
    name,
    file: label(LABEL.file),
    directory: label(LABEL.directory),
    redis: nodes('redis'),
    sentinels: nodes('sentinel'),
    createdAt: times.length === 0 ? null : Math.min(...times),
    changedAt: times.length === 0 ? null : Math.max(...times),
    expiresAt: expiryOf(marks)?.at ?? null,
    machine: machineOf(parts),
    usesDirectory: (label(LABEL.storage) ?? 'directory') === 'directory',
    isDown: parts.every(({ labels }) => labels[LABEL.holds] !== undefined),
  };
}

/** null: several, or it is not known of every part. */
function machineOf(parts: readonly Part[]): string | null {
  const made = parts.filter(({ labels }) => labels[LABEL.expires] === undefined);
  const machines = new Set(made.map(({ labels }) => labels[LABEL.machine]));
  const [machine] = machines;
  return machines.size === 1 && machine !== undefined ? machine : null;
}
