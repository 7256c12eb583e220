/**
 * Until when a group is wanted. The labels of containers and networks cannot be changed once they
 * are there, so the mark is an empty volume, which costs nothing and harms nobody. A new one is made
 * before the former is removed: whoever is killed in between leaves two, of which the newer counts.
 */
import { VERSION } from '../../../version.js';
import type { Expiry } from '../../engine.js';
import type { ExpiryMark } from '../../expiry-mark.js';
import type { EngineCalls } from '../engine-calls.js';
import { GROUP_LABEL, LABEL } from '../labels.js';

/** A volume’s entry in the engine’s list, as far as marks are read off it. */
interface VolumeInfo {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

/** Makes the volume that is a mark. */
export async function markExpiry(calls: EngineCalls, { name, group, at, since }: ExpiryMark): Promise<void> {
  await calls.call(`create the volume ${name}`, (docker) =>
    docker.createVolume({
      Name: name,
      Labels: {
        [GROUP_LABEL]: group,
        [LABEL.version]: VERSION,
        [LABEL.expires]: new Date(at).toISOString(),
        [LABEL.marked]: new Date(since).toISOString(),
      },
    }),
  );
}

/** What the marks of one group say; null: it has none. */
export function expiryOf(marks: readonly VolumeInfo[]): Expiry | null {
  const readable = marks.flatMap(({ Name, Labels }) => {
    const at = Date.parse(Labels?.[LABEL.expires] ?? '');
    return Number.isNaN(at) ? [] : [{ at, since: markedAt({ Name, Labels }) }];
  });
  const newest = readable.sort((a, b) => b.since - a.since)[0];
  return marks.length === 0 ? null : { at: newest?.at ?? null, marks: marks.map(({ Name }) => Name) };
}

/** ms since 1970; 0: it cannot be read. */
export function markedAt({ Labels }: VolumeInfo): number {
  return Date.parse(Labels?.[LABEL.marked] ?? '') || 0;
}
