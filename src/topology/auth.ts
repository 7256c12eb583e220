/** `auth` → who has to log in, and where the passwords come from. Pure. */
import { Secret } from '../model/credentials/secret.js';
import type { PasswordSource, TopologyAuth } from '../model/topology.js';
import type { Finding } from './diagnostic.js';
import type { AuthInput } from './schema/schema.js';
import type { SourceDocument } from './yaml/document.js';
import type { Path } from './yaml/path.js';

/** What stands for a password that rsentinel makes up. */
const GENERATE = 'generate';
/** Name of the application's user where the file names none. */
const DEFAULT_CLIENT = 'app';

/** Users that are rsentinel's own. */
const TAKEN: ReadonlySet<string> = new Set(['default', 'rsentinel', 'replica', 'sentinel']);

/**
 * @param fromSource a path of the file as an absolute one
 * @returns null: nobody has to log in
 */
export function readAuth(
  input: AuthInput | undefined,
  document: SourceDocument,
  fromSource: (path: string) => string,
  findings: Finding[],
): TopologyAuth | null {
  if (input === undefined) return null;
  const generated: PasswordSource = { kind: 'generate' };
  if (typeof input === 'string') {
    const mode = input === 'acl' ? 'acl' : 'password';
    return { mode, user: DEFAULT_CLIENT, password: generated, sentinelPassword: 'same', rules: null };
  }
  const read = (key: 'password' | 'sentinel-password'): PasswordSource | null => {
    const fileKey = `${key}-file` as const;
    const [value, file] = [input[key], input[fileKey]];
    if (value !== undefined && file !== undefined) {
      findings.push({
        severity: 'error',
        path: ['auth', fileKey],
        atKey: true,
        message: `the password comes from ${key} already`,
        suggestion: `keep one of ${key} and ${fileKey}`,
      });
    }
    if (file !== undefined) return { kind: 'file', path: fromSource(file) };
    if (value === undefined) return null;
    if (value === GENERATE) return generated;
    if (document.isLiteral(['auth', key])) findings.push(literal(['auth', key], key));
    return { kind: 'given', password: new Secret(document.sourceOf(['auth', key]) ?? String(value)) };
  };
  refuseWithoutAcl(input, findings);
  const user = input.user ?? DEFAULT_CLIENT;
  if (TAKEN.has(user)) {
    findings.push({
      severity: 'error',
      path: ['auth', 'user'],
      message: `${user} is the name of a user that rsentinel makes`,
      suggestion: 'choose another, such as app',
    });
  }
  return {
    mode: input.mode,
    user,
    password: read('password') ?? generated,
    sentinelPassword: read('sentinel-password') ?? 'same',
    rules: input.rules ?? null,
  };
}

function literal(path: Path, key: string): Finding {
  return {
    severity: 'warning',
    path,
    message: 'the password stands in the file, for everybody who reads it',
    suggestion: `write ${key}: \${NAME_OF_A_VARIABLE}, ${key}-file, or ${key}: ${GENERATE}`,
  };
}

function refuseWithoutAcl(input: AuthInput & object, findings: Finding[]): void {
  if (input.mode === 'acl') return;
  for (const key of ['user', 'rules'] as const) {
    if (input[key] === undefined) continue;
    findings.push({
      severity: 'error',
      path: ['auth', key],
      atKey: true,
      message: `${key} has a meaning with mode: acl only: otherwise there is one password and no user`,
      suggestion: 'write mode: acl, or remove it',
    });
  }
}
