import { lookup } from 'node:dns/promises';

/** The IPv4 address of a host name, as this machine sees it; null: it has none. */
export async function lookUp(name: string): Promise<string | null> {
  const found = await lookup(name, { family: 4 }).catch(() => null);
  return found?.address ?? null;
}
