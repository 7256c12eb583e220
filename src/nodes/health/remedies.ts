/** What to do about a fault, by its code. */

const WAIT = 'Sentinel does this by itself within seconds; if it stays, look at the log of the node.';
const LOG =
  'Look at the log of the node (`docker logs`), and run `rsentinel up` to start what is not running.';

const REMEDIES: Readonly<Record<string, string>> = {
  'container-missing':
    'Run `rsentinel up`: it makes the container again, with the data that is kept in its directory.',
  'container-stopped':
    'Run `rsentinel up`: it starts the node again, as a replica if there is another master by now.',
  'container-out-of-memory':
    'Give the Redis nodes more memory (`redis.memory` in the topology file), or limit the data (`maxmemory`); then `rsentinel up`.',
  'container-paused': 'Run `docker unpause` on it, or `rsentinel up`.',
  'network-missing':
    'Run `rsentinel up`: it makes the network and the containers again, with the data that is kept.',
  'anchor-missing':
    'Run `rsentinel up`: it makes the anchor and the containers of the nodes again, with the data that is kept.',
  'anchor-stopped':
    'Run `rsentinel up`: it starts the anchor and the nodes again, with the data that is kept.',
  'node-detached':
    'Run `rsentinel up`, or `rsentinel heal` after a partition: it puts the node back on the network.',
  'node-silent': LOG,
  'certificate-expired':
    'Run `rsentinel up`: it renews what it has made. Files of your own: put new ones in their place first.',
  'certificate-not-yet-valid':
    'Compare the clock of this machine with that of who has issued it. Then run `rsentinel up`.',
  'certificate-wrong-host':
    'Run `rsentinel up`: it gives the node its own again. Files of your own have to name every address.',
  'certificate-untrusted': 'Run `rsentinel up`: it gives every node a certificate of the same authority.',
  'certificate-required':
    'Run `rsentinel up`. With --sentinels: set RSENTINEL_TLS_CERT and RSENTINEL_TLS_KEY to the files of a client certificate.',
  'certificate-refused':
    'Run `rsentinel up`. With --sentinels: give a certificate that is valid, and signed by whom the nodes trust.',
  'tls-missing': 'Run `rsentinel up`; if it stays, look whether something else listens on its port.',
  'tls-failed': 'Look at the log of the node (`docker logs`): it has a line for every connection that fails.',
  'login-refused':
    'What it asks for does not stand with the group’s files: somebody has changed its password, or removed the file. `rsentinel down` and `up` give every node the passwords of the topology; the data stays.',
  'node-loading': 'Wait until the data set is in memory.',
  'master-unknown':
    'Its sentinel.conf has lost the group: run `rsentinel down`, remove that node’s conf directory, run `rsentinel up`.',
  'master-disagreement':
    'A failover may be under way; wait for it to end. If it stays, the sentinels cannot reach each other.',
  'epoch-disagreement': WAIT,
  'master-foreign': 'Something else uses the same ports, or another group’s configuration was copied here.',
  'master-flags':
    'If the master is dead, the sentinels elect another one after down-after-milliseconds, given a quorum.',
  'role-reported': WAIT,
  'replica-unknown':
    'Sentinel learns of replicas from the master every 10 seconds. If it stays, the replica announces another address.',
  'replica-foreign':
    'If that replica is gone for good, make the sentinels forget it: SENTINEL RESET, one sentinel at a time.',
  'replica-count': WAIT,
  'replica-flags': 'Start the replica again with `rsentinel up`; Sentinel takes it back by itself.',
  'replica-link': WAIT,
  'replica-master': 'Sentinel points it at the master by itself, within some 10 seconds.',
  'sentinel-tilt':
    'Wait: TILT ends 30 s after the last jump. `docker restart` of that sentinel ends it at once. If it comes back, the machine is overloaded or its clock is set by leaps.',
  'master-gone': 'The sentinels replace it after down-after-milliseconds, given a quorum and a replica.',
  'sentinel-unknown':
    'Sentinels find each other through the master every 2 seconds. If it stays, they cannot subscribe there.',
  'sentinel-foreign':
    'If that sentinel is gone for good, make the others forget it: SENTINEL RESET, one sentinel at a time.',
  'sentinel-count': WAIT,
  'sentinel-flags': 'Start the sentinel again with `rsentinel up`.',
  'sentinel-identity':
    'Two sentinels share an address, or one was made anew: SENTINEL RESET, one sentinel at a time.',
  'replica-stream': 'The replicas acknowledge within a second; if it stays, look at their logs.',
  'acl-missing':
    'Somebody has changed that user: without it a failover or replication does not get through. Run `rsentinel up`, which gives it its rules back.',
  'runid-unknown': WAIT,
  'link-unproved':
    'They reach each other but are refused: check the passwords and users of the node that is pinged.',
  quorum: 'Too few sentinels can see each other for a failover: start the missing ones with `rsentinel up`.',
  'master-role': 'A failover may be under way; wait for it to end.',
  'replica-not-online': 'Wait for the first synchronisation; if it stays, look at the log of the replica.',
  'replica-role':
    'Sentinel makes it a replica by itself, within some 10 seconds; what was written to it since is lost then.',
  'writes-diverged':
    'They are lost when it follows the present master, which Sentinel sees to within some 10 seconds of reaching it: copy what you need from it before (`docker exec` reaches it where it is cut off).',
  'replica-link-down':
    'Wait for the synchronisation; if it stays, the master refuses it or cannot be reached.',
  'address-unreachable':
    'Clients are given this address: nothing must stand between them and it (firewall, VPN, another network).',
  'conf-not-saved':
    'Sentinel must be able to write to its conf directory: check who owns it, and the free space.',
  'periods-lost': 'Run `rsentinel up`: it sets them again. Sentinel keeps no such periods over a restart.',
  'periods-lowered': 'Run `rsentinel up`: it puts them back. Low periods make failovers abort.',
};

export function remedy(code: string): string {
  return REMEDIES[code] ?? LOG;
}
