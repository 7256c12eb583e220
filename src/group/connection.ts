/** `env`: how to connect to a group. */
import type { Keyring } from '../access/keyring.js';
import type { Login } from '../access/logins.js';
import type { ClientLogin, ConnectionReport } from '../report/connection-report.js';
import type { GroupReport } from '../report/group-report.js';
import { groupAbsent } from './absent.js';
import type { Context } from './context.js';
import { keyringOn } from './keys.js';
import { nodeMembers } from './on-group.js';
import { masterNameOf } from './presence.js';

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
  return {
    version: 1,
    group: name,
    masterName: masterNameOf(engine),
    sentinels: sentinels.flatMap(({ address }) => address ?? []),
    ...clientLogins(await keyringOn(name, engine, driver), secrets),
  };
}

/** What an application logs in with, for the report of a group. */
export function reportedLogins(keyring: Keyring, secrets: Secrets): GroupReport['logins'] {
  const { redis, sentinel } = clientLogins(keyring, secrets);
  return redis === null || sentinel === null ? null : { redis, sentinel };
}

/** The same, for those who connect. */
function clientLogins({ client }: Keyring, secrets: Secrets): Pick<ConnectionReport, 'redis' | 'sentinel'> {
  const told = (login: Login | null): ClientLogin | null =>
    login === null
      ? null
      : { user: login.user, password: secrets === 'shown' ? login.password.reveal() : null };
  return { redis: told(client.redis), sentinel: told(client.sentinel) };
}
