/**
 * What is wrong with a topology file, as data. One function here writes it as a line of text.
 */

import { printable } from '../model/text.js';
import { toldPath } from './secrecy.js';
import { formatPath, type Path } from './yaml/path.js';

/** An error stops everything; a warning is something that works, but probably not as was hoped. */
export type Severity = 'error' | 'warning';

export interface Diagnostic {
  readonly severity: Severity;
  /** The file's name as the user knows it: `topology.yaml`, `<stdin>`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** `sentinel.quorum`, `replicas[1].port`; empty when it concerns the whole file or its syntax. */
  readonly path: string;
  /** What is wrong. */
  readonly message: string;
  /** What would be right. */
  readonly suggestion: string | undefined;
}

/** What a check found, before anyone knows the line it stands on. */
export interface Finding {
  readonly severity: Severity;
  readonly path: Path;
  readonly message: string;
  readonly suggestion?: string | undefined;
  /** Where it stands in the text, when that is not where `path` points. */
  readonly offset?: number | undefined;
  /** Points at the key instead of at the value. */
  readonly atKey?: boolean | undefined;
}

/** Takes a diagnostic; gives `file:line:column: path: what is wrong; what would be right`, one line. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const where = `${printable(diagnostic.file)}:${diagnostic.line}:${diagnostic.column}`;
  const what = diagnostic.suggestion ? `${diagnostic.message}; ${diagnostic.suggestion}` : diagnostic.message;
  const severity = diagnostic.severity === 'warning' ? 'warning' : '';
  return [where, severity, diagnostic.path, what].filter((part) => part !== '').join(': ');
}

/** Takes findings of one file; gives its diagnostics in the order of the text, exact repetitions left out. */
export function toDiagnostics(
  findings: readonly Finding[],
  file: string,
  offsetOf: (finding: Finding) => number,
  positionOf: (offset: number) => { readonly line: number; readonly column: number },
): Diagnostic[] {
  const placed = findings.map((finding) => ({ finding, offset: finding.offset ?? offsetOf(finding) }));
  placed.sort((a, b) => a.offset - b.offset);
  const seen = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const { finding, offset } of placed) {
    const diagnostic: Diagnostic = {
      severity: finding.severity,
      file,
      ...positionOf(offset),
      path: formatPath(toldPath(finding.path)),
      // names and texts from the file stand in them
      message: printable(finding.message),
      suggestion: finding.suggestion && printable(finding.suggestion),
    };
    const line = formatDiagnostic(diagnostic);
    if (!seen.has(line)) diagnostics.push(diagnostic);
    seen.add(line);
  }
  return diagnostics;
}
