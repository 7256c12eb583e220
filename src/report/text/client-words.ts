/** How the snippets for clients log in and speak TLS: by what `rsentinel env` names, never by a password itself. */
import type { ClientLogin, TlsReport } from '../../model/report/connection-report.js';
import type { GroupReport } from '../../model/report/group-report.js';

/** What is put into the snippets; empty: nobody has to log in, nor to speak TLS. */
export interface ClientWords {
  /** How one comes by the variables that are named. */
  readonly variables: readonly string[];
  /** Before `redis-cli`, and among its options. */
  readonly shell: string;
  readonly cli: string;
  /** What stands before the JavaScript clients; null: nothing. */
  readonly javascript: string | null;
  readonly ioredis: string;
  readonly nodeRedis: string;
  readonly python: string;
}

export function wordsFor({ logins, tls }: Pick<GroupReport, 'logins' | 'tls'>): ClientWords {
  const redis = logins === null ? null : fieldsOf(logins.redis, 'REDIS_PASSWORD');
  const sentinel = logins === null ? null : fieldsOf(logins.sentinel, 'REDIS_SENTINEL_PASSWORD');
  const encryption = tls === null ? null : encryptionOf(tls);
  const socket = encryption === null ? [] : ['socket: { tls: true, ...tls }'];
  const node = [...javascriptFields(redis, 'username', 'password'), ...socket];
  const sentinels = [...javascriptFields(sentinel, 'username', 'password'), ...socket];
  const kwargs = [...pythonItems(sentinel), ...(encryption?.pythonItems ?? [])];
  return {
    variables: variables(logins !== null, tls !== null),
    shell: logins === null ? '' : 'REDISCLI_AUTH=$REDIS_SENTINEL_PASSWORD ',
    cli: `${encryption?.cli ?? ''}${sentinel?.user == null ? '' : `--user ${sentinel.user} `}`,
    javascript: encryption?.javascript ?? null,
    ioredis: behind([
      ...javascriptFields(redis, 'username', 'password'),
      ...javascriptFields(sentinel, 'sentinelUsername', 'sentinelPassword'),
      ...(tls === null ? [] : ['tls', 'sentinelTLS: tls', 'enableTLSForSentinelMode: true']),
    ]),
    nodeRedis: behind([
      ...(node.length === 0 ? [] : [`nodeClientOptions: { ${node.join(', ')} }`]),
      ...(sentinels.length === 0 ? [] : [`sentinelClientOptions: { ${sentinels.join(', ')} }`]),
    ]),
    python: behind([
      ...pythonArguments(redis),
      ...(encryption?.python ?? []),
      ...(kwargs.length === 0 ? [] : [`sentinel_kwargs={${kwargs.join(', ')}}`]),
    ]),
  };
}

function variables(logsIn: boolean, speaksTls: boolean): readonly string[] {
  if (!logsIn && !speaksTls) return [];
  const flag = logsIn ? ' --show-secrets' : '';
  return [`set -a; eval "$(rsentinel env${flag})"; set +a   in a shell; or an env file`];
}

const behind = (parts: readonly string[]): string => parts.map((part) => `, ${part}`).join('');

interface Fields {
  /** null: whoever gives nothing but a password. */
  readonly user: string | null;
  /** Name of the variable with the password. */
  readonly variable: string;
}

function fieldsOf({ user }: ClientLogin, variable: string): Fields {
  return { user: user === 'default' ? null : user, variable };
}

function javascriptFields(fields: Fields | null, user: string, password: string): readonly string[] {
  if (fields === null) return [];
  return [
    ...(fields.user === null ? [] : [`${user}: '${fields.user}'`]),
    `${password}: process.env.${fields.variable}`,
  ];
}

function pythonArguments(fields: Fields | null): readonly string[] {
  if (fields === null) return [];
  return [
    ...(fields.user === null ? [] : [`username='${fields.user}'`]),
    `password=os.environ['${fields.variable}']`,
  ];
}

function pythonItems(fields: Fields | null): readonly string[] {
  if (fields === null) return [];
  return [
    ...(fields.user === null ? [] : [`'username': '${fields.user}'`]),
    `'password': os.environ['${fields.variable}']`,
  ];
}

/** Variables by the names that the clients have for what is in them. */
function encryptionOf({ clientCertificate }: TlsReport) {
  const own = clientCertificate ? (['cert', 'key'] as const) : [];
  const read = (name: string): string => `fs.readFileSync(process.env.REDIS_TLS_${name.toUpperCase()})`;
  const python = [
    ['ssl', 'True'],
    ['ssl_ca_certs', "os.environ['REDIS_TLS_CA']"],
    ...own.map((name) => [`ssl_${name}file`, `os.environ['REDIS_TLS_${name.toUpperCase()}']`]),
  ];
  return {
    cli: [
      '--tls',
      '--cacert $REDIS_TLS_CA',
      ...own.map((name) => `--${name} $REDIS_TLS_${name.toUpperCase()}`),
    ]
      .map((option) => `${option} `)
      .join(''),
    javascript: `const tls = { ${['ca', ...own].map((name) => `${name}: ${read(name)}`).join(', ')} };`,
    python: python.map(([name, value]) => `${name}=${value}`),
    pythonItems: python.map(([name, value]) => `'${name}': ${value}`),
  };
}
