/** The topology file of a shape. */
import type { Shape } from './rounds.js';

const AUTH: Readonly<Record<Shape['auth'], string>> = {
  none: '',
  first: 'auth: {password: the-first-password}\n',
  second: 'auth: {password: the-second-password}\n',
  acl: 'auth: acl\n',
};

export function topologyText(shape: Shape): string {
  const { mode, replicas, sentinels, maxmemory, databases, saves, auth, tls } = shape;
  const auto = (times: number) => `[${Array(times).fill('{port: auto}').join(', ')}]`;
  const save = saves ? '' : `, save: '""'`;
  return `
master: {port: auto}
replicas: ${auto(replicas)}
sentinels: ${auto(sentinels)}
sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000}
redis: {config: {maxmemory: ${maxmemory}, databases: ${databases}${save}}}
network: {mode: ${mode}}
${AUTH[auth]}${tls ? 'tls: generate\n' : ''}`;
}
