/** Topologies for tests that do not care which it is. */

/** One master, one replica, three sentinels; every port is picked by rsentinel. */
export const SMALL = `
master: {port: auto}
replicas: [{port: auto}]
sentinels: [{port: auto}, {port: auto}, {port: auto}]
`;

/** The smallest that there is: a master and one sentinel, without a replica. */
export const TINY = `
master: {port: auto}
replicas: 0
sentinels: [{port: auto}]
sentinel: {quorum: 1}
`;

/** One that fails over two to three seconds after its master has died: with Sentinel's own periods. */
export const QUICK = `
master: {port: auto}
replicas: 2
sentinels: [{port: auto}, {port: auto}, {port: auto}]
sentinel: {down-after-milliseconds: 1500, failover-timeout: 10000}
`;
