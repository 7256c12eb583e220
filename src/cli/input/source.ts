/** Where the topology comes from: a file, standard input, or, with no file here, the defaults. */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { RsentinelError } from '../../errors.js';
import type { Environment } from '../../report/terminal/style.js';
import { AUTO } from '../../topology/group-name.js';
import type { TargetFlags } from '../flags.js';

export const DEFAULT_FILES = ['topology.yaml', 'topology.yml', 'rsentinel.yaml', 'rsentinel.yml'] as const;

/** What the command line and the environment say of the group that is meant. */
export interface Selection {
  readonly name: string | undefined;
  /** As it was given; undefined: look for one. */
  readonly file: string | undefined;
}

export type Source =
  /** `given`: as the user named it, for messages; `path`: absolute. */
  | { readonly kind: 'file'; readonly given: string; readonly path: string }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'defaults' };

/** Flags win over the environment; an empty variable is as good as none. */
export function selectionOf(flags: TargetFlags, env: Environment): Selection {
  const name = flags.name ?? (env['RSENTINEL_NAME'] || undefined);
  if (name !== undefined && !/^[a-z0-9][a-z0-9-]{0,40}$/.test(name)) {
    throw new RsentinelError('USAGE', `${JSON.stringify(name)} cannot be the name of a group`, {
      hint: 'Lower-case letters, digits and hyphens, at most 41, beginning with a letter or a digit.',
    });
  }
  return { name, file: flags.file ?? (env['RSENTINEL_FILE'] || undefined) };
}

/** The same for commands that are about a group which has its name already. */
export function definiteSelectionOf(flags: TargetFlags, env: Environment): Selection {
  const selection = selectionOf(flags, env);
  if (selection.name !== AUTO) return selection;
  // The environment says it for `up`; a file that is named here tells more.
  if (flags.name === undefined && flags.file !== undefined) return { ...selection, name: undefined };
  throw new RsentinelError('USAGE', `the name ${AUTO} makes a new name up, which only \`up\` does`, {
    hint: 'Name the group with -n NAME (`rsentinel ls` shows them), or with -f FILE if it is the only one that was made from that file.',
  });
}

/** @throws RsentinelError USAGE when several files could be meant */
export async function findSource(file: string | undefined, cwd: string): Promise<Source> {
  if (file === '-') return { kind: 'stdin' };
  if (file !== undefined) return { kind: 'file', given: file, path: resolve(cwd, file) };
  const there: string[] = [];
  for (const name of DEFAULT_FILES) if (await exists(join(cwd, name))) there.push(name);
  const [given, ...others] = there;
  if (given === undefined) return { kind: 'defaults' };
  if (others.length === 0) return { kind: 'file', given, path: join(cwd, given) };
  throw new RsentinelError('USAGE', `there are ${there.length} topology files here: which one is meant?`, {
    details: there,
    hint: 'Name one with -f.',
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
