/** How a node that runs differs from the topology, and what brings it there. */
import type { ObservedMember } from '../../engine/engine.js';
import { formatAddress, sameAddress } from '../../model/address.js';
import type { ConfDigests, GroupSpec, NodeSpec } from '../../model/group-spec.js';
import type { Directive, SentinelSettings } from '../../model/topology.js';
import type { ObservedState } from '../observed.js';

export type Change =
  | { readonly kind: 'none' }
  /** Its server takes it while it runs. */
  | { readonly kind: 'set'; readonly reason: string; readonly directives: readonly Directive[] }
  /** It has to be started anew; with `container` in a container of another kind. */
  | { readonly kind: 'roll'; readonly reason: string; readonly container: boolean };

export function changeOf(
  spec: GroupSpec,
  node: NodeSpec,
  member: ObservedMember,
  observed: ObservedState,
): Change {
  if (member.digest !== node.containerDigest) {
    return { kind: 'roll', reason: containerReason(spec, node, member), container: true };
  }
  const conf = observed.confs.get(node.name) ?? null;
  if (conf?.header == null)
    return { kind: 'roll', reason: 'its configuration file is gone', container: true };
  const certificate = certificateReason(node, conf.header.digests, observed);
  if (certificate !== null) return { kind: 'roll', reason: certificate, container: false };
  if (conf.header.digests.whole === node.conf.whole) return driftOf(spec, node, observed);
  if (conf.header.digests.frame !== node.conf.frame) {
    return { kind: 'roll', reason: 'its template has changed', container: false };
  }
  const { set, removed } = compareDirectives(conf.header.directives, node.directives);
  const settable = observed.settable.get(node.name) ?? new Set();
  const stubborn = [...new Set(set.map(({ name }) => name))].filter((name) => !settable.has(name));
  if (removed.length > 0) {
    return { kind: 'roll', reason: `${removed.join(', ')} goes back to its default`, container: false };
  }
  if (stubborn.length > 0) {
    return { kind: 'roll', reason: `${stubborn.join(', ')} cannot be set while it runs`, container: false };
  }
  if (node.kind === 'sentinel') {
    const drift = driftOf(spec, node, observed);
    // Nothing but the file's header has to change.
    const reason = 'the topology has changed';
    return drift.kind === 'none' ? { kind: 'set', reason, directives: settingsOf(spec) } : drift;
  }
  const names = [...new Set(set.map(({ name }) => name))].join(', ');
  return { kind: 'set', reason: `the topology has changed: ${names}`, directives: set };
}

/** Why a node has to start with other certificates than it has read; null: it need not. */
function certificateReason(node: NodeSpec, started: ConfDigests, { tls }: ObservedState): string | null {
  if (started.tls !== node.conf.tls) return 'its certificate has changed, or who has to show one';
  return tls.nodes.has(node.name) ? 'its certificate is not the one that it was given' : null;
}

/** What a sentinel goes by may have been set by somebody else (SENTINEL SET), or by a drill that was killed. */
function driftOf(spec: GroupSpec, node: NodeSpec, { live }: ObservedState): Change {
  const now = node.kind === 'sentinel' ? (live.sentinels.get(node.name)?.settings ?? null) : null;
  if (now === null) return { kind: 'none' };
  const directives = settingsOf(spec);
  const drifted = directives.filter(
    ({ name, value }) => String(now[name as keyof SentinelSettings]) !== value,
  );
  if (drifted.length === 0) return { kind: 'none' };
  const what = drifted.map(
    ({ name, value }) => `${name} is ${now[name as keyof SentinelSettings]} instead of ${value}`,
  );
  return { kind: 'set', reason: what.join(', '), directives };
}

function containerReason(spec: GroupSpec, node: NodeSpec, member: ObservedMember): string {
  if (member.image !== spec.image) return `it runs ${member.image} instead of ${spec.image}`;
  if (member.address !== null && !sameAddress(member.address, node.address)) {
    return `its address has to be ${formatAddress(node.address)}`;
  }
  return 'its container was made in another way';
}

export interface DirectiveChanges {
  /** All lines of the directives that are new or have other values. */
  readonly set: readonly Directive[];
  /** Names of the directives that are no more. */
  readonly removed: readonly string[];
}

/** @param before as they were rendered @param after as the topology has them now */
export function compareDirectives(
  before: readonly Directive[],
  after: readonly Directive[],
): DirectiveChanges {
  const valuesOf = (directives: readonly Directive[], name: string): string =>
    JSON.stringify(directives.filter((one) => one.name === name).map(({ value }) => value));
  const set = after.filter(({ name }) => valuesOf(before, name) !== valuesOf(after, name));
  const removed = before.map(({ name }) => name).filter((name) => !after.some((one) => one.name === name));
  return { set, removed: [...new Set(removed)] };
}

/** What SENTINEL SET takes; setting what is set already does nothing. */
function settingsOf({ sentinel }: GroupSpec): readonly Directive[] {
  return Object.entries(sentinel).map(([name, value]) => ({ name, value: String(value) }));
}
