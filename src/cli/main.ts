/** Entry of the command line: from argv to an exit code. Nothing throws out of here. */
import type { CommanderError, Command as Program } from 'commander';
import { RsentinelError } from '../errors.js';
import { exitCodeOf } from './exit-code.js';
import { Interruption } from './interruption.js';
import { guarded } from './output/guarded-stream.js';
import { buildProgram } from './program.js';
import type { Command, Session } from './session.js';
import { unknownCommandHint } from './unknown-command.js';

/** Runs the command that the process was started with, and sets its exit code. */
export async function run(): Promise<void> {
  ignoreClosedPipes();
  const interruption = new Interruption(process);
  const [stdout, stderr] = [process.stdout, process.stderr].map((stream) => guarded(stream, process.env)) as [
    NodeJS.WriteStream,
    NodeJS.WriteStream,
  ];
  const session: Session = {
    // Opened by the first who needs it.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    raw: process,
    env: process.env,
    cwd: process.cwd(),
    signal: interruption.signal,
    mayRemain: (group) => interruption.mayRemain(group),
  };
  const execute = async <Flags>(load: () => Promise<Command<Flags>>, flags: Flags): Promise<void> => {
    interruption.listen();
    process.exitCode = await (await load())(flags, session);
  };
  const program = buildProgram(
    {
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    },
    execute,
  );
  // As from a callback of a library: no trace of a stack for the user, but an error that asks to be reported.
  process.once('uncaughtException', (thrown) => {
    void fail(thrown, program, interruption).then((code) => process.exit(code));
  });
  try {
    await program.parseAsync(process.argv);
  } catch (thrown) {
    process.exitCode = await fail(thrown, program, interruption);
  } finally {
    interruption.stop();
  }
}

async function fail(thrown: unknown, program: Program, interruption: Interruption): Promise<number> {
  const usage = isCommanderError(thrown) ? usageError(thrown, program) : thrown;
  if (usage === null) return 0;
  const { errorText, toRsentinelError } = await import('../report/text/error-text.js');
  const { styleFor } = await import('../report/terminal/style.js');
  const error = toRsentinelError(usage);
  const trace = error.code !== 'USAGE' && process.argv.some((word) => word === '-v' || word === '--verbose');
  const stderr = guarded(process.stderr, process.env);
  stderr.write(errorText(error, styleFor(stderr, process.env), trace));
  return exitCodeOf(error.code, interruption.received);
}

function isCommanderError(thrown: unknown): thrown is CommanderError {
  // Not instanceof: commander may be loaded twice, and its code is documented.
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('commander.');
}

/** @returns null: help or version were asked for and printed */
function usageError(error: CommanderError, program: Program): RsentinelError | null {
  if (error.exitCode === 0) return null;
  // No command at all: commander has printed the help already.
  if (error.code === 'commander.help') return new RsentinelError('USAGE', 'no command was given');
  const [message = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const [, word] = /^unknown command '(.*)'$/.exec(message) ?? [];
  if (word !== undefined) {
    const names = program.commands.map((command) => command.name());
    return new RsentinelError('USAGE', message, { hint: unknownCommandHint(word, names) });
  }
  const suggestion = more.join(' ').replace(/^\(|\)$/g, '');
  return new RsentinelError('USAGE', message, {
    hint: suggestion || 'See rsentinel --help, or rsentinel COMMAND --help.',
  });
}

/**
 * `rsentinel status | head -1` is no failure: the rest is written to nobody. Nor is a terminal that was
 * closed (EIO): what was begun is still taken back.
 */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    });
  }
}
