/**
 * A topology: what the user asked for, with every default filled in and every rule checked.
 * Pure data; where it came from and where it will run are not its business.
 */

import type { Secret } from './credentials/secret.js';

/** A fixed port, or one that `up` picks. */
export type Port = number | 'auto';

/** How the nodes are addressed (DESIGN section 5). */
export type NetworkMode = 'loopback' | 'bridge' | 'published' | 'host';

/** Where the nodes keep their files: in directories of this machine, or in volumes of the engine. */
export type StorageKind = 'directory' | 'volume';

/**
 * How quickly a group fails over. `normal`: with Sentinel's own timer periods. `fast`: with the lowest that
 * failovers bear, where all nodes are on one machine; `fast-anywhere`: also where they are not.
 */
export type TimingChoice = 'normal' | 'fast' | 'fast-anywhere';

/** One line of a configuration file: `name value`. A directive may stand more than once (`save`). */
export interface Directive {
  readonly name: string;
  /** As it stands in the file, quoted by the user where Redis wants quotes. No line breaks, no control characters. */
  readonly value: string;
}

/** A redis-server process, Redis or Sentinel, as the topology names it. */
export interface TopologyNode {
  /** `redis-1`, `sentinel-2`, or the user's own name. Unique within the group. */
  readonly name: string;
  readonly port: Port;
  /** Whether the file itself names the port; where it does not, a group that runs may give another to a node that joins it. */
  readonly portIsFixed: boolean;
  /** The group's directives with the node's own merged over them, in order. */
  readonly directives: readonly Directive[];
}

/** The directives of sentinel.conf that belong to the monitored master, by Redis's own names. */
export interface SentinelSettings {
  readonly quorum: number;
  /** ms */
  readonly 'down-after-milliseconds': number;
  readonly 'parallel-syncs': number;
  /** ms */
  readonly 'failover-timeout': number;
}

export interface TopologyNetwork {
  /** Undefined: what fits the engine. */
  readonly mode: NetworkMode | undefined;
  /** CIDR of the group's network in bridge mode; chosen when absent. */
  readonly subnet: string | undefined;
  /** IPv4 address or host name at which the nodes are reached in the modes published and host; undefined: what fits the engine. */
  readonly address: string | undefined;
  /** Whether the user knows that others may reach the nodes, which have no password. */
  readonly insecure: boolean;
}

/** Where a password comes from. */
export type PasswordSource =
  | { readonly kind: 'given'; readonly password: Secret }
  /** Absolute path of a file that holds nothing else. */
  | { readonly kind: 'file'; readonly path: string }
  /** Made up once, and kept with the group's files. */
  | { readonly kind: 'generate' };

/** Who has to log in. */
export interface TopologyAuth {
  /** `password`: one for everybody. `acl`: a user for each purpose, with what that needs. */
  readonly mode: 'password' | 'acl';
  /** The application's; `acl` only. */
  readonly user: string;
  /** The application's at Redis. */
  readonly password: PasswordSource;
  /** The application's at the sentinels. */
  readonly sentinelPassword: PasswordSource | 'same';
  /** What the application may do, as ACL rules; null: data, and what client libraries ask. */
  readonly rules: readonly string[] | null;
}

/** Absolute paths of files that somebody else has issued. */
export interface TlsFilePaths {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** What clients show; null: what the nodes have, where nodes ask for one. */
  readonly client: { readonly certificate: string; readonly key: string } | null;
}

/** Everybody speaks TLS, and nothing else. */
export interface TopologyTls {
  /** Whether clients show a certificate, in Redis's own words. */
  readonly authClients: 'no' | 'optional' | 'yes';
  /** null: certificates are made, and kept with the group's files. */
  readonly files: TlsFilePaths | null;
}

export interface Topology {
  readonly name: string;
  readonly image: string;
  /** What clients ask the sentinels for. */
  readonly masterName: string;
  /** The Redis nodes; the first is the master of a group that has no history. */
  readonly redis: readonly [TopologyNode, ...TopologyNode[]];
  readonly sentinels: readonly [TopologyNode, ...TopologyNode[]];
  readonly sentinel: SentinelSettings;
  /** Bytes that the container of a Redis node may use; undefined: what fits its `maxmemory`. */
  readonly memory: number | undefined;
  readonly timing: TimingChoice;
  readonly network: TopologyNetwork;
  /** null: nobody has to log in. */
  readonly auth: TopologyAuth | null;
  /** null: nobody speaks TLS. */
  readonly tls: TopologyTls | null;
  /** Undefined: what fits the engine. */
  readonly storage: StorageKind | undefined;
  /** Absolute path that holds `<node>/conf` and `<node>/data`. */
  readonly directory: string;
  /** Absolute paths of the user's own templates; undefined: the ones of the package. */
  readonly templates: { readonly redis: string | undefined; readonly sentinel: string | undefined };
  /** Absolute path of the file it was read from; undefined for standard input or a library caller's text. */
  readonly file: string | undefined;
}
