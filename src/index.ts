/**
 * rsentinel as a library: real Redis Sentinel groups in Docker, for programs and their tests.
 *
 * ```ts
 * import { Redis } from 'ioredis';
 * import { startGroup } from 'rsentinel';
 *
 * await using group = await startGroup({ replicas: 2, timing: 'fast' });
 * const redis = new Redis(group.ioredis);
 * await group.kill('master');
 * ```
 *
 * Functions never print and never exit: they emit events and throw {@link RsentinelError}.
 */

export type {
  ClientTls,
  IoredisOptions,
  NodeRedisClientOptions,
  NodeRedisOptions,
} from './api/client-options.js';
export { type DownResult, type DownSettings, type DownTarget, down, planDown } from './api/down.js';
export { downMany, type Removal } from './api/down-many.js';
export { type GivenSentinels, statusOfSentinels } from './api/external-group.js';
export { type ListedGroup, type ListedHealth, list } from './api/list.js';
export { type Logs, type LogsSettings, logs } from './api/logs/logs.js';
export type { NodeLine } from './api/logs/node-lines.js';
export { findPrunable, type Prunable, type PruneReason } from './api/prune.js';
export { type RenderedFile, renderTree } from './api/render.js';
export { planReset, type ResetResult, type ResetSettings, reset } from './api/reset.js';
export { status } from './api/status.js';
export { planUp, type UpResult, type UpSettings, up } from './api/up.js';
export { watchStatus, watchStatusOfSentinels } from './api/watch-status.js';
export { doctor, doctorOfSentinels } from './doctor/doctor.js';
export { type DrillCourse, type DrillSettings, drill, drillOfSentinels } from './drill/drill.js';
export type { Context, Watching } from './engine/context.js';
export { connectDocker } from './engine/docker/docker-engine.js';
export type { Engine } from './engine/engine.js';
export { type ErrorCode, type ErrorOptions, RsentinelError } from './errors.js';
export { bringOn, type FaultSettings } from './faults/bring-on.js';
export type { FaultKind, FaultReport, FaultTargets, Milestone, TargetRole } from './faults/fault.js';
export { type FailoverSettings, planFailover, plannedFailover } from './faults/planned-failover.js';
export { ExternalGroup, type ExternalOptions, externalGroup } from './library/external-group.js';
export {
  type FailoverOptions,
  type FaultOptions,
  Group,
  type NodeChoice,
  type StopOptions,
} from './library/group.js';
export { listGroups, type PruneOptions, pruneGroups } from './library/groups.js';
export type { CallOptions, DrillOptions, EngineOptions, WaitOptions } from './library/options.js';
export { openGroup, type StartOptions, startGroup } from './library/start-group.js';
export { type Address, formatAddress, parseAddress } from './model/address.js';
export type { Credentials } from './model/credentials/credentials.js';
export { Secret } from './model/credentials/secret.js';
export type { Listener, RsentinelEvent } from './model/events.js';
export type { TlsReport } from './model/report/connection-report.js';
export type { DoctorReport, Finding, Severity } from './model/report/doctor-report.js';
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
} from './model/report/drill-report.js';
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
} from './model/report/group-report.js';
export type {
  FailoverProgress,
  FailoverState,
  WatchedEvent,
  WatchMoment,
} from './model/report/watch-report.js';
export type { Operation, Step } from './model/step.js';
export type {
  Directive,
  NetworkMode,
  Port,
  SentinelSettings,
  Topology,
  TopologyNetwork,
  TopologyNode,
  TopologyTls,
} from './model/topology.js';
export { type Diagnostic, formatDiagnostic } from './topology/diagnostic.js';
export { type LoadedTopology, loadTopology } from './topology/load.js';
export { type ParsedTopology, parseTopology, type TopologySource } from './topology/parse.js';
export type { TopologyObject } from './topology/schema/schema.js';
