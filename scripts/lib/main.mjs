import { catchSignals, Interrupted } from './interrupt.mjs';
import { SetupError, say } from './log.mjs';

const OLDEST_NODE = 20;

/**
 * Runs a script's body and exits with the code it resolves to. What stops a set-up is told as a
 * message and a hint, never as a stack trace.
 *
 * @param {() => Promise<number>} body
 */
export async function main(body) {
  catchSignals();
  process.exit(await exitCodeOf(body));
}

/** @param {() => Promise<number>} body */
async function exitCodeOf(body) {
  try {
    if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
      throw new SetupError(`Node ${process.versions.node} is too old: ${OLDEST_NODE} or newer is needed.`);
    }
    return await body();
  } catch (error) {
    if (error instanceof Interrupted) {
      say(`Stopped: ${error.message}.`);
      return error.exitCode;
    }
    if (!(error instanceof SetupError)) throw error;
    if (error.output) process.stderr.write(`${error.output}\n`);
    process.stderr.write(`error: ${error.message}\n`);
    if (error.hint) process.stderr.write(`hint: ${error.hint}\n`);
    return 1;
  }
}
