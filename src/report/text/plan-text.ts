/** A plan, for `--dry-run`. */

import { count } from '../../model/format.js';
import type { Step } from '../../model/step.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';
import { table } from '../terminal/table.js';

/**
 * Returns a line per step with its reason.
 * @param nothing what a plan without steps means
 */
export function planText(name: string, steps: readonly Step[], nothing: string, style: Style): string {
  const group = printable(name);
  if (steps.length === 0) return `${group}${nothing}\n`;
  const rows = steps.map((step) => [
    `  ${printable(step.id)}`,
    { text: printable(step.reason), paint: style.dim },
  ]);
  return [`${group}: ${count(steps.length, 'step')}, none of them done`, ...table(rows), ''].join('\n');
}

/** The same for programs (docs/json.md). */
export interface PlanDocument {
  readonly version: 1;
  readonly group: string;
  readonly steps: readonly Step[];
}
