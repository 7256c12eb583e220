/** Which machine this is, for groups on an engine that several may share. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Where Linux keeps an id of the installation. */
const ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'] as const;

let known: string | undefined;

/**
 * The same in every process on this machine and after it has been started anew; another one in
 * every container, whose files are others. Hashed: the machine's id is not for everyone
 * (machine-id(5)).
 */
export function machineIdentity(): string {
  known ??= createHash('sha256')
    .update(`rsentinel\n${hostname()}\n${machineId()}`)
    .digest('hex')
    .slice(0, 16);
  return known;
}

function machineId(): string {
  for (const file of ID_FILES) {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch {}
  }
  return '';
}
