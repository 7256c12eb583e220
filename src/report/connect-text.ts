/** How to connect to a group: the sentinels, in the words of the clients people use. */
import { type Address, formatAddress } from '../spec/address.js';
import { containerName } from '../spec/build.js';
import { isLoopback, LOOPBACK } from '../spec/settle.js';
import { printable } from '../topology/text.js';
import type { ClientLogin } from './connection-report.js';
import type { GroupReport } from './group-report.js';
import type { Style } from './style.js';
import { table } from './table.js';

/**
 * Snippets to copy, and from where the addresses work.
 * @param masterName what clients ask the sentinels for
 */
export function connectLines(report: GroupReport, masterName: string, style: Style): readonly string[] {
  const addresses = report.sentinels.map((sentinel) => sentinel.address);
  const [first] = addresses;
  if (first === undefined) return [];
  const host = first.host === '127.0.0.1' ? '' : `-h ${first.host} `;
  const python = addresses.map((address) => `('${address.host}', ${address.port})`).join(', ');
  const words = wordsFor(report.logins);
  const rows = [
    ['sentinels', addresses.map(formatAddress).join(',')],
    ...words.logIn.map((how) => ['log in', how] as const),
    [
      'redis-cli',
      `${words.shell}redis-cli ${host}-p ${first.port} ${words.cli}SENTINEL GET-MASTER-ADDR-BY-NAME ${masterName}`,
    ],
    ['JavaScript', `const sentinels = ${javascriptList(addresses)};`],
    ['  ioredis', `new Redis({ sentinels, name: '${masterName}'${words.ioredis} })`],
    ['  redis', `createSentinel({ name: '${masterName}', sentinelRootNodes: sentinels${words.nodeRedis} })`],
    ['redis-py', `Sentinel([${python}]${words.python}).discover_master('${masterName}')`],
  ] as const;
  return [
    `${style.bold('Connect')} ${style.dim(printable(reach(report)))}`,
    ...table(rows.map(([client, code]) => [{ text: `  ${client}`, paint: style.dim }, code])),
  ];
}

/** How the snippets log in: by what `rsentinel env` names, never by the password itself. */
interface LoginWords {
  readonly logIn: readonly string[];
  readonly shell: string;
  readonly cli: string;
  readonly ioredis: string;
  readonly nodeRedis: string;
  readonly python: string;
}

const NO_LOGIN: LoginWords = { logIn: [], shell: '', cli: '', ioredis: '', nodeRedis: '', python: '' };

function wordsFor(logins: GroupReport['logins']): LoginWords {
  if (logins === null) return NO_LOGIN;
  const { redis, sentinel } = logins;
  const given = ({ user }: ClientLogin): string | null => (user === 'default' ? null : user);
  const [user, sentinelUser] = [given(redis), given(sentinel)];
  const js = (name: string, variable: string): string => `${name}: process.env.${variable}`;
  const fields = (name: string | null, variable: string, [forUser, forPassword]: readonly [string, string]) =>
    [...(name === null ? [] : [`${forUser}: '${name}'`]), js(forPassword, variable)].join(', ');
  const node = (name: string | null, variable: string) => fields(name, variable, ['username', 'password']);
  const py = (name: string | null, variable: string) =>
    [...(name === null ? [] : [`'username': '${name}'`]), `'password': os.environ['${variable}']`].join(', ');
  const pyUser = user === null ? '' : `username='${user}', `;
  return {
    logIn: ['eval "$(rsentinel env --show-secrets)" in a shell, exported; or an env file'],
    shell: 'REDISCLI_AUTH=$REDIS_SENTINEL_PASSWORD ',
    cli: sentinelUser === null ? '' : `--user ${sentinelUser} `,
    ioredis: `, ${node(user, 'REDIS_PASSWORD')}, ${fields(sentinelUser, 'REDIS_SENTINEL_PASSWORD', ['sentinelUsername', 'sentinelPassword'])}`,
    nodeRedis: `, nodeClientOptions: { ${node(user, 'REDIS_PASSWORD')} }, sentinelClientOptions: { ${node(sentinelUser, 'REDIS_SENTINEL_PASSWORD')} }`,
    python: `, ${pyUser}password=os.environ['REDIS_PASSWORD'], sentinel_kwargs={${py(sentinelUser, 'REDIS_SENTINEL_PASSWORD')}}`,
  };
}

/** Short where the sentinels share a host, as they do in loopback mode. */
function javascriptList(addresses: readonly Address[]): string {
  const [first] = addresses;
  if (first !== undefined && addresses.length > 1 && addresses.every(({ host }) => host === first.host)) {
    return `[${addresses.map(({ port }) => port).join(', ')}].map((port) => ({ host: '${first.host}', port }))`;
  }
  return `[${addresses.map(({ host, port }) => `{ host: '${host}', port: ${port} }`).join(', ')}]`;
}

/** From where these addresses work (they are the ones the sentinels hand out). */
function reach({ group, networkMode, sentinels }: GroupReport): string {
  const host = sentinels[0]?.address.host ?? LOOPBACK;
  switch (networkMode) {
    case 'loopback':
      return `from this machine, or from a container with --network container:${containerName(group, 'anchor')}`;
    case 'bridge':
      return `from a container with --network ${group}, or from this machine if it runs Linux`;
    case 'published':
      return `from whatever reaches ${host}`;
    case 'host':
      return isLoopback(host)
        ? 'from this machine, or from a container with --network host'
        : `from whatever reaches ${host}`;
    default:
      return '';
  }
}
