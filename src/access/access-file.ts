/**
 * The file in which a group's logins are kept: beside the nodes' files, and mounted by none of them.
 * Text → logins and back. Pure.
 */
import * as z from 'zod/mini';
import { type AccessSet, LOGIN_NAMES, type Login, type Logins } from '../model/credentials/logins.js';
import { Secret } from '../model/credentials/secret.js';

export const ACCESS_FILE = 'access.json';

export interface StoredAccess {
  readonly group: string;
  readonly present: AccessSet;
  /** What was valid before, while some node may still go by it; null: every node goes by the present one. */
  readonly former: AccessSet | null;
}

const login = z.strictObject({ user: z.string(), password: z.string() });
const logins = z.strictObject({
  admin: login,
  client: login,
  replication: login,
  watch: login,
  sentinelAdmin: login,
  sentinelClient: login,
  sentinelPeer: login,
});
const set = z.strictObject({ logins, clientRules: z.array(z.string()) });
const file = z.strictObject({
  version: z.literal(1),
  group: z.string(),
  present: set,
  former: z.nullable(set),
});

/** @returns null: it is no such file */
export function parseAccess(text: string): StoredAccess | null {
  const read = file.safeParse(jsonOf(text));
  if (!read.success) return null;
  const { group, present, former } = read.data;
  return { group, present: hidden(present), former: former === null ? null : hidden(former) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function formatAccess({ group, present, former }: StoredAccess): string {
  const document = {
    version: 1,
    group,
    present: revealed(present),
    former: former === null ? null : revealed(former),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

interface PlainSet {
  readonly logins: Readonly<Record<keyof Logins, { readonly user: string; readonly password: string }>>;
  readonly clientRules: readonly string[];
}

function hidden({ logins: plain, clientRules }: PlainSet): AccessSet {
  const of = (name: keyof Logins): Login => ({
    user: plain[name].user,
    password: new Secret(plain[name].password),
  });
  const present = {
    admin: of('admin'),
    client: of('client'),
    replication: of('replication'),
    watch: of('watch'),
    sentinelAdmin: of('sentinelAdmin'),
    sentinelClient: of('sentinelClient'),
    sentinelPeer: of('sentinelPeer'),
  };
  return { logins: present, clientRules };
}

function revealed({ logins: present, clientRules }: AccessSet) {
  const entries = LOGIN_NAMES.map((name) => {
    const { user, password } = present[name];
    return [name, { user, password: password.reveal() }];
  });
  return { logins: Object.fromEntries(entries), clientRules };
}
