/**
 * A client of a group, as a program of its own, so that it can run in another network. Reads commands,
 * a JSON array a line; writes `{reply}` or `{error}` for each, in their order.
 *   $1  addresses of sentinels, JSON   $2  the master's name
 */
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';

/** ms for a command. */
const ATTEMPT = 5_000;

const [, , sentinels = '[]', name = ''] = process.argv;
const redis = new Redis({ sentinels: JSON.parse(sentinels), name });
// While the master is down it reports every attempt; what matters is whether commands succeed.
redis.on('error', () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...args] = JSON.parse(line);
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no reply in time')), ATTEMPT));
  const answer = await Promise.race([redis.call(command, ...args), late]).then(
    (reply) => ({ reply }),
    (error) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
