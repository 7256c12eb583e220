/**
 * A group spec: a topology with every address decided. Everything the plan, the templates and
 * the engine need to know about the group that should exist, and nothing about what does exist.
 */

import type { Address, Endpoint } from './address.js';
import type { GroupAccess } from './credentials/group-access.js';
import type { GroupTls } from './credentials/group-tls.js';
import type { Timing } from './timing.js';
import type { Directive, NetworkMode, SentinelSettings, StorageKind } from './topology.js';

/** The texts of the templates, by the kind of node that they make a configuration file for. */
export interface Templates {
  readonly redis: string;
  readonly sentinel: string;
}

interface NodeSpecBase {
  readonly name: string;
  /** The address that is announced: it works for nodes, sentinels and clients alike. */
  readonly address: Address;
  /** The address at which this machine reaches the node. */
  readonly control: Endpoint;
  /** Name of the container on the engine. */
  readonly container: string;
  readonly directives: readonly Directive[];
  /** Bytes that its container may use. */
  readonly memory: number;
  /** Hex digest of all that makes up the container: another one means that the container must be replaced. */
  readonly containerDigest: string;
  readonly conf: ConfDigests;
}

/** Digests of what a configuration file is rendered from, the group's history apart. */
export interface ConfDigests {
  /** Of all of it but the logins and the certificates. */
  readonly whole: string;
  /** Of what is no directive of the topology: the template, the address, the master's name. */
  readonly frame: string;
  /** Of what logs in, and with what. */
  readonly access: string;
  /** Of the certificates that the node is started with; `none`: it does not speak TLS. */
  readonly tls: string;
}

export interface RedisNodeSpec extends NodeSpecBase {
  readonly kind: 'redis';
}

export interface SentinelNodeSpec extends NodeSpecBase {
  readonly kind: 'sentinel';
}

export type NodeSpec = RedisNodeSpec | SentinelNodeSpec;
export type NodeKind = NodeSpec['kind'];

/** The container that owns the network namespace all nodes join in loopback mode. */
export interface AnchorSpec {
  readonly container: string;
  /** Ports that it publishes: those of the nodes, and spare ones for nodes that join later. */
  readonly ports: readonly number[];
  /** Hex digest of all that makes up the container, its ports and its image apart. */
  readonly digest: string;
}

export interface NetworkSpec {
  readonly mode: NetworkMode;
  /** Name of the network on the engine, which there is in every mode but `host`. */
  readonly name: string;
  /** CIDR; undefined: the engine picks one. */
  readonly subnet: string | undefined;
  /** Whether its containers may reach each other in it: not where the nodes share one of them. */
  readonly isShared: boolean;
  /** Hex digest of what makes it up, its name and subnet apart. */
  readonly digest: string;
}

export interface GroupSpec {
  readonly name: string;
  readonly image: string;
  readonly masterName: string;
  readonly sentinel: SentinelSettings;
  readonly timing: Timing;
  readonly network: NetworkSpec;
  /** Present in loopback mode, absent in the others. */
  readonly anchor: AnchorSpec | null;
  /** The first is the master of a group that has no history. */
  readonly redis: readonly [RedisNodeSpec, ...RedisNodeSpec[]];
  readonly sentinels: readonly [SentinelNodeSpec, ...SentinelNodeSpec[]];
  readonly access: GroupAccess;
  /** null: nobody speaks TLS. */
  readonly tls: GroupTls | null;
  readonly storage: StorageKind;
  /** Absolute path that holds `<node>/conf` and `<node>/data`. */
  readonly directory: string;
  readonly templates: Templates;
  readonly file: string | undefined;
}
