/**
 * The command line: which commands and options there are. It only parses; what a command does is
 * loaded when it is asked for, so that `--help` need not wait for an engine's client.
 */
import { Command, Option } from 'commander';
import { VERSION } from '../version.js';
import type {
  DoctorFlags,
  DownFlags,
  DrillFlags,
  EnvFlags,
  FailoverFlags,
  FaultFlags,
  ListFlags,
  LogsFlags,
  PruneFlags,
  RenderFlags,
  ResetFlags,
  StatusFlags,
  TargetFlags,
  UpFlags,
} from './flags.js';
import {
  DOCTOR_HELP,
  DOWN_HELP,
  DRILL_HELP,
  ENV_HELP,
  FAILOVER_HELP,
  FAULT_HELP,
  GENERAL_HELP,
  LOGS_HELP,
  LS_HELP,
  PRUNE_HELP,
  RENDER_HELP,
  RESET_HELP,
  STATUS_HELP,
  UP_HELP,
} from './help.js';
import { duration, lifetime, lineCount, lostCount, roundCount, sentinels, since } from './input/arguments.js';
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
    // Options stand after the command (`logs -f` means something else than `-f logs`); those
    // that everyone types before it out of habit from docker are taken there as well.
    .enablePositionalOptions()
    .addOption(new Option('-f, --file <file>').hideHelp())
    .addOption(new Option('-n, --name <name>').hideHelp())
    .addOption(new Option('--context <name>').hideHelp())
    .configureOutput({ ...texts, outputError: () => {} })
    .exitOverride()
    .addHelpText('after', GENERAL_HELP);

  /** Runs with the options of both places, the command's own first. */
  const action =
    <Flags extends object>(load: () => Promise<Run<Flags>>) =>
    (flags: Flags): Promise<void> =>
      run(load, { ...program.opts<TargetFlags>(), ...flags });

  const up = program
    .command('up')
    .description('bring the group of the topology file up and wait until it is proved ready')
    .action(action<UpFlags>(async () => (await import('./commands/up.js')).up));
  addTarget(up, "the group's name, instead of the file's; auto makes one up");
  up.option('--ttl <duration>', 'how long the group is wanted (30m, 2h, 5d): prune removes it then', lifetime)
    .option('--wait-timeout <duration>', 'how long the nodes may take to be ready (default: 60s)', duration)
    .option('--no-rollback', 'keep what was made when it fails, to look at')
    .option('--dry-run', DRY_RUN);
  addReport(addFormat(addEngine(up))).addHelpText('after', UP_HELP);

  const status = program
    .command('status')
    .description('print what is observed of a group: roles, links, lag, each sentinel’s view, every fault')
    .option('-w, --watch', 'go on: redraw it, or print what changes, whenever a sentinel says something')
    .action((flags: StatusFlags) =>
      action<StatusFlags>(async () =>
        flags.watch
          ? (await import('./commands/watch-status.js')).watchStatus
          : (await import('./commands/status.js')).status,
      )(flags),
    );
  addSentinels(addTarget(status, 'the group; no file is needed')).option('--show-secrets', SHOW_SECRETS);
  addReport(addFormat(addEngine(status))).addHelpText('after', STATUS_HELP);

  const env = program
    .command('env')
    .description('print how to connect, as lines for a shell or an env file')
    .action(action<EnvFlags>(async () => (await import('./commands/env.js')).env));
  addTarget(env, 'the group; no file is needed')
    .option('--show-secrets', SHOW_SECRETS)
    .addOption(
      new Option('--format <format>', 'of the result on standard output (default: env)').choices([
        'env',
        'json',
      ]),
    );
  addReport(addEngine(env)).addHelpText('after', ENV_HELP);

  const down = program
    .command('down')
    .description("remove a group's containers and network; its directory stays")
    .action(action<DownFlags>(async () => (await import('./commands/down.js')).down));
  addTarget(down, 'the group; no file is needed')
    .option('--volumes', 'remove its configuration and data too')
    .option(
      '--wait-timeout <duration>',
      'how long another rsentinel that is at the group may take (default: 60s)',
      duration,
    )
    .option('--all', 'every group on the engine, whoever made it; asks first')
    .option('-y, --yes', 'with --all: do not ask')
    .option('--dry-run', DRY_RUN);
  addFormat(addEngine(down));
  down
    .addOption(new Option('-q, --quiet', QUIET).conflicts('verbose'))
    // -v removes volumes in docker compose, and would do nothing of the kind here.
    .option('--verbose', VERBOSE)
    .addOption(new Option('-v', 'what is meant by it differs').hideHelp())
    .hook('preAction', (command) => {
      if (command.opts()['v'] === true) command.error(MEANT_BY_V, { exitCode: 2 });
    })
    .addHelpText('after', DOWN_HELP);

  const reset = program
    .command('reset')
    .description("delete all data of a group, and make the file's master the master again: between two tests")
    .action(action<ResetFlags>(async () => (await import('./commands/reset.js')).reset));
  addTarget(reset, 'the group; the file that it was made from is used').option(
    '--wait-timeout <duration>',
    'how long the group may take to be ready, and to be so again (default: 60s)',
    duration,
  );
  reset.option(
    '--all-masters',
    'have the sentinels forget masters that somebody has added (SENTINEL MONITOR)',
  );
  reset.option('--dry-run', DRY_RUN);
  addReport(addFormat(addEngine(reset))).addHelpText('after', RESET_HELP);

  const failover = program
    .command('failover')
    .description('have a replica take over from the master, in a planned way that loses nothing')
    .option('--to <node>', 'the replica that takes over (default: the sentinels choose)')
    .option('--dry-run', DRY_RUN)
    .action(action<FailoverFlags>(async () => (await import('./commands/fault.js')).failover));
  addEffect(failover).addHelpText('after', FAILOVER_HELP);

  for (const [kind, description] of FAULTS) {
    const command = program
      .command(kind)
      .argument('[target]', 'master, replica, sentinel, leader (elected last), or a node (redis-1)')
      .description(description)
      .option('--all', 'all that have the role; without one, every node')
      .action((target: string | undefined, flags: FaultFlags) =>
        action<FaultFlags>(async () => {
          const { fault } = await import('./commands/fault.js');
          return (all, session) => fault(kind, target, all, session);
        })(flags),
      );
    addEffect(command).addHelpText('after', FAULT_HELP);
  }

  const ls = program
    .command('ls')
    .alias('list')
    .description('list every group on the engine, with its health')
    .action(action<ListFlags>(async () => (await import('./commands/ls.js')).ls));
  addFormat(addEngine(ls))
    .addOption(new Option('-q, --quiet', 'print names only').conflicts('verbose'))
    .option('-v, --verbose', VERBOSE)
    .addHelpText('after', LS_HELP);

  const logs = program
    .command('logs')
    .argument('[node...]', 'nodes, as status names them; anchor for the anchor (default: all nodes)')
    .description('print the logs of the nodes, merged in the order of time')
    .option('-f, --follow', 'go on with what is logged from now on')
    .option(
      '--since <time>',
      'nothing older than this: a duration before now, or 2025-03-01T12:00:00Z',
      since,
    )
    .option('--tail <lines>', 'so many lines of each node at most (default: all)', lineCount)
    .option('-t, --timestamps', 'print the time of each line')
    .option('--file <file>', FILE)
    .option('-n, --name <name>', 'the group; no file is needed')
    .option('-v, --verbose', VERBOSE)
    .action((nodes: readonly string[], flags: LogsFlags) =>
      action<LogsFlags>(async () => {
        const { logs } = await import('./commands/logs.js');
        return (all, session) => logs(nodes, all, session);
      })(flags),
    );
  addEngine(logs).addHelpText('after', LOGS_HELP);

  const drill = program
    .command('drill')
    .description('bring a fault on the master, and measure what the sentinels and a client see of it')
    .action(action<DrillFlags>(async () => (await import('./commands/drill.js')).drill));
  addTarget(drill, 'the group, which is up and healthy; no file is needed')
    .addOption(
      new Option('--fault <fault>', 'what happens to the master (default: kill)').choices([
        'kill',
        'pause',
        'partition',
        'failover',
      ]),
    )
    .addOption(
      new Option('--timing <timing>', 'of the group, while it is drilled (default: its own)').choices([
        'fast',
        'fast-anywhere',
      ]),
    )
    .option('--rounds <number>', 'how often; the master of the moment each time', roundCount, 1)
    .option('--max-downtime <duration>', 'exit with 1 when a client could not write for longer', duration)
    .option('--max-lost <number>', 'exit with 1 when more acknowledged writes were lost', lostCount)
    .option('--report <file>', 'write an HTML page with a picture of every round')
    .option('--wait-timeout <duration>', 'how long each step may take (default: 90s)', duration);
  addSentinels(drill);
  addReport(addFormat(addEngine(drill), ['table', 'json', 'junit'])).addHelpText('after', DRILL_HELP);

  const doctor = program
    .command('doctor')
    .description('look for the known traps of Sentinel in a group, each with its remedy')
    .action(action<DoctorFlags>(async () => (await import('./commands/doctor.js')).doctor));
  addSentinels(addTarget(doctor, 'the group; no file is needed'));
  addReport(addFormat(addEngine(doctor))).addHelpText('after', DOCTOR_HELP);

  const prune = program
    .command('prune')
    .description('remove groups that have expired, or whose topology file or directory is gone; asks first')
    .option('--dry-run', 'print what would be removed and why; remove nothing')
    .option('--volumes', 'remove their configuration and data too')
    .option('-y, --yes', 'do not ask')
    .action(action<PruneFlags>(async () => (await import('./commands/prune.js')).prune));
  addReport(addFormat(addEngine(prune))).addHelpText('after', PRUNE_HELP);

  const render = program
    .command('render')
    .description('write the configuration files of the group, without Docker')
    .action(action<RenderFlags>(async () => (await import('./commands/render.js')).render));
  addTarget(render, "the group's name, instead of the file's")
    .option(
      '-o, --output <dir>',
      'write <node>/conf and <node>/data into this directory; standard output without it',
    )
    .option('--force', 'overwrite files that differ')
    .option('--show-secrets', SHOW_SECRETS);
  addReport(render).addHelpText('after', RENDER_HELP);

  return program;
}

const FAULTS = [
  ['kill', 'end nodes as a crash would, and wait until every sentinel has noticed'],
  ['pause', 'freeze nodes: they keep their connections and answer nothing'],
  ['unpause', 'let paused nodes go on, and wait until they have their places again'],
  ['restart', 'stop nodes properly, or take them as they are, and start them in their places'],
  ['partition', 'cut nodes off from the network (mode: bridge)'],
  ['heal', 'put nodes back on the network (mode: bridge)'],
] as const;

const FILE = 'topology file, - for standard input (default: topology.yaml here)';
const DRY_RUN = 'print what would be done and why; do nothing';
const SHOW_SECRETS = 'print passwords too';
const QUIET = 'print errors only, and JSON if asked for';
const MEANT_BY_V =
  'error: -v is not used here: it could mean --volumes, which removes the data, or --verbose\n(Write the one that is meant. Nothing was removed.)';
const VERBOSE = 'print every step and every call to the engine; stack traces';

function addTarget(command: Command, name: string): Command {
  return command.option('-f, --file <file>', FILE).option('-n, --name <name>', name);
}

/** Of commands that bring something about, and wait for it. */
function addEffect(command: Command): Command {
  addTarget(command, 'the group; no file is needed')
    .option('--no-wait', 'return at once; do not wait for the effect')
    .option(
      '--wait-timeout <duration>',
      'how long the effect may take (default: 60s and down-after-milliseconds)',
      duration,
    );
  return addReport(addFormat(addEngine(command)));
}

function addSentinels(command: Command): Command {
  return command
    .option(
      '--sentinels <host:port,…>',
      'the group of these sentinels, whoever made it; no engine is asked',
      sentinels,
    )
    .option('--master-name <name>', 'with --sentinels: the master that is meant, if they watch several');
}

function addEngine(command: Command): Command {
  return command.option(
    '--context <name>',
    'the docker context of the engine (default: as docker chooses it)',
  );
}

function addFormat(command: Command, formats: readonly string[] = ['table', 'json']): Command {
  return command.addOption(
    new Option('--format <format>', 'of the result on standard output (default: table)').choices(formats),
  );
}

function addReport(command: Command): Command {
  return command
    .addOption(new Option('-q, --quiet', QUIET).conflicts('verbose'))
    .option('-v, --verbose', VERBOSE);
}
