/** What to do about a trap, by its code; docs/troubleshooting.md tells of each of them. */
export const TRAP_REMEDIES = {
  'address-unreachable':
    'Every node must announce an address that works for the nodes, the sentinels and the clients alike: set replica-announce-ip and sentinel announce-ip to it, and publish each port under its own number. docs/addresses.md tells more.',
  'address-other-node':
    'Publish every port under its own number, and announce that (replica-announce-port, sentinel announce-port); no two nodes may have the same address and port.',
  'address-remapped':
    'Announce the address at which clients reach it: sentinel announce-ip and announce-port, with the port published under its own number.',
  'address-loopback':
    'Announce an address of that machine instead of 127.0.0.1, which is another place for every client: replica-announce-ip and sentinel announce-ip.',
  'address-mixed':
    'Use IP addresses everywhere, or names everywhere (sentinel resolve-hostnames yes, announce-hostnames yes, and names in replica-announce-ip and sentinel announce-ip).',
  'conf-not-saved':
    'Its log says why. Mount the directory of the file, not the file alone ("Device or resource busy"), let the user of the server write there, and check the free space.',
  'conf-missing': 'Start it with a configuration file in a directory that it may write to.',
  'sentinels-too-few': 'Run at least three sentinels, on three machines where it matters.',
  'sentinels-even': 'Add a sentinel, or take one away.',
  'quorum-impossible':
    'Lower the quorum to more than half of the sentinels: SENTINEL SET <master name> quorum N on each, or sentinel.quorum in the topology file and `rsentinel up`.',
  'quorum-below-majority':
    'Nothing, if a master should be taken for dead early: a majority must still agree to the failover. Otherwise more than half of the sentinels.',
  'quorum-differs': 'Set the same quorum on every sentinel: SENTINEL SET <master name> quorum N.',
  'sentinels-one-machine':
    'Nothing for a fixture. Where availability matters, run the sentinels on three machines that fail independently of each other.',
  'min-replicas-unset':
    'Set min-replicas-to-write 1 and min-replicas-max-lag 10 on every Redis node: a master without a replica then refuses writes after 10 s. Writes that must not be lost wait for replicas with WAIT.',
  'min-replicas-too-many':
    'Set min-replicas-to-write lower than the number of replicas: one of them is the master after a failover.',
  'no-candidate':
    'Give at least one replica a replica-priority other than 0 (100 is the default); a group without replicas needs one.',
  'clock-skew': 'Run a time service (NTP, chrony) on every machine.',
  tilt: 'It ends 30 s after the last jump of the clock. If it comes back: the machine is overloaded, was suspended, or its clock is set by leaps.',
  'other-master':
    'If nobody needs it any more, make this sentinel forget it: SENTINEL REMOVE <master name>, on each sentinel.',
  'half-made': 'Run `rsentinel up` to complete the group, or `rsentinel down` to remove what is left of it.',
  leftovers:
    '`rsentinel up` and `down` remove what is left of their own group, `rsentinel prune` that of others.',
  overcommit:
    'Run `sysctl vm.overcommit_memory=1` on the machine of the nodes, and put that line into /etc/sysctl.conf.',
  'network-unfiltered':
    'On the machine of the engine: `modprobe br_netfilter`, `sysctl net.bridge.bridge-nf-call-iptables=1`, and restart the engine. Until then put nobody else into the network of the group.',
  'files-in-git':
    'Take them out with `git rm -r --cached` on the directory of the group (the .gitignore in it keeps new ones out) and commit that. Change the passwords where others have seen the repository: other ones in the topology file, and `rsentinel up`.',
  'down-after-low':
    'Set down-after-milliseconds to 1500 or more: 5000 to 30000 outside of tests. With `timing: fast` 500 is enough.',
  'failover-timeout-low': 'Set failover-timeout to 3000 or more: 10000 for tests, 180000 is the default.',
  'no-password':
    'Let nobody reach the ports whom you do not trust with the data, or write `auth: generate` in the topology file and run `rsentinel up`.',
  'old-version': 'Move to a version that is maintained.',
  'versions-differ':
    'Bring all nodes to one version; while that is under way, the replicas go first and the master last.',
} as const satisfies Readonly<Record<string, string>>;

export type TrapCode = keyof typeof TRAP_REMEDIES;
