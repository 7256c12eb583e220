/**
 * The file in which a group's logins are kept: beside the nodes' files, and mounted by none of them.
 * Text → logins and back. Pure.
 */
import * as z from 'zod/mini';
import { LOGIN_NAMES, type Login, type Logins } from './logins.js';
import { Secret } from './secret.js';

export const ACCESS_FILE = 'access.json';

export interface StoredAccess {
  readonly group: string;
  readonly logins: Logins;
  /** What was valid before, while some node may still go by it; null: every node goes by `logins`. */
  readonly former: Logins | null;
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
const file = z.strictObject({
  version: z.literal(1),
  group: z.string(),
  logins,
  former: z.nullable(logins),
});

/** @returns null: it is no such file */
export function parseAccess(text: string): StoredAccess | null {
  const read = file.safeParse(jsonOf(text));
  if (!read.success) return null;
  const { group, logins: present, former } = read.data;
  return { group, logins: hidden(present), former: former === null ? null : hidden(former) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function formatAccess({ group, logins: present, former }: StoredAccess): string {
  const document = {
    version: 1,
    group,
    logins: revealed(present),
    former: former === null ? null : revealed(former),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

type Plain = Readonly<Record<keyof Logins, { readonly user: string; readonly password: string }>>;

function hidden(plain: Plain): Logins {
  const of = (name: keyof Logins): Login => ({
    user: plain[name].user,
    password: new Secret(plain[name].password),
  });
  return {
    admin: of('admin'),
    client: of('client'),
    replication: of('replication'),
    watch: of('watch'),
    sentinelAdmin: of('sentinelAdmin'),
    sentinelClient: of('sentinelClient'),
    sentinelPeer: of('sentinelPeer'),
  };
}

function revealed(present: Logins): Plain {
  const entries = LOGIN_NAMES.map((name) => {
    const { user, password } = present[name];
    return [name, { user, password: password.reveal() }];
  });
  return Object.fromEntries(entries);
}
