import type { Context } from './context.js';

export interface DownTarget {
  readonly name: string;
  /** The group's directory, where the topology tells it; the labels of the group tell it otherwise. */
  readonly directory: string | null;
}

export interface DownSettings {
  readonly volumes: 'keep' | 'remove';
}

export interface DownResult {
  /** What was removed, for people: `container x`, `network y`, `directory z`. Empty: there was nothing. */
  readonly removed: readonly string[];
  /** The directory that is still there. */
  readonly kept: string | null;
  readonly ms: number;
}

export async function down(target: DownTarget, settings: DownSettings, context: Context): Promise<DownResult> {
  throw new Error(`not yet ${target.name} ${settings.volumes} ${typeof context}`);
}
