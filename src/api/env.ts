/** `env`: how to connect to a group. */

import type { Context } from '../engine/context.js';
import { groupAbsent } from '../lock/absent.js';
import { nodeMembers } from '../lock/with-group.js';
import type { Keyring } from '../model/credentials/credentials.js';
import { SHARED_FILES } from '../model/credentials/group-tls.js';
import type { Login } from '../model/credentials/logins.js';
import type {
  ClientLogin,
  ConnectionReport,
  TlsConnectionReport,
  TlsReport,
} from '../model/report/connection-report.js';
import type { GroupReport } from '../model/report/group-report.js';
import { masterNameOf } from '../nodes/live/live-nodes.js';
import { keyringOn } from '../nodes/live/load-credentials.js';
import { sharedPath } from '../storage/shared-files.js';

/** Whether passwords are told. */
export type Secrets = 'shown' | 'hidden';

/**
 * How clients connect, as the group was made. No node is asked.
 * @throws RsentinelError GROUP_ABSENT; what concerns the engine
 */
export async function connectionOf(
  name: string,
  secrets: Secrets,
  { driver }: Context,
): Promise<ConnectionReport> {
  const engine = await driver.observe(name);
  const sentinels = nodeMembers(engine).filter(({ role }) => role === 'sentinel');
  if (sentinels.length === 0) throw groupAbsent(name);
  const keyring = await keyringOn(name, engine, driver);
  const directory = sentinels[0]?.storage === 'volume' ? null : (sentinels[0]?.directory ?? null);
  return {
    version: 1,
    group: name,
    masterName: masterNameOf(engine),
    sentinels: sentinels.flatMap(({ address }) => address ?? []),
    ...clientLogins(keyring, secrets),
    tls: tlsOf(keyring, directory, secrets),
  };
}

/** What clients need, for the report of a group. @param directory null: the files are not on this machine */
export function reportedAccess(
  keyring: Keyring,
  directory: string | null,
  secrets: Secrets,
): Pick<GroupReport, 'logins' | 'tls'> {
  const { redis, sentinel } = clientLogins(keyring, secrets);
  return {
    logins: redis === null || sentinel === null ? null : { redis, sentinel },
    tls: tlsReport(keyring, directory),
  };
}

function tlsReport({ tls: [files] }: Keyring, directory: string | null): TlsReport | null {
  if (files === undefined) return null;
  const at = (file: string): string => sharedPath(directory ?? '', file);
  const own = files.own === null ? null : { cert: at(SHARED_FILES.certificate), key: at(SHARED_FILES.key) };
  return {
    clientCertificate: own !== null,
    files:
      directory === null
        ? null
        : { ca: at(SHARED_FILES.authority), cert: own?.cert ?? null, key: own?.key ?? null },
  };
}

function tlsOf(keyring: Keyring, directory: string | null, secrets: Secrets): TlsConnectionReport | null {
  const report = tlsReport(keyring, directory);
  const [files] = keyring.tls;
  if (report === null || files === undefined) return null;
  const { authority, own } = files;
  const key = secrets === 'shown' ? (own?.key ?? null) : null;
  return { ...report, pem: { ca: authority, cert: own?.certificate ?? null, key } };
}

/** What an application logs in with. */
function clientLogins({ client }: Keyring, secrets: Secrets): Pick<ConnectionReport, 'redis' | 'sentinel'> {
  const told = (login: Login | null): ClientLogin | null =>
    login === null
      ? null
      : { user: login.user, password: secrets === 'shown' ? login.password.reveal() : null };
  return { redis: told(client.redis), sentinel: told(client.sentinel) };
}
