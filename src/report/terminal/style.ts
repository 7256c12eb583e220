/** Whether and how a stream is coloured. */
import { Chalk, type ChalkInstance } from 'chalk';

/** The few styles that reporters use. */
export type Style = Pick<
  ChalkInstance,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'blue' | 'magenta'
>;

/** The part of a stream that reporters need; process.stderr is one, and so is a test's recorder. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * FORCE_COLOR wins over NO_COLOR, as in Node itself. Chalk's own detection is not used: it knows
 * nothing of NO_COLOR, and it reads our command line for flags of its own.
 */
export function isColoured(output: Output, env: Environment): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  return output.isTTY === true && env['TERM'] !== 'dumb';
}

export function styleFor(output: Output, env: Environment): Style {
  return new Chalk({ level: isColoured(output, env) ? 1 : 0 });
}
