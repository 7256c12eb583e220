/** What a group will be entered with, by its topology, by what was there before and by its server. */
import { randomBytes } from 'node:crypto';
import { type GroupAccess, OPEN } from '../model/credentials/group-access.js';
import { Secret } from '../model/credentials/secret.js';
import { NEWEST, type ServerFacts } from '../model/server-version.js';
import type { Topology } from '../model/topology.js';
import type { StoredAccess } from './access-file.js';
import { CLIENT } from './acl.js';
import { decideLogins } from './decide.js';
import { givenPasswords } from './passwords.js';

/** 256 bits: nobody guesses that, however many attempts Redis answers in a second. */
const PASSWORD_BYTES = 32;

/**
 * @param stored what the group had before
 * @param server what runs, or will run, in the nodes; null: nobody knows yet
 * @throws RsentinelError PASSWORD_UNUSABLE
 */
export async function decideAccess(
  { auth }: Topology,
  stored: StoredAccess | null,
  server: ServerFacts | null,
): Promise<GroupAccess> {
  if (auth === null) return OPEN;
  const facts = server ?? NEWEST;
  const given = await givenPasswords(auth);
  const logins = decideLogins(auth, given, stored?.present.logins ?? null, facts, generatePassword);
  return { kind: auth.mode, logins, clientRules: auth.rules ?? CLIENT, server: facts };
}

function generatePassword(): Secret {
  return new Secret(randomBytes(PASSWORD_BYTES).toString('base64url'));
}
