/** What clients need to connect to a group, for its report. */
import type { Credentials } from '../../model/credentials/credentials.js';
import { SHARED_FILES } from '../../model/credentials/group-tls.js';
import type { Login } from '../../model/credentials/logins.js';
import type { ClientLogin, ConnectionReport, TlsReport } from '../../model/report/connection-report.js';
import type { GroupReport } from '../../model/report/group-report.js';
import { sharedPath } from '../../storage/shared-files.js';

/** Whether passwords are shown. */
export type Secrets = 'shown' | 'hidden';

/** What clients need, for the report of a group. @param directory null: the files are not on this machine */
export function reportedAccess(
  credentials: Credentials,
  directory: string | null,
  secrets: Secrets,
): Pick<GroupReport, 'logins' | 'tls'> {
  const { redis, sentinel } = clientLogins(credentials, secrets);
  return {
    logins: redis === null || sentinel === null ? null : { redis, sentinel },
    tls: tlsReport(credentials, directory),
  };
}

export function tlsReport({ tls: [files] }: Credentials, directory: string | null): TlsReport | null {
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

/** What an application logs in with. */
export function clientLogins(
  { client }: Credentials,
  secrets: Secrets,
): Pick<ConnectionReport, 'redis' | 'sentinel'> {
  const told = (login: Login | null): ClientLogin | null =>
    login === null
      ? null
      : { user: login.user, password: secrets === 'shown' ? login.password.reveal() : null };
  return { redis: told(client.redis), sentinel: told(client.sentinel) };
}
