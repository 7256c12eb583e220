/** What a group has of TLS already, as it is read from its files. Text → facts and back. Pure. */

import * as z from 'zod/mini';
import type { ClientFiles, KeyPair } from '../model/credentials/group-tls.js';

/** Says whose the files beside it are: certificates that others have issued do not. */
export const TLS_FILE = 'tls.json';

/** Of a node's directory; null: there is no such file. */
export interface StoredNode {
  readonly authority: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}

export interface StoredShared {
  readonly authority: string;
  /** null: somebody else has issued the certificates. */
  readonly authorityKey: string | null;
  readonly client: KeyPair | null;
}

export interface StoredTls {
  /** null: there is nothing of use. */
  readonly shared: StoredShared | null;
  /** By name; nodes that have none of it are left out. */
  readonly nodes: ReadonlyMap<string, StoredNode>;
}

export const NO_TLS: StoredTls = { shared: null, nodes: new Map() };

const file = z.object({ version: z.literal(1), group: z.string() });

/** @returns the group's name; null: it is no such file */
export function parseTlsOwner(text: string): string | null {
  try {
    const read = file.safeParse(JSON.parse(text));
    return read.success ? read.data.group : null;
  } catch {
    return null;
  }
}

export function formatTlsOwner(group: string): string {
  return `${JSON.stringify({ version: 1, group }, null, 2)}\n`;
}

/** @param shared texts of the files of a group; null or empty: there is none */
export function storedShared(shared: {
  readonly authority: string | null;
  readonly authorityKey: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}): StoredShared | null {
  const { authority, authorityKey, certificate, key } = shared;
  if (!authority) return null;
  return {
    authority,
    authorityKey: authorityKey || null,
    client: certificate && key ? { certificate, key } : null,
  };
}

/**
 * What the nodes that run may still go by: each accepts its own certificate, which is one for both
 * directions.
 */
export function formerFiles({ nodes }: StoredTls): readonly ClientFiles[] {
  const sets = new Map<string, ClientFiles>();
  for (const { authority, certificate, key } of nodes.values()) {
    if (!authority || !certificate || !key || sets.has(authority)) continue;
    sets.set(authority, { authority, own: { certificate, key } });
  }
  return [...sets.values()];
}
