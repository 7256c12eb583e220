/** Spec → the engine's description of a container. Pure. */
import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { CONF_FILE } from '../../render/conf.js';
import type { AnchorSpec, GroupSpec, NodeSpec } from '../../spec/group-spec.js';
import { LOOPBACK } from '../../spec/settle.js';
import type { Owner } from '../../storage/storage.js';
import type { NodeMounts } from '../driver.js';
import { anchorLabels, nodeLabels } from './labels.js';
import { mount } from './mounts.js';

/** Where a node finds its directories inside its container. */
const INSIDE = { conf: '/conf', data: '/data' } as const;

/** What every container of a group has in common: as little power as Redis needs. */
function baseline(spec: GroupSpec, server: string, owner: Owner, host: HostConfig): ContainerCreateOptions {
  return {
    Image: spec.image,
    // The entrypoints of the official images differ by version in whom they drop to and what
    // they chown; the server itself is the same everywhere.
    Entrypoint: [server],
    User: `${owner.uid}:${owner.gid}`,
    WorkingDir: INSIDE.data,
    StopSignal: 'SIGTERM',
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      PidsLimit: 128,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
      ...host,
    },
  };
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
  server: string,
  owner: Owner,
): ContainerCreateOptions {
  const { ports } = anchor;
  return {
    ...baseline(spec, server, owner, {
      NetworkMode: spec.network.name,
      // Over the image's own volume, which would otherwise leave an anonymous one behind. It belongs to
      // root, for Podman knows no owner of a tmpfs: the socket is where everybody may write.
      Tmpfs: { [INSIDE.data]: 'rw,noexec,nosuid,size=1m' },
      ...published(ports, LOOPBACK),
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
  server: string,
  owner: Owner,
): ContainerCreateOptions {
  const host: HostConfig = {
    Mounts: [mount(mounts.kind, mounts.conf, INSIDE.conf), mount(mounts.kind, mounts.data, INSIDE.data)],
  };
  const file = `${INSIDE.conf}/${CONF_FILE[node.kind]}`;
  const common = { name: node.container, Labels: nodeLabels(spec, node) };
  const command = node.kind === 'sentinel' ? [file, '--sentinel'] : [file];
  if (spec.anchor !== null) {
    return {
      ...baseline(spec, server, owner, { ...host, NetworkMode: `container:${spec.anchor.container}` }),
      ...common,
      Cmd: command,
    };
  }
  if (spec.network.mode === 'host') {
    return { ...baseline(spec, server, owner, { ...host, NetworkMode: 'host' }), ...common, Cmd: command };
  }
  const ip = spec.network.mode === 'bridge' ? { IPAMConfig: { IPv4Address: node.address.host } } : {};
  return {
    ...baseline(spec, server, owner, {
      ...host,
      NetworkMode: spec.network.name,
      ...published([node.address.port], node.control.host),
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
