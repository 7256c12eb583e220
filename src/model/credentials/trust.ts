/** Who accepts whose certificates, told without them: by what labels say. Pure. */

/** Whom a node trusts, and who has signed its own certificate; each is the beginning of a fingerprint. */
export interface Trust {
  readonly signer: string;
  readonly trusted: readonly string[];
}

/** Whether two nodes accept each other's certificates. Both connect: a replica one day is a master. */
export function trustEachOther(a: Trust, b: Trust): boolean {
  return a.trusted.includes(b.signer) && b.trusted.includes(a.signer);
}

/** `signer/trusted,trusted` */
export function formatTrust({ signer, trusted }: Trust): string {
  return `${signer}/${trusted.join(',')}`;
}

/** @returns null: it is none */
export function parseTrust(text: string): Trust | null {
  const [, signer, trusted] = /^([0-9a-f]+)\/([0-9a-f,]+)$/.exec(text) ?? [];
  return signer === undefined || trusted === undefined ? null : { signer, trusted: trusted.split(',') };
}
