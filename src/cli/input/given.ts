/** `--sentinels` and `--master-name`: a group that is known by its sentinels. */

import type { GivenSentinels } from '../../api/external-group.js';
import { RsentinelError } from '../../errors.js';
import { type Address, parseAddress } from '../../model/address.js';
import type { EngineFlags, SentinelsFlags, TargetFlags } from '../flags.js';
import type { Session } from '../session.js';
import { keysFromEnvironment } from './given-keys.js';

/**
 * @returns undefined: the group is named in another way
 * @throws RsentinelError USAGE where the flags name two groups, or half of one, or the environment files that
 *   cannot be used
 */
export async function givenSentinels(
  flags: SentinelsFlags & TargetFlags & EngineFlags,
  session: Pick<Session, 'env' | 'cwd'>,
): Promise<GivenSentinels | undefined> {
  const { sentinels, masterName, file, name, context } = flags;
  if (sentinels === undefined) {
    if (masterName === undefined) return undefined;
    throw new RsentinelError('USAGE', '--master-name tells which master of the given sentinels is meant', {
      hint: 'Give them with --sentinels host:port,host:port.',
    });
  }
  const others = Object.entries({ '--file': file, '--name': name, '--context': context });
  const other = others.find(([, value]) => value !== undefined)?.[0];
  if (other === undefined) {
    return { sentinels, masterName, credentials: await keysFromEnvironment(session) };
  }
  throw new RsentinelError('USAGE', `--sentinels and ${other} name two groups: which one is meant?`, {
    hint: 'With --sentinels no engine is asked, and no file is read.',
  });
}

/** `host:port,host:port`. @throws RangeError with a sentence for the user */
export function parseSentinels(text: string): readonly Address[] {
  return text.split(',').map((part) => {
    const address = parseAddress(part.trim());
    if (address === null || address.port < 1 || address.port > 65_535) {
      throw new RangeError(`${JSON.stringify(part)} is no address like 10.1.2.3:26379 or [::1]:26379.`);
    }
    return address;
  });
}
