/** Groups that are removed several at a time, by `prune` and `down --all`: which, why, and what came of it. */
import type { Removal } from '../../api/down-many.js';
import type { PruneReason } from '../../api/prune.js';
import { formatExpiry, formatMs } from '../../model/format.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';
import { table } from '../terminal/table.js';

/** A group that is to be removed; without a reason, because all are. */
export interface Condemned {
  readonly name: string;
  readonly reason: PruneReason | null;
}

/** A line for each, with the reason. @param now ms since 1970 */
export function condemnedLines(groups: readonly Condemned[], now: number): readonly string[] {
  return table(
    groups.map(({ name, reason }) => [
      printable(name),
      reason === null ? '' : printable(reasonText(reason, now)),
    ]),
  );
}

function reasonText(reason: PruneReason, now: number): string {
  switch (reason.kind) {
    case 'expired':
      return `expired ${formatExpiry(reason.at, now)}`;
    case 'file-gone':
      return `its topology file is gone: ${reason.path}`;
    case 'directory-gone':
      return `its directory is gone: ${reason.path}`;
    case 'fragments':
      return 'no node is left of it';
  }
}

/** What came of it; those that could not be removed are errors, which are printed elsewhere. */
export function removalText(removals: readonly Removal[], command: string, { dim }: Style): string {
  const removed = removals.filter((removal) => removal.kind === 'removed');
  const kept = removed.flatMap(({ result }) => [
    ...(result.kept === null ? [] : [result.kept]),
    ...result.keptVolumes.map((volume) => `volume ${volume}`),
  ]);
  const lines = removed.map(({ group, result }) =>
    result.removed.length === 0
      ? `${printable(group)} was gone already`
      : `${printable(group)} is gone ${dim(`(${formatMs(result.ms)})`)}`,
  );
  if (kept.length > 0) {
    lines.push('Configuration and data are kept in', ...kept.map((path) => `  ${printable(path)}`));
    lines.push(dim(`${command} --volumes would have removed them too`));
  }
  return `${lines.join('\n')}\n`;
}

/** For programs (docs/json.md). */
export interface RemovalDocument {
  readonly version: 1;
  /** Nothing was removed; this is what would have been. */
  readonly dryRun: boolean;
  readonly groups: readonly RemovedGroup[];
}

interface RemovedGroup {
  readonly group: string;
  readonly reason: PruneReason['kind'] | null;
  readonly removed: readonly string[];
  readonly kept: string | null;
  readonly keptVolumes: readonly string[];
  readonly ms: number;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** @param removals null: nothing was done */
export function removalDocument(
  groups: readonly Condemned[],
  removals: readonly Removal[] | null,
): RemovalDocument {
  const reasons = new Map(groups.map(({ name, reason }) => [name, reason?.kind ?? null]));
  const nothing = { removed: [], kept: null, keptVolumes: [], ms: 0, error: null };
  const described = (removals ?? []).map((removal): RemovedGroup => {
    const base = { group: removal.group, reason: reasons.get(removal.group) ?? null };
    if (removal.kind === 'failed') {
      const { code, message } = removal.error;
      return { ...base, ...nothing, error: { code, message } };
    }
    const { removed, kept, keptVolumes, ms } = removal.result;
    return { ...base, removed, kept, keptVolumes, ms: Math.round(ms), error: null };
  });
  return {
    version: 1,
    dryRun: removals === null,
    groups:
      removals === null
        ? groups.map(({ name, reason }) => ({ group: name, reason: reason?.kind ?? null, ...nothing }))
        : described,
  };
}
