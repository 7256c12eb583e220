/** Facts → findings: every trap is looked for. Pure. */

import type { Finding, Severity } from '../model/report/doctor-report.js';
import type { Fault } from '../model/report/group-report.js';
import type { Facts } from './facts.js';
import {
  loopbackAddresses,
  mixedAddresses,
  otherNodes,
  remappedAddresses,
  unreachableAddresses,
} from './traps/addresses.js';
import { missingConfiguration, unsavedConfiguration } from './traps/configuration.js';
import {
  differentVersions,
  noCandidate,
  noPassword,
  oldVersions,
  tooManyReplicasWanted,
  unboundedLoss,
} from './traps/data.js';
import {
  differentQuorums,
  impossibleQuorum,
  lowQuorum,
  lowTimes,
  numberOfSentinels,
  onOneMachine,
  otherMasters,
  tiltedSentinels,
} from './traps/sentinels.js';
import {
  differentClocks,
  filesInGit,
  halfMade,
  leftovers,
  memoryOvercommit,
  openNetwork,
} from './traps/surroundings.js';

/** In the order in which findings of one severity are told. */
const TRAPS: readonly ((facts: Facts) => readonly Finding[])[] = [
  halfMade,
  unreachableAddresses,
  otherNodes,
  loopbackAddresses,
  remappedAddresses,
  mixedAddresses,
  unsavedConfiguration,
  missingConfiguration,
  impossibleQuorum,
  differentQuorums,
  numberOfSentinels,
  tiltedSentinels,
  noCandidate,
  tooManyReplicasWanted,
  unboundedLoss,
  lowTimes,
  differentClocks,
  memoryOvercommit,
  openNetwork,
  filesInGit,
  noPassword,
  oldVersions,
  differentVersions,
  otherMasters,
  leftovers,
  lowQuorum,
  onOneMachine,
];

const ORDER: readonly Severity[] = ['problem', 'warning', 'note'];

/**
 * @param faults what `status` finds to be wrong: each is a problem, unless a trap explains it
 * @returns the worst first
 */
export function diagnose(facts: Facts, faults: readonly Fault[]): readonly Finding[] {
  const found = TRAPS.flatMap((trap) => trap(facts));
  const wrong = faults
    .filter((fault) => !isExplained(fault, found))
    .map((fault): Finding => ({ ...fault, severity: 'problem' }));
  const all = [...found, ...wrong];
  return ORDER.flatMap((severity) => all.filter((finding) => finding.severity === severity));
}

/** What a trap says with its cause is not said again as what it looks like. */
function isExplained({ code, node }: Fault, found: readonly Finding[]): boolean {
  switch (code) {
    case 'node-silent':
      return found.some((finding) => finding.code === 'address-unreachable' && finding.node === node);
    case 'quorum':
      return found.some((finding) => finding.code === 'quorum-impossible');
    default:
      return false;
  }
}
