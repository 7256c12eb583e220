/** What the nodes of a group say at one moment, as values. Parsed from INFO and SENTINEL replies. */
import { type Address, sameAddress } from '../../model/address.js';
import type { SentinelSettings } from '../../model/topology.js';
import type { TlsFailure } from '../../tls/failure.js';

/** A node that does not answer, and why. */
export interface Silent {
  readonly kind: 'silent';
  readonly reason: string;
  /** Whether it answers, and lets nobody in with what we have. */
  readonly isLocked: boolean;
  /** Present where TLS is what it fails at. */
  readonly tls?: TlsFailure;
}

export interface RedisAnswer {
  readonly kind: 'redis';
  readonly product: 'redis' | 'valkey';
  readonly version: string;
  readonly loading: boolean;
  readonly role: 'master' | 'replica';
  /** The replica's side of the link; null on a master. */
  readonly link: {
    readonly master: Address;
    readonly status: 'up' | 'down';
    readonly syncInProgress: boolean;
  } | null;
  /** Bytes. */
  readonly offset: number;
  /** The master's side of the links: what this node feeds. */
  readonly replicas: readonly {
    readonly address: Address;
    readonly state: string;
    readonly offset: number;
  }[];
}

/** How a sentinel sees another node. */
export interface InstanceView {
  readonly address: Address;
  readonly flags: readonly string[];
  /** Empty until Sentinel has learnt it. */
  readonly runid: string;
  /** ms since the ping that is still unanswered; 0: none is. */
  readonly lastPingSent: number;
}

/** The directives are those that the sentinel goes by now. */
export interface MasterView extends InstanceView, SentinelSettings {
  readonly roleReported: string;
  readonly configEpoch: number;
  readonly replicas: number;
  readonly otherSentinels: number;
}

export interface ReplicaView extends InstanceView {
  readonly roleReported: string;
  readonly masterLinkStatus: string;
  readonly master: Address;
}

export interface SentinelAnswer {
  readonly kind: 'sentinel';
  readonly product: 'redis' | 'valkey';
  readonly version: string;
  /** null: it is not in TILT; `since`: seconds that it has been, null where the version does not tell (before 7.0). */
  readonly tilt: { readonly since: number | null } | null;
  /** null before 6.2, which has no SENTINEL MYID. */
  readonly myid: string | null;
  /** The line of INFO that concerns the master. */
  readonly info: string | null;
  /** null: it does not watch a master of that name. */
  readonly master: MasterView | null;
  readonly replicas: readonly ReplicaView[];
  readonly sentinels: readonly InstanceView[];
  /** Reply of SENTINEL CKQUORUM, error or not. */
  readonly quorumReply: string;
  /** ms, by SENTINEL DEBUG’s names in lower case; null before 7.0. */
  readonly periods: ReadonlyMap<string, number> | null;
}

/** Answers by node name. */
export interface Snapshot {
  readonly redis: ReadonlyMap<string, RedisAnswer | Silent>;
  readonly sentinels: ReadonlyMap<string, SentinelAnswer | Silent>;
}

/** Every node that a sentinel watches or knows. */
export function instancesOf(answer: SentinelAnswer): readonly InstanceView[] {
  return [...(answer.master === null ? [] : [answer.master]), ...answer.replicas, ...answer.sentinels];
}

/** What the sentinels that answer, and watch the master, say of it. */
export function masterViews({ sentinels }: Snapshot): readonly MasterView[] {
  return [...sentinels.values()].flatMap((answer) =>
    answer.kind === 'sentinel' && answer.master !== null ? [answer.master] : [],
  );
}

/** The master that all of them name; null as soon as two differ, or when none answers. */
export function agreedMaster(snapshot: Snapshot): Address | null {
  const [first, ...others] = masterViews(snapshot);
  return first !== undefined && others.every(({ address }) => sameAddress(address, first.address))
    ? first.address
    : null;
}
