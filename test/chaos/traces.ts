/** What commands that were ended at any moment may not leave behind. */
import { readdir, readFile } from 'node:fs/promises';
import type { TestGroup } from '../support/group.js';

const OWN_FILES =
  /^topology\.yaml$|^\.rsentinel(\/\.gitignore|\/[^/.][^/]*(\/([^/.][^/]*(\/(conf|data)(\/(redis|sentinel)\.conf|\/dump\.rdb|\/(tls|ca)\.(crt|key))?)?|\.access(\/(access\.json|tls\.json|ca\.(crt|key)))?))?)?$/;

/** Files of the group's directory that are neither the user's nor those of a node. */
export async function strangeFiles(group: TestGroup): Promise<readonly string[]> {
  const entries = await readdir(group.directory, { recursive: true });
  return entries.filter((entry) => !OWN_FILES.test(entry) && !IGNORED.test(entry));
}

/** Keeps git and npm out of a group's directory. */
const IGNORED = /^\.rsentinel\/[^/]+\/\.gitignore$/;

/** Processes that were started for a group and still are there. */
export async function processesOf(group: TestGroup): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const lines = await Promise.all(
    ids.map(async (id) =>
      (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' '),
    ),
  );
  return lines.filter((line) => line.includes('rsentinel.js') && line.includes(group.name));
}
