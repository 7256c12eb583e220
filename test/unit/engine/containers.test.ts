/** What containers and networks are made with, where it depends on the mode and on the engine. */
import { describe, expect, it } from 'vitest';
import { anchorOptions, networkOptions, nodeOptions } from '../../../src/engine/docker/containers.js';
import type { GroupSpec } from '../../../src/model/group-spec.js';
import { specOf } from '../plan/situation.js';

const NATIVE = { server: 'redis-server', owner: { uid: 999, gid: 999 }, isNative: true };
const ELSEWHERE = { ...NATIVE, isNative: false };
const MOUNTS = { kind: 'volume', conf: 'c', data: 'd' } as const;
const ONE_HOP = { 'net.ipv4.ip_default_ttl': '1' };

const LOOPBACK = specOf('name: demo');
const BRIDGE = specOf('name: demo\nnetwork: {mode: bridge}');
const HOST = specOf('name: demo\nnetwork: {mode: host}');

const node = (spec: GroupSpec, ground = NATIVE) =>
  nodeOptions(spec, spec.redis[0], MOUNTS, ground).HostConfig;
function anchor(ground = NATIVE) {
  if (LOOPBACK.anchor === null) throw new Error('there is an anchor');
  return anchorOptions(LOOPBACK, LOOPBACK.anchor, ground).HostConfig;
}

describe('packets go one hop', () => {
  it('from the anchor, and from nodes that have a network of their own', () => {
    expect(anchor()?.Sysctls).toEqual(ONE_HOP);
    expect(node(BRIDGE)?.Sysctls).toEqual(ONE_HOP);
  });

  it('not where the network is another’s: an engine refuses it', () => {
    expect(node(LOOPBACK)?.Sysctls).toBeUndefined();
    expect(node(HOST)?.Sysctls).toBeUndefined();
  });

  it('not on an engine that may have to forward what comes from its host', () => {
    expect(anchor(ELSEWHERE)?.Sysctls).toBeUndefined();
    expect(node(BRIDGE, ELSEWHERE)?.Sysctls).toBeUndefined();
  });
});

it('containers of a network reach each other where that is what it is for', () => {
  expect(networkOptions(LOOPBACK).Options).toEqual({ 'com.docker.network.bridge.enable_icc': 'false' });
  expect(networkOptions(BRIDGE).Options).toBeUndefined();
});
