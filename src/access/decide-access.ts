/** Decides what the nodes of a group let in: by its topology, by what was there before and by its server. Pure. */
import { type GroupAccess, OPEN } from '../model/credentials/group-access.js';
import type { Secret } from '../model/credentials/secret.js';
import { NEWEST, type ServerFacts } from '../model/server-version.js';
import type { Topology } from '../model/topology.js';
import type { StoredAccess } from './access-file.js';
import { CLIENT } from './acl.js';
import { decideLogins, type GivenPasswords } from './decide-logins.js';

/**
 * Returns the logins of a group and what its clients may do.
 * @param given the passwords that the topology gives
 * @param stored what the group had before
 * @param server what runs, or will run, in the nodes; null: nobody knows yet, and the newest is assumed
 * @param generate makes up a new password at each call
 */
export function decideAccess(
  { auth }: Pick<Topology, 'auth'>,
  given: GivenPasswords,
  stored: StoredAccess | null,
  server: ServerFacts | null,
  generate: () => Secret,
): GroupAccess {
  if (auth === null) return OPEN;
  const facts = server ?? NEWEST;
  const logins = decideLogins(auth, given, stored?.present.logins ?? null, facts, generate);
  return { kind: auth.mode, logins, clientRules: auth.rules ?? CLIENT, server: facts };
}
