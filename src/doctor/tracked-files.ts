/** Which files of a group git has under its control: passwords and keys would go wherever the repository goes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** ms */
const PATIENCE = 5_000;
/** Bytes of names. */
const MOST = 16_777_216;

/**
 * Lists what git tracks in a directory, as paths within it. git runs no program that the repository's configuration names.
 * @returns empty where there is no git, the directory is in no repository, or it belongs to somebody whom git does not trust
 */
export async function trackedFiles(directory: string): Promise<readonly string[]> {
  const words = ['-c', 'core.fsmonitor=false', 'ls-files', '-z', '--', '.'];
  try {
    const { stdout } = await run('git', words, {
      cwd: directory,
      timeout: PATIENCE,
      maxBuffer: MOST,
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
    });
    return stdout.split('\0').filter((path) => path !== '');
  } catch {
    return [];
  }
}
