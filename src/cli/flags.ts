/** What the command line says, as the commands take it. Undefined: not said. */

import type { Address } from '../model/address.js';
import type { DrillFault } from '../model/report/drill-report.js';
import type { TimingChoice } from '../model/topology.js';

export type Format = 'table' | 'json';

export interface TargetFlags {
  /** `-` is standard input. */
  readonly file?: string;
  readonly name?: string;
}

export interface EngineFlags {
  /** Name of a docker context. */
  readonly context?: string;
}

export interface ReportFlags {
  readonly quiet?: true;
  readonly verbose?: true;
}

export interface FormatFlags {
  readonly format?: Format;
}

export interface UpFlags extends TargetFlags, EngineFlags, ReportFlags, FormatFlags {
  /** ms */
  readonly waitTimeout?: number;
  /** ms */
  readonly ttl?: number;
  /** False: `--no-rollback`. */
  readonly rollback: boolean;
  readonly dryRun?: true;
}

/** Passwords are printed where somebody asks for them only. */
export interface SecretsFlags {
  readonly showSecrets?: true;
}

export interface EnvFlags extends TargetFlags, EngineFlags, ReportFlags, SecretsFlags {
  readonly format?: 'env' | 'json';
}

/** A group that is known by its sentinels. */
export interface SentinelsFlags {
  readonly sentinels?: readonly Address[];
  readonly masterName?: string;
}

export interface StatusFlags
  extends TargetFlags,
    SentinelsFlags,
    EngineFlags,
    ReportFlags,
    FormatFlags,
    SecretsFlags {
  readonly watch?: true;
}

export interface DoctorFlags extends TargetFlags, SentinelsFlags, EngineFlags, ReportFlags, FormatFlags {}

export interface DownFlags extends TargetFlags, EngineFlags, ReportFlags, FormatFlags {
  readonly volumes?: true;
  readonly dryRun?: true;
  /** ms */
  readonly waitTimeout?: number;
  /** All groups of the engine. */
  readonly all?: true;
  readonly yes?: true;
}

export interface ResetFlags extends TargetFlags, EngineFlags, ReportFlags, FormatFlags {
  readonly allMasters?: true;
  readonly dryRun?: true;
  /** ms */
  readonly waitTimeout?: number;
}

/** Of all commands that change what a group that runs does. */
export interface FailoverFlags extends TargetFlags, EngineFlags, ReportFlags, FormatFlags {
  /** Name of the node that is to be the master. */
  readonly to?: string;
  readonly dryRun?: true;
  /** False: `--no-wait`. */
  readonly wait: boolean;
  /** ms */
  readonly waitTimeout?: number;
}

export interface FaultFlags extends FailoverFlags {
  /** Everybody of the role, or everybody. */
  readonly all?: true;
}

export interface PruneFlags extends EngineFlags, ReportFlags, FormatFlags {
  readonly volumes?: true;
  readonly yes?: true;
  readonly dryRun?: true;
}

/** `quiet`: names only. */
export interface ListFlags extends EngineFlags, ReportFlags, FormatFlags {}

export interface LogsFlags extends TargetFlags, EngineFlags {
  readonly follow?: true;
  /** ms since 1970 */
  readonly since?: number;
  /** Lines of each node. */
  readonly tail?: number;
  readonly timestamps?: true;
  readonly verbose?: true;
}

export interface DrillFlags extends TargetFlags, SentinelsFlags, EngineFlags, ReportFlags {
  readonly format?: Format | 'junit';
  /** Undefined: kill, or failover of a group that is known by its sentinels. */
  readonly fault?: DrillFault;
  readonly timing?: Exclude<TimingChoice, 'normal'>;
  readonly rounds: number;
  /** ms */
  readonly maxDowntime?: number;
  /** Acknowledged writes. */
  readonly maxLost?: number;
  /** Path of an HTML page to write. */
  readonly report?: string;
  /** ms */
  readonly waitTimeout?: number;
}

export interface RenderFlags extends TargetFlags, ReportFlags, SecretsFlags {
  readonly output?: string;
  readonly force?: true;
}
