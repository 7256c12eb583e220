/** The passwords of a topology: read from where it says they are, or made up. */
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { RsentinelError } from '../errors.js';
import { Secret } from '../model/credentials/secret.js';
import { LONGEST_PASSWORD, NO_PASSWORD } from '../model/text.js';
import type { PasswordSource, Topology } from '../model/topology.js';
import type { GivenPasswords } from './decide-logins.js';

/** 256 bits: nobody guesses that, however many attempts Redis answers in a second. */
const PASSWORD_BYTES = 32;

/** Makes up a password. */
export function generatePassword(): Secret {
  return new Secret(randomBytes(PASSWORD_BYTES).toString('base64url'));
}

/**
 * Reads the passwords that a topology gives; null in place of those that are made up.
 * @throws RsentinelError PASSWORD_UNUSABLE
 */
export async function givenPasswords({ auth }: Pick<Topology, 'auth'>): Promise<GivenPasswords> {
  if (auth === null) return { password: null, sentinelPassword: null };
  const { password, sentinelPassword } = auth;
  return {
    password: await passwordOf(password),
    sentinelPassword: sentinelPassword === 'same' ? 'same' : await passwordOf(sentinelPassword),
  };
}

function passwordOf(source: PasswordSource): Promise<Secret | null> {
  switch (source.kind) {
    case 'given':
      return Promise.resolve(source.password);
    case 'file':
      return readPassword(source.path);
    case 'generate':
      return Promise.resolve(null);
  }
}

/** The first line of a file that has no other. Of what stands in it nothing is ever said. */
async function readPassword(path: string): Promise<Secret> {
  const text = (await readStart(path)).replace(/\r?\n$/, '');
  const why =
    text === ''
      ? 'it is empty'
      : NO_PASSWORD.test(text)
        ? 'it has more than one line, or a space, a quote or a backslash in it'
        : Buffer.byteLength(text) > LONGEST_PASSWORD
          ? `it is longer than ${LONGEST_PASSWORD} bytes`
          : null;
  if (why !== null) throw unusable(path, why);
  return new Secret(text);
}

/** So much of a file as tells whether it is too long: somebody may have named another by mistake. */
async function readStart(path: string): Promise<string> {
  try {
    // A pipe that nobody writes into would be waited for.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) throw unusable(path, 'it is not a file');
      const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_PASSWORD + 3), 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof RsentinelError) throw error;
    throw unusable(path, error instanceof Error ? error.message : String(error), error);
  }
}

function unusable(path: string, why: string, cause?: unknown): RsentinelError {
  return new RsentinelError('PASSWORD_UNUSABLE', `the password in ${path} cannot be used: ${why}`, {
    hint: 'Put the password on the only line of that file, and give it to nobody else: chmod 600.',
    cause,
  });
}
