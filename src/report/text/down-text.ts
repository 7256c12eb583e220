/** What `down` did. */
import type { DownResult } from '../../api/down.js';
import { count, formatMs } from '../../model/format.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';

export function downText(name: string, result: DownResult, style: Style): string {
  const group = printable(name);
  const { dim } = style;
  const lines =
    result.removed.length === 0
      ? [`${group}: there was nothing to remove`]
      : [
          ...result.removed.map((what) => `removed ${printable(what)}`),
          `${group} is gone ${dim(`(${formatMs(result.ms)})`)}`,
        ];
  if (result.kept !== null) {
    lines.push(
      `Configuration and data are kept in ${printable(result.kept)}`,
      dim(`To remove them too: rsentinel down -n ${group} --volumes`),
    );
  }
  if (result.keptVolumes.length > 0) {
    lines.push(
      `Configuration and data are kept in ${count(result.keptVolumes.length, 'volume')} of the engine`,
      dim(`To remove them too: rsentinel down -n ${group} --volumes`),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The same for programs (docs/json.md). */
export interface DownDocument extends DownResult {
  readonly version: 1;
  readonly group: string;
}
