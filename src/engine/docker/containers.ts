/** Spec → the engine's description of a container, and of the network. Pure. */

import type { ContainerCreateOptions, HostConfig, NetworkCreateOptions } from 'dockerode';
import { CONF_FILE } from '../../config/conf.js';
import type { NodeMounts, Owner } from '../../model/files.js';
import type { AnchorSpec, GroupSpec, NodeSpec } from '../../model/group-spec.js';
import { LOOPBACK } from '../../spec/defaults.js';
import { anchorLabels, groupLabels, LABEL, nodeLabels } from './labels.js';
import { LEAST_MEMORY, restrictions } from './restrictions.js';
import { mount } from './volumes/mounts.js';

/** Where a node finds its directories inside its container. */
const INSIDE = { conf: '/conf', data: '/data' } as const;

/** Containers cannot reach each other: whoever else is put into the network. Podman takes it, and does nothing. */
const SEPARATE = { 'com.docker.network.bridge.enable_icc': 'false' };

export function networkOptions(spec: GroupSpec): NetworkCreateOptions {
  const { name, subnet, isShared, digest } = spec.network;
  return {
    Name: name,
    Driver: 'bridge',
    CheckDuplicate: true,
    Labels: { ...groupLabels(spec), [LABEL.spec]: digest },
    ...(isShared ? {} : { Options: SEPARATE }),
    ...(subnet === undefined ? {} : { IPAM: { Config: [{ Subnet: subnet }] } }),
  };
}

/** What containers depend on beyond the spec. */
export interface ContainerDefaults {
  /** Name of the server in the image. */
  readonly server: string;
  readonly owner: Owner;
  /** Whether the engine runs on the Linux of this machine, without anything between them. */
  readonly isNative: boolean;
}

/** What every container of a group has in common: as little power as Redis needs. */
function baseline(
  spec: GroupSpec,
  { server, owner }: ContainerDefaults,
  memory: number,
  host: HostConfig,
): ContainerCreateOptions {
  return {
    Image: spec.image,
    // The entrypoints of the official images differ by version in whom they drop to and what
    // they chown; the server itself is the same everywhere.
    Entrypoint: [server],
    User: `${owner.uid}:${owner.gid}`,
    WorkingDir: INSIDE.data,
    StopSignal: 'SIGTERM',
    Healthcheck: { Test: ['NONE'] },
    HostConfig: { ...restrictions(memory), ...host },
  };
}

/**
 * Where nobody has to log in no packet of the container is forwarded by anyone: it talks to the engine's host and to its own network,
 * and to nobody else. Without it, whoever has a route by way of the host gets in at the container's own
 * address, wherever the ports are published: other machines on Docker before 28, the default network's
 * containers on Podman. A virtual machine may have to forward what comes from 127.0.0.1.
 */
function confined({ access }: GroupSpec, { isNative }: ContainerDefaults): HostConfig {
  return isNative && access.kind === 'none' ? { Sysctls: { 'net.ipv4.ip_default_ttl': '1' } } : {};
}

/** @param on IP of the interface */
function published(ports: readonly number[], on: string): Required<Pick<HostConfig, 'PortBindings'>> {
  return {
    PortBindings: Object.fromEntries(
      ports.map((port) => [`${port}/tcp`, [{ HostIp: on, HostPort: String(port) }]]),
    ),
  };
}

function exposed(ports: readonly number[]): Record<string, Record<string, never>> {
  return Object.fromEntries(ports.map((port) => [`${port}/tcp`, {}]));
}

/**
 * The anchor of a group in loopback mode. All that it must do is to be there, with whatever
 * program every suitable image has: a Redis server that listens on nothing but a socket of its own.
 */
export function anchorOptions(
  spec: GroupSpec,
  anchor: AnchorSpec,
  ground: ContainerDefaults,
): ContainerCreateOptions {
  const { ports } = anchor;
  return {
    ...baseline(spec, ground, LEAST_MEMORY, {
      NetworkMode: spec.network.name,
      // Over the image's own volume, which would otherwise leave an anonymous one behind. It belongs to
      // root, for Podman knows no owner of a tmpfs: the socket is where everybody may write.
      Tmpfs: { [INSIDE.data]: 'rw,noexec,nosuid,size=1m' },
      ...published(ports, LOOPBACK),
      ...confined(spec, ground),
    }),
    name: anchor.container,
    Cmd: ['--port', '0', '--unixsocket', '/dev/shm/anchor.sock', '--save', '', '--loglevel', 'warning'],
    Labels: anchorLabels(spec, anchor),
    ExposedPorts: exposed(ports),
  };
}

export function nodeOptions(
  spec: GroupSpec,
  node: NodeSpec,
  mounts: NodeMounts,
  ground: ContainerDefaults,
): ContainerCreateOptions {
  const host: HostConfig = {
    Mounts: [mount(mounts.kind, mounts.conf, INSIDE.conf), mount(mounts.kind, mounts.data, INSIDE.data)],
  };
  const file = `${INSIDE.conf}/${CONF_FILE[node.kind]}`;
  const common = { name: node.container, Labels: nodeLabels(spec, node) };
  const command = node.kind === 'sentinel' ? [file, '--sentinel'] : [file];
  const base = (more: HostConfig): ContainerCreateOptions =>
    baseline(spec, ground, node.memory, { ...host, ...more });
  if (spec.anchor !== null) {
    return { ...base({ NetworkMode: `container:${spec.anchor.container}` }), ...common, Cmd: command };
  }
  if (spec.network.mode === 'host') {
    return { ...base({ NetworkMode: 'host' }), ...common, Cmd: command };
  }
  const isBridge = spec.network.mode === 'bridge';
  const ip = isBridge ? { IPAMConfig: { IPv4Address: node.address.host } } : {};
  return {
    ...base({
      NetworkMode: spec.network.name,
      ...published([node.address.port], node.control.host),
      ...(isBridge ? confined(spec, ground) : {}),
    }),
    ...common,
    Cmd: command,
    Hostname: node.name,
    ExposedPorts: exposed([node.address.port]),
    NetworkingConfig: {
      EndpointsConfig: { [spec.network.name]: { ...ip, Aliases: [node.name] } },
    },
  };
}
