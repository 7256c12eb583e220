/**
 * What a group of given sentinels is entered with: from the environment, for what is on a command
 * line everybody on the machine can read.
 */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { RsentinelError } from '../../errors.js';
import type { Credentials } from '../../model/credentials/credentials.js';
import type { ClientFiles } from '../../model/credentials/group-tls.js';
import { DEFAULT_USER, type Login } from '../../model/credentials/logins.js';
import { Secret } from '../../model/credentials/secret.js';
import type { PemFinding } from '../../tls/finding.js';
import type { Session } from '../session.js';

type Place = Pick<Session, 'env' | 'cwd'>;

/** @throws RsentinelError USAGE where files cannot be read, or are not what they should be */
export async function keysFromEnvironment({ env, cwd }: Place): Promise<Credentials> {
  const redis = loginFrom(env, 'RSENTINEL');
  const sentinel = loginFrom(env, 'RSENTINEL_SENTINEL');
  const files = await filesFrom({ env, cwd });
  return {
    redis: redis === null ? [] : [redis],
    sentinel: sentinel === null ? [] : [sentinel],
    client: { redis, sentinel },
    tls: files === null ? [] : [files],
  };
}

function loginFrom(env: Place['env'], prefix: string): Login | null {
  const user = env[`${prefix}_USERNAME`] || DEFAULT_USER;
  const password = env[`${prefix}_PASSWORD`];
  return password ? { user, password: new Secret(password) } : null;
}

const CA = 'RSENTINEL_TLS_CA';
const CERTIFICATE = 'RSENTINEL_TLS_CERT';
const KEY = 'RSENTINEL_TLS_KEY';

async function filesFrom(place: Place): Promise<ClientFiles | null> {
  const [authority, certificate, key] = await Promise.all(
    [CA, CERTIFICATE, KEY].map((variable) => readNamed(variable, place)),
  );
  if ((certificate == null) !== (key == null)) {
    throw usage(`${CERTIFICATE} and ${KEY} belong together, and one of them is not set`, []);
  }
  if (authority == null) {
    if (certificate == null) return null;
    throw usage(`${CERTIFICATE} is set, and ${CA}, which names whom to trust, is not`, []);
  }
  const findings = await findingsOf(authority, certificate ?? null, key ?? null);
  if (findings.length > 0) {
    const details = findings.map(({ message, remedy }) => `${message}. ${remedy}`);
    throw usage('the certificates that the environment names cannot be used', details);
  }
  const own = certificate == null || key == null ? null : { certificate, key };
  return { authority, own };
}

/** Of the client's own; that it suits the nodes they tell themselves. */
async function findingsOf(
  authority: string,
  certificate: string | null,
  key: string | null,
): Promise<readonly PemFinding[]> {
  const [{ readCertificates, readKey }, { keyMismatch }] = await Promise.all([
    import('../../tls/pem.js'),
    import('../../tls/inspect.js'),
  ]);
  const named = (name: string, text: string) => ({ name, text });
  const { findings } = readCertificates(named(CA, authority));
  if (certificate === null || key === null) return findings;
  const own = readCertificates(named(CERTIFICATE, certificate));
  const secret = readKey(named(KEY, key));
  const [first] = own.certificates;
  const mismatch =
    first === undefined || secret.key === null
      ? []
      : keyMismatch(
          { certificate: named(CERTIFICATE, ''), key: named(KEY, ''), authority: named(CA, '') },
          first,
          secret.key,
        );
  return [...findings, ...own.findings, ...secret.findings, ...mismatch];
}

/** @returns null: it is not set */
async function readNamed(variable: string, { env, cwd }: Place): Promise<string | null> {
  const path = env[variable];
  if (!path) return null;
  try {
    return await readFile(resolve(cwd, path), 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RsentinelError('USAGE', `the file that ${variable} names cannot be read: ${why}`, {
      hint: 'Name a PEM file that you may read.',
      cause,
    });
  }
}

function usage(message: string, details: readonly string[]): RsentinelError {
  return new RsentinelError('USAGE', message, {
    details,
    hint: `${CA}, and where nodes ask for a certificate ${CERTIFICATE} and ${KEY}, name PEM files.`,
  });
}
