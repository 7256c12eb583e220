/** What a server's version means for passwords and users. Pure. */

export interface ServerFacts {
  readonly product: 'redis' | 'valkey';
  /** Major and minor, as a number: 6.2 is 602, 10.0 is 1000. */
  readonly version: number;
}

/** Where nobody knows: what a new image has. */
export const NEWEST: ServerFacts = { product: 'redis', version: 800 };

/** @param text `8.0.2`. @returns null: it is no version */
export function serverFacts(product: ServerFacts['product'], text: string): ServerFacts | null {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,2})\b/.exec(text) ?? [];
  return major === undefined ? null : { product, version: Number(major) * 100 + Number(minor) };
}

/**
 * Since 6.2 a sentinel has users of its own, `sentinel sentinel-pass` and `sentinel-user`, and ACL rules know
 * channels (release notes of 6.2). Before, `requirepass` is what sentinels ask for and what they log in to
 * each other with.
 */
export function hasSentinelUsers({ version }: ServerFacts): boolean {
  return version >= 602;
}

/** CLIENT PAUSE … WRITE is there since 6.2 (release notes). */
export function canPauseWrites({ version }: ServerFacts): boolean {
  return version >= 602;
}
