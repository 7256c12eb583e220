/** What the command line says, as the commands take it. Undefined: not said. */

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
  /** False: `--no-rollback`. */
  readonly rollback: boolean;
  readonly dryRun?: true;
}

export interface StatusFlags extends TargetFlags, EngineFlags, ReportFlags, FormatFlags {}

export interface DownFlags extends TargetFlags, EngineFlags, ReportFlags, FormatFlags {
  readonly volumes?: true;
}

export interface RenderFlags extends TargetFlags, ReportFlags {
  readonly output?: string;
  readonly force?: true;
}
