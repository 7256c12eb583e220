/**
 * rsentinel as a library: real Redis Sentinel groups in Docker, from a topology.
 *
 * ```ts
 * import { connectDocker, down, loadTopology, up } from 'rsentinel';
 *
 * const { topology } = await loadTopology('topology.yaml', process.env, process.cwd());
 * const driver = connectDocker(() => {});
 * const context = { driver, emit: () => {}, signal: AbortSignal.timeout(120_000) };
 * const { report } = await up(topology, { waitTimeoutMs: 60_000, onFailure: 'rollback' }, context);
 * const sentinels = report.sentinels.map(({ address }) => address);
 * // new Redis({ sentinels, name: topology.masterName })
 * await down({ name: topology.name, directory: topology.directory }, { volumes: 'remove' }, context);
 * ```
 *
 * Functions never print and never exit: they emit events and throw {@link RsentinelError}.
 */

export type { Keyring } from './access/keyring.js';
export { Secret } from './access/secret.js';
export { doctor, doctorOfSentinels } from './doctor/doctor.js';
export type { DoctorReport, Finding, Severity } from './doctor/finding.js';
export { type DrillCourse, type DrillSettings, drill, drillOfSentinels } from './drill/drill.js';
export { connectDocker } from './driver/docker/docker-driver.js';
export type { Driver } from './driver/driver.js';
export { type ErrorCode, type ErrorOptions, RsentinelError } from './errors.js';
export type { Listener, RsentinelEvent } from './events.js';
export { bringOn, type FaultSettings } from './faults/bring-on.js';
export type { FaultKind, FaultReport, Milestone, VictimRole, Victims } from './faults/fault.js';
export { type FailoverSettings, plannedFailover } from './faults/planned-failover.js';
export type { Context, Watching } from './group/context.js';
export { type DownResult, type DownSettings, type DownTarget, down } from './group/down.js';
export { downMany, type Removal } from './group/down-many.js';
export { type GivenSentinels, statusOfSentinels } from './group/given.js';
export { type ListedGroup, type ListedHealth, list } from './group/list.js';
export { type Logs, type LogsSettings, logs } from './group/logs.js';
export type { NodeLine } from './group/node-lines.js';
export { findPrunable, type Prunable, type PruneReason } from './group/prune.js';
export { type ResetResult, type ResetSettings, reset } from './group/reset.js';
export { status } from './group/status.js';
export { planUp, type UpResult, type UpSettings, up } from './group/up.js';
export { watchStatus, watchStatusOfSentinels } from './group/watch-status.js';
export type { Operation, Step } from './plan/steps.js';
export { type RenderedFile, renderTree } from './render/tree.js';
export type { TlsReport } from './report/connection-report.js';
export type {
  Breach,
  ClientError,
  Distribution,
  DrillEvent,
  DrillFault,
  DrillFigures,
  DrillLimits,
  DrillReads,
  DrillReport,
  DrillRound,
  DrillStep,
  DrillVote,
  DrillWrites,
  Gap,
  SentinelMoment,
  StepName,
} from './report/drill-report.js';
export type {
  ContainerReport,
  ContainerState,
  Fault,
  GroupReport,
  Health,
  MasterLink,
  RedisNodeReport,
  SentinelNodeReport,
  SentinelViewReport,
} from './report/group-report.js';
export type { FailoverProgress, FailoverState, WatchedEvent, WatchMoment } from './report/watch-report.js';
export { type Address, formatAddress, parseAddress } from './spec/address.js';
export { type Diagnostic, formatDiagnostic } from './topology/diagnostic.js';
export { type LoadedTopology, loadTopology } from './topology/load.js';
export { type ParsedTopology, parseTopology, type TopologySource } from './topology/parse.js';
export type {
  Directive,
  NetworkMode,
  Port,
  SentinelSettings,
  Topology,
  TopologyNetwork,
  TopologyNode,
  TopologyTls,
} from './topology/topology.js';
