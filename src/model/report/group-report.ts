/**
 * A group as it was observed at one moment: containers, roles, links, each sentinel's view, and
 * every fault that was found. This is what `status` and `up` print, and, as JSON, a documented
 * and versioned format (docs/json.md): fields may be added within a version, never changed.
 */
import type { Address } from '../address.js';
import type { ClientLogin, TlsReport } from './connection-report.js';
import type { DivergedWrites } from './diverged-writes.js';

export type Health = 'healthy' | 'degraded' | 'absent';

/** As the engine tells it; `missing`: there is no container. */
export type ContainerState = 'running' | 'created' | 'exited' | 'paused' | 'restarting' | 'dead' | 'missing';

export interface ContainerReport {
  readonly name: string;
  readonly state: ContainerState;
  /** Exit code of a container that has ended. */
  readonly exitCode: number | null;
}

/** A replica's link to its master, as the replica tells it. */
export interface MasterLink {
  readonly master: Address;
  readonly status: 'up' | 'down';
  readonly syncInProgress: boolean;
}

export interface RedisNodeReport {
  readonly kind: 'redis';
  readonly name: string;
  /** The announced address. */
  readonly address: Address;
  /** null: no engine was asked, the group is known by its sentinels. */
  readonly container: ContainerReport | null;
  /** As the node itself says; `unknown`: it does not answer. */
  readonly role: 'master' | 'replica' | 'unknown';
  readonly version: string | null;
  /** Present on a replica. */
  readonly link: MasterLink | null;
  /** Replication offset in bytes. */
  readonly offset: number | null;
  /** Bytes behind the master; null on a master and where it cannot be known. */
  readonly lag: number | null;
  /** Replicas that this node feeds. */
  readonly connectedReplicas: number | null;
}

/** What one sentinel believes of the group. */
export interface SentinelViewReport {
  readonly master: Address;
  /** Sentinel's own words: `master`, `s_down`, `o_down`, `failover_in_progress`, … */
  readonly flags: readonly string[];
  readonly replicas: number;
  readonly otherSentinels: number;
  readonly quorum: number;
  /** Reply of SENTINEL CKQUORUM. */
  readonly quorumReply: string;
  readonly configEpoch: number;
}

export interface SentinelNodeReport {
  readonly kind: 'sentinel';
  readonly name: string;
  readonly address: Address;
  readonly container: ContainerReport | null;
  readonly version: string | null;
  /** SENTINEL MYID; null where it cannot be known. */
  readonly id: string | null;
  /** null: it does not answer, or does not know the master's name. */
  readonly view: SentinelViewReport | null;
  /** The `master0:` line of its INFO, verbatim. */
  readonly info: string | null;
}

export interface Fault {
  /** Stable kebab-case word for scripts. */
  readonly code: string;
  /** Node that it concerns; null: the whole group. */
  readonly node: string | null;
  readonly message: string;
  readonly remedy: string;
}

export interface GroupReport {
  readonly version: 1;
  /** The group's name; the master's where the group is known by its sentinels alone. */
  readonly group: string;
  readonly health: Health;
  /** Milliseconds since 1970 (UTC) at which it was observed. */
  readonly observedAt: number;
  readonly masterName: string | null;
  /** The master that the sentinels agree on; null: they do not, or none answers. */
  readonly master: { readonly node: string | null; readonly address: Address } | null;
  readonly networkMode: string | null;
  /** Who has to log in; null: it is not known, for no engine was asked, or the group is absent. */
  readonly auth: 'none' | 'password' | 'acl' | null;
  /** What an application logs in with; null: nobody has to, or it is not known. Passwords where they were asked for. */
  readonly logins: { readonly redis: ClientLogin; readonly sentinel: ClientLogin } | null;
  /** What clients need to speak TLS; null: nobody speaks it, or it is not known. */
  readonly tls: TlsReport | null;
  /** `fast`: its sentinels run with the periods of `timing: fast`. */
  readonly timing: 'normal' | 'fast';
  /** Holds the nodes' files; null: they are in volumes, or the group is absent. */
  readonly directory: string | null;
  readonly file: string | null;
  /** Milliseconds since 1970 (UTC) until which it is wanted (`up --ttl`); null: no end was set. */
  readonly expiresAt: number | null;
  readonly redis: readonly RedisNodeReport[];
  readonly sentinels: readonly SentinelNodeReport[];
  readonly faults: readonly Fault[];
  /** What former masters that are masters still have acknowledged, and will lose. */
  readonly diverged: readonly DivergedWrites[];
}
