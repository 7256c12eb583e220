/** Errors as the user reads them. */
import { RsentinelError } from '../../errors.js';
import { printable } from '../../model/text.js';
import type { Style } from '../terminal/style.js';

/** Any thrown value as an RsentinelError: what nobody foresaw is our bug, and says so. */
export function toRsentinelError(thrown: unknown): RsentinelError {
  if (thrown instanceof RsentinelError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RsentinelError('INTERNAL', `this should not have happened: ${message}`, {
    cause: thrown,
    hint: 'This is a bug of rsentinel. Please report it, with what -v prints and the topology file.',
  });
}

/**
 * The lines of an error: what is wrong, the details, what to do.
 * @param trace whether stack traces are shown, for `-v`
 */
export function errorText(error: RsentinelError, style: Style, trace: boolean): string {
  const lines = [`${style.red(style.bold('rsentinel:'))} ${printable(error.message)}`];
  for (const detail of error.details) {
    for (const line of detail.split('\n')) lines.push(`  ${printable(line)}`);
  }
  if (error.hint !== undefined) lines.push(`${style.cyan('hint:')} ${printable(error.hint)}`);
  if (trace) lines.push(...traceOf(error).map((line) => style.dim(line)));
  return `${lines.join('\n')}\n`;
}

function traceOf(error: unknown): readonly string[] {
  const lines: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const stack = (at.stack ?? String(at)).split('\n');
    if (depth > 0) stack[0] = `caused by ${stack[0]}`;
    lines.push(...stack.map(printable));
  }
  return lines;
}
