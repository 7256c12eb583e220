/** What `--help` adds to the commands and their options: conventions and examples. */

export const GENERAL_HELP = `
Examples:
  rsentinel up                       bring up the group of ./topology.yaml
  rsentinel status                   what is observed of it
  rsentinel down --volumes           remove it, with its directory
  rsentinel ls                       every group on the engine
  rsentinel logs -f                  what its nodes say
  rsentinel kill master              and see another take over
  rsentinel reset                    as after up again, without data: between two tests

Without a topology file, up makes the default group: a master, two replicas, three sentinels.

Environment:
  RSENTINEL_FILE, RSENTINEL_NAME     as -f and -n, which win
  RSENTINEL_IMAGE                    image of a group that has no topology file; a file takes it by
                                     image: \${RSENTINEL_IMAGE:-redis:8}
  DOCKER_HOST, DOCKER_CONTEXT        the engine, as for docker; --context wins
  RSENTINEL_TLS_CA, _CERT, _KEY      with --sentinels: the CA that vouches for the nodes, and what is shown
                                     to them; paths of PEM files
  RSENTINEL_USERNAME, _PASSWORD      with --sentinels: the user and password at Redis, and as
                                     RSENTINEL_SENTINEL_USERNAME, _PASSWORD at the sentinels
  NO_COLOR, FORCE_COLOR, CI          as everywhere

Exit codes: 0 done; 1 failed; 2 usage or topology; 3 group degraded or absent (status), or with a
problem (doctor); 124 not ready in time, or another rsentinel is at the group for too long;
129, 130, 143 interrupted.`;

export const UP_HELP = `
Examples:
  rsentinel up -f topology.yaml
  rsentinel up -n ci-42 --format json > group.json
  rsentinel up --dry-run
  rsentinel up -n auto --ttl 30m     a group with a name of its own, for half an hour
  cat topology.yaml | rsentinel up -f -`;

export const STATUS_HELP = `
Exits with 0 when the group is healthy, 3 when it is degraded or absent. With --watch it goes on until
Ctrl-C, or until the group is absent: on a terminal redrawn in place, elsewhere a line for each change,
with --format json a report a line.

Examples:
  rsentinel status
  rsentinel status --watch           and see a failover step by step
  rsentinel status -n mymaster-demo --format json
  rsentinel status --sentinels 10.1.2.3:26379,10.1.2.4:26379 --master-name mymaster
  rsentinel status -q && echo healthy`;

export const ENV_HELP = `
REDIS_SENTINELS, REDIS_MASTER_NAME, and where one has to log in REDIS_USERNAME, REDIS_PASSWORD,
REDIS_SENTINEL_USERNAME, REDIS_SENTINEL_PASSWORD; the passwords with --show-secrets only. With TLS
REDIS_TLS_CA, and where clients show a certificate REDIS_TLS_CERT, REDIS_TLS_KEY: paths of files.
A value that a shell would act upon is in single quotes, which --env-file takes for a part of it.

Examples:
  rsentinel env
  set -a; eval "$(rsentinel env --show-secrets)"; set +a
  (umask 077; rsentinel env --show-secrets > app.env); docker run --env-file app.env app
  rsentinel env --show-secrets --format json`;

export const DOWN_HELP = `
Examples:
  rsentinel down                     the group of the topology file here
  rsentinel down -n mymaster-demo    by name, from anywhere
  rsentinel down --volumes           with configuration and data
  rsentinel down --all --yes         every group on the engine
  rsentinel down --dry-run           the steps that it would take`;

export const RESET_HELP = `
All data of the group is deleted, without a question: every database of every node, and functions.
First whatever \`up\` would do is done: nodes that were killed, paused or cut off come back, and a file
that has changed is rolled out. Then the file's first Redis node is the master again. Containers stay
as they are, and so do client connections, unless the master has to be switched. What is set by CONFIG
SET, statistics and the cache of scripts stay too. Exits with 124 when it does not come about in time.

Examples:
  rsentinel reset
  rsentinel reset -f topology.yaml
  rsentinel reset -n ci-42 -q`;

export const FAILOVER_HELP = `
Writes are held until the next master has every one of them, so that none is lost.

Examples:
  rsentinel failover
  rsentinel failover --to redis-3
  rsentinel failover --format json`;

export const FAULT_HELP = `
Waits until every sentinel has noticed, and says what happened when; exits with 124 when that does
not come about, with what Sentinel says about it.

Examples:
  rsentinel kill master              and see another take over
  rsentinel pause replica --all
  rsentinel restart redis-1          brings a killed node back as a replica
  rsentinel unpause                  all that are paused`;

export const LS_HELP = `
Health is healthy or degraded, as status says it; stopped: no node runs; down: it was taken down,
its files are kept in volumes; partial: no node is there, only fragments; unknown: it could not be
observed within 5 seconds.

Examples:
  rsentinel ls
  rsentinel ls -q
  rsentinel ls --format json`;

export const LOGS_HELP = `
Here -f means --follow. It goes on when nodes stop and start, and ends when the group is gone.

Examples:
  rsentinel logs
  rsentinel logs -f redis-1 sentinel-1
  rsentinel logs -n mymaster-demo --since 10m --tail 100 -t`;

export const DRILL_HELP = `
kill: SIGKILL. pause: its processes are frozen until another is the master. partition: it is cut off from
the network for so long (mode: bridge). failover: a planned switch. The old master is let back in
every round, and the group is left healthy. A client writes and reads meanwhile; its key is removed.
--timing fast: with the low periods of that timing meanwhile. --sentinels: a planned switch of a group that
rsentinel need not have made.
Exits with 1 when a limit was not kept.

Examples:
  rsentinel drill
  rsentinel drill --fault pause -n mymaster-demo
  rsentinel drill --rounds 10 --max-downtime 5s --max-lost 0 --format junit > drill.xml
  rsentinel drill --report drill.html
  rsentinel drill --sentinels 10.1.2.3:26379,10.1.2.4:26379 --max-lost 0`;

export const DOCTOR_HELP = `
Exits with 3 when there is a problem; warnings and notes are none.

Examples:
  rsentinel doctor
  rsentinel doctor -n mymaster-demo --format json
  rsentinel doctor --sentinels 10.1.2.3:26379,10.1.2.4:26379 --master-name mymaster`;

export const PRUNE_HELP = `
Removed are groups that have expired (up --ttl), groups that were made on this machine and whose
topology file or directory is gone, and groups of which no node is left. Without a terminal to ask
on, it takes --yes.

Examples:
  rsentinel prune --dry-run
  rsentinel prune --yes --volumes`;

export const RENDER_HELP = `
Examples:
  rsentinel render                   print the files
  rsentinel render -o group          write group/redis-1/conf/redis.conf, group/redis-1/data, …`;
