/** How a group speaks TLS: part of its spec. And the files that this takes. */
import { createHash } from 'node:crypto';
import { formatTrust, type Trust } from './trust.js';

/** Whether clients must show a certificate, in Redis's own words. */
export type AuthClients = 'no' | 'optional' | 'yes';

export interface GroupTls {
  readonly authClients: AuthClients;
  /** Certificates of who is trusted, by nodes and clients alike: PEM. */
  readonly authority: string;
  /** Its key: PEM; null: somebody else has issued the certificates. */
  readonly authorityKey: string | null;
  /** What clients show; null: nothing. */
  readonly client: KeyPair | null;
  /** By the name of the node. */
  readonly nodes: ReadonlyMap<string, KeyPair>;
  /** Of every node the same. */
  readonly trust: Trust;
}

/** A file, by its name in a directory. */
export interface TlsFile {
  readonly name: string;
  /** Empty: there was another once, and it is not to be used any more. */
  readonly text: string;
}

/** What a node needs to speak TLS. */
export const NODE_FILES = { authority: 'ca.crt', certificate: 'tls.crt', key: 'tls.key' } as const;

/** What belongs to the group and to no node. */
export const SHARED_FILES = {
  authority: 'ca.crt',
  authorityKey: 'ca.key',
  certificate: 'client.crt',
  key: 'client.key',
} as const;

/** The files of a node's own. */
export function nodeFiles(tls: GroupTls, node: string): readonly TlsFile[] {
  const own = keyPairOf(tls, node);
  return [
    { name: NODE_FILES.authority, text: tls.authority },
    { name: NODE_FILES.certificate, text: own.certificate },
    { name: NODE_FILES.key, text: own.key },
  ];
}

/** The files of the group: those that clients use, and the key with which further certificates are signed. */
export function sharedFiles({ authority, authorityKey, client }: GroupTls): readonly TlsFile[] {
  return [
    { name: SHARED_FILES.authorityKey, text: authorityKey ?? '' },
    { name: SHARED_FILES.authority, text: authority },
    { name: SHARED_FILES.certificate, text: client?.certificate ?? '' },
    { name: SHARED_FILES.key, text: client?.key ?? '' },
  ];
}

function keyPairOf({ nodes }: GroupTls, node: string): KeyPair {
  const own = nodes.get(node);
  if (own === undefined) throw new Error(`no certificate was decided for ${node}`);
  return own;
}

/** What rsentinel, or another client, connects with. */
export function clientFiles({ authority, client }: GroupTls): ClientFiles {
  return { authority, own: client };
}

/** Tells whether a node was started with these files. Of the key it is the certificate that tells. */
export function tlsDigest(tls: GroupTls | null, node: string): string {
  if (tls === null) return 'none';
  const { certificate } = keyPairOf(tls, node);
  const text = JSON.stringify([tls.authClients, tls.authority, certificate]);
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** What tells a container of this group from one whose nodes would not talk to those of this one. */
export function trustText(tls: GroupTls | null): string | null {
  return tls === null ? null : formatTrust(tls.trust);
}

/** A certificate and its key as files have them: PEM. */
export interface KeyPair {
  readonly certificate: string;
  /** PKCS#8, not encrypted. */
  readonly key: string;
}

/** What a client has: PEM. */
export interface ClientFiles {
  /** Whom it trusts, and nobody else. */
  readonly authority: string;
  /** What it shows to nodes that ask for it; null: nothing. */
  readonly own: { readonly certificate: string; readonly key: string } | null;
}
