/**
 * The command line: which commands and options there are. It only parses; what a command does is
 * loaded when it is asked for, so that `--help` need not wait for an engine's client.
 */
import { Command, InvalidArgumentError, Option } from 'commander';
import { VERSION } from '../version.js';
import { parseDuration } from './duration.js';
import type { DownFlags, RenderFlags, StatusFlags, TargetFlags, UpFlags } from './flags.js';
import type { Command as Run } from './session.js';

interface Texts {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** Runs a command whose code is loaded only now. */
type Runner = <Flags>(load: () => Promise<Run<Flags>>, flags: Flags) => Promise<void>;

/** @param run what becomes of a command that was parsed */
export function buildProgram(texts: Texts, run: Runner): Command {
  const program = new Command('rsentinel')
    .description('Real Redis Sentinel groups in Docker from one topology file: made, proved ready, removed.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    // Options stand after the command (`logs -f` will mean something else than `-f logs`); the two
    // that everyone types before it out of habit from docker compose are taken there as well.
    .enablePositionalOptions()
    .addOption(new Option('-f, --file <file>').hideHelp())
    .addOption(new Option('-n, --name <name>').hideHelp())
    .configureOutput({ ...texts, outputError: () => {} })
    .exitOverride()
    .addHelpText('after', GENERAL_HELP);

  /** Runs with the options of both places, the command's own first. */
  const action =
    <Flags extends TargetFlags>(load: () => Promise<Run<Flags>>) =>
    (flags: Flags): Promise<void> =>
      run(load, { ...program.opts<TargetFlags>(), ...flags });

  const up = program
    .command('up')
    .description('bring the group of the topology file up and wait until it is proved ready')
    .action(action<UpFlags>(async () => (await import('./commands/up.js')).up));
  addTarget(up, "the group's name, instead of the file's");
  up.option('--wait-timeout <duration>', 'how long the nodes may take to be ready (default: 60s)', duration)
    .option('--no-rollback', 'keep what was made when it fails, to look at')
    .option('--dry-run', 'print what would be done and why; do nothing');
  addReport(addFormat(up)).addHelpText('after', UP_HELP);

  const status = program
    .command('status')
    .description('print what is observed of a group: roles, links, lag, each sentinel’s view, every fault')
    .action(action<StatusFlags>(async () => (await import('./commands/status.js')).status));
  addReport(addFormat(addTarget(status, 'the group; no file is needed'))).addHelpText('after', STATUS_HELP);

  const down = program
    .command('down')
    .description("remove a group's containers and network; its directory stays")
    .action(action<DownFlags>(async () => (await import('./commands/down.js')).down));
  addTarget(down, 'the group; no file is needed').option(
    '--volumes',
    'remove its configuration and data too',
  );
  addReport(addFormat(down)).addHelpText('after', DOWN_HELP);

  const render = program
    .command('render')
    .description('write the configuration files of the group, without Docker')
    .action(action<RenderFlags>(async () => (await import('./commands/render.js')).render));
  addTarget(render, "the group's name, instead of the file's")
    .option(
      '-o, --output <dir>',
      'write <node>/conf and <node>/data into this directory; standard output without it',
    )
    .option('--force', 'overwrite files that differ');
  addReport(render).addHelpText('after', RENDER_HELP);

  return program;
}

function addTarget(command: Command, name: string): Command {
  return command
    .option('-f, --file <file>', 'topology file, - for standard input (default: topology.yaml here)')
    .option('-n, --name <name>', name);
}

function addFormat(command: Command): Command {
  return command.addOption(
    new Option('--format <format>', 'of the result on standard output (default: table)').choices([
      'table',
      'json',
    ]),
  );
}

function addReport(command: Command): Command {
  return command
    .addOption(new Option('-q, --quiet', 'print errors only, and JSON if asked for').conflicts('verbose'))
    .option('-v, --verbose', 'print every step and every call to the engine; stack traces');
}

function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof RangeError ? error.message : String(error));
  }
}

const GENERAL_HELP = `
Examples:
  rsentinel up                       bring up the group of ./topology.yaml
  rsentinel status                   what is observed of it
  rsentinel down --volumes           remove it, with its directory

Without a topology file, up makes the default group: a master, two replicas, three sentinels.

Environment:
  RSENTINEL_FILE, RSENTINEL_NAME     as -f and -n, which win
  RSENTINEL_IMAGE                    image of a group that has no topology file; a file takes it by
                                     image: \${RSENTINEL_IMAGE:-redis:8}
  DOCKER_HOST                        the engine
  NO_COLOR, FORCE_COLOR, CI          as everywhere

Exit codes: 0 done; 1 failed; 2 usage or topology; 3 group degraded or absent (status);
124 not ready in time; 129, 130, 143 interrupted.`;

const UP_HELP = `
Examples:
  rsentinel up -f topology.yaml
  rsentinel up -n ci-42 --format json > group.json
  rsentinel up --dry-run
  cat topology.yaml | rsentinel up -f -`;

const STATUS_HELP = `
Exits with 0 when the group is healthy, 3 when it is degraded or absent.

Examples:
  rsentinel status
  rsentinel status -n mymaster-demo --format json
  rsentinel status -q && echo healthy`;

const DOWN_HELP = `
Examples:
  rsentinel down                     the group of the topology file here
  rsentinel down -n mymaster-demo    by name, from anywhere
  rsentinel down --volumes           with configuration and data`;

const RENDER_HELP = `
Examples:
  rsentinel render                   print the files
  rsentinel render -o group          write group/redis-1/conf/redis.conf, group/redis-1/data, …`;
