/** Whether what the master writes reaches its replicas: only trying shows that. */

import type { Credentials } from '../../model/credentials/credentials.js';
import type { AskedNodes } from '../../model/group-nodes.js';
import type { Fault } from '../../model/report/group-report.js';
import { Connections } from '../client/connection.js';
import { text } from '../client/replies.js';
import { remedy } from './remedies.js';
import type { Snapshot } from './snapshot.js';

/** Nobody listens there; a published message changes no data, and is replicated all the same. */
const CHANNEL = '__rsentinel__:stream';
/** ms for the replicas to acknowledge it; then it is tried again. */
const PATIENCE = 200;

/**
 * A replica that has just got a copy of the data is `online` in the master's INFO at once, and its link is up; but
 * the master holds back what it writes until the replica has acknowledged the copy. Redis 7.0 misses the
 * first acknowledgement now and then, and the next one comes a second later (seen on 7.0.15: up to 0.44 s after all else was as
 * it should be). What is acknowledged to clients until then is lost when the master dies.
 * @param snapshot one that shows nothing amiss
 */
export async function findStreamFaults(
  { redis }: Pick<AskedNodes, 'redis'>,
  snapshot: Snapshot,
  credentials: Credentials,
): Promise<readonly Fault[]> {
  const master = redis.find(({ name }) => {
    const answer = snapshot.redis.get(name);
    return answer?.kind === 'redis' && answer.role === 'master';
  });
  const replicas = redis.length - 1;
  if (master === undefined || replicas === 0) return [];
  // Whoever waits in the others would wait as well.
  const connections = new Connections(credentials);
  const why = await connections
    .query(master.control, [
      ['PUBLISH', CHANNEL, ''],
      ['WAIT', String(replicas), String(PATIENCE)],
    ])
    .then(([published, reached]) => {
      if (!published?.ok) return text(published);
      // A server that has no WAIT cannot be asked.
      if (!reached?.ok || Number(reached.value) >= replicas) return null;
      return `${Number(reached.value)} of ${replicas} replicas have acknowledged what it has just sent`;
    })
    // Somebody has paused writes, so that there is nothing to hold back; or it has just died, which others find.
    .catch(() => null)
    .finally(() => connections.close());
  if (why === null) return [];
  const message = `what ${master.name} writes does not reach every replica yet: ${why}`;
  return [{ code: 'replica-stream', node: master.name, message, remedy: remedy('replica-stream') }];
}
