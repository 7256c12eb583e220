/** What `doctor` has found, for people. */

import { count } from '../../model/format.js';
import type { DoctorReport, Finding, Severity } from '../../model/report/doctor-report.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';

export function doctorText({ group, findings }: DoctorReport, style: Style): string {
  const lines = findings.flatMap((finding) => findingLines(finding, style));
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), verdict(group, findings, style)].join('\n')}\n`;
}

function findingLines({ severity, code, message, remedy }: Finding, style: Style): readonly string[] {
  return [
    `${mark(severity, style)} ${printable(message)} ${style.dim(`[${printable(code)}]`)}`,
    `  ${style.dim(printable(remedy))}`,
  ];
}

function mark(severity: Severity, { red, yellow, cyan }: Style): string {
  switch (severity) {
    case 'problem':
      return red('✖');
    case 'warning':
      return yellow('!');
    case 'note':
      return cyan('·');
  }
}

function verdict(group: string, findings: readonly Finding[], { bold, green, red, yellow }: Style): string {
  const number = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const [problems, warnings, notes] = [number('problem'), number('warning'), number('note')];
  const parts = [
    problems === 0 ? green('no problem') : red(count(problems, 'problem')),
    ...(warnings === 0 ? [] : [yellow(count(warnings, 'warning'))]),
    ...(notes === 0 ? [] : [count(notes, 'note')]),
  ];
  return `${bold(printable(group))}: ${parts.join(', ')}`;
}
