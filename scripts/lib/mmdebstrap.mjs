import { aptInstall, canInstall, findProgram } from './apt.mjs';
import { SetupError } from './log.mjs';

/**
 * Sees to mmdebstrap, which unpacks packages of any Debian release without installing them.
 *
 * @param {{ missing: string, hint: string }} trouble What to say where it is not there and cannot be installed.
 */
export async function ensureMmdebstrap({ missing, hint }) {
  if (findProgram('mmdebstrap') !== undefined) return;
  if (!canInstall()) throw new SetupError(missing, { hint });
  // The keys of the other Debian releases are only recommended by mmdebstrap.
  await aptInstall(['mmdebstrap', 'debian-archive-keyring'], 'it unpacks packages of any Debian release');
}
