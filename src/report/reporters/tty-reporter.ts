/**
 * For a terminal: one line that moves and says what is being done, and above it a line for each
 * phase that is done, with its time.
 */
import type { RsentinelEvent } from '../../model/events.js';
import { count, formatMs } from '../../model/format.js';
import { beginning, printable } from '../../model/text.js';
import type { Output, Style } from '../terminal/style.js';
import {
  drillDoneText,
  drillEventText,
  drillRoundText,
  finishingSwitchText,
  flushedText,
  lockBrokenText,
  missingText,
  pullText,
  readyText,
  repointedText,
  retryText,
  rollbackText,
  rolledBackLines,
  savingText,
  switchedBackText,
  waitingForLockText,
  warningText,
  writesLostText,
} from './event-text.js';
import { type Phase, type PhaseKind, Phases } from './phases.js';
import type { Clock, Reporter } from './reporter.js';

/** The line that moves: ora, or a test's recorder. */
export interface Spinner {
  text: string;
  start(): unknown;
  stop(): unknown;
}

/** What a finished phase is called, by how many steps it had. */
const PHASES: Readonly<Record<PhaseKind, (steps: number) => string>> = {
  image: () => 'image pulled',
  'drop-network': () => 'network removed',
  network: () => 'network made',
  render: (steps) => `configuration of ${count(steps, 'node')} written`,
  repoint: (steps) => `${count(steps, 'node')} pointed at the present master`,
  'set-data-aside': (steps) => `data files of ${count(steps, 'node')} set aside`,
  set: (steps) => `directives of ${count(steps, 'node')} set`,
  rotate: () => 'passwords changed',
  ignore: () => 'files kept out of git and npm',
  certificates: () => 'certificates of clients written',
  failover: () => 'a replica promoted',
  switch: () => 'a replica made the master in a planned failover',
  'restart-sentinels': () => 'sentinels started again with their new password',
  unpause: (steps) => `${count(steps, 'container')} unpaused`,
  demote: (steps) => `${count(steps, 'node')} following the present master`,
  save: (steps) => (steps === 1 ? 'data set saved' : `data sets of ${count(steps, 'node')} saved`),
  stop: (steps) => `${count(steps, 'container')} stopped`,
  'rename-aside': (steps) => `${count(steps, 'container')} put aside`,
  'remove-old': (steps) => `${count(steps, 'former container')} removed`,
  remove: (steps) => `${count(steps, 'container')} removed`,
  create: (steps) => `${count(steps, 'container')} created`,
  start: (steps) => `${count(steps, 'container')} started`,
  connect: (steps) => `${count(steps, 'container')} back on the network`,
  answer: (steps) => (steps === 1 ? '1 Redis node answers' : `${steps} Redis nodes answer`),
  'wait-converged': (steps) =>
    steps === 1 ? 'the group is whole' : `the group was whole after each of ${steps} steps`,
  forget: (steps) => `what is gone forgotten (${count(steps, 'reset')})`,
  'set-timers': (steps) => `timer periods of ${count(steps, 'sentinel')} set`,
  'mark-expiry': () => 'expiry noted',
  'remove-marks': () => 'former expiry removed',
  'verify-ready': () => 'every node asked',
  'restore-timers': (steps) => `timer periods of ${count(steps, 'sentinel')} put back`,
  'restore-writes': (steps) => `${count(steps, 'node')} taking writes again`,
  'forget-passwords': () => 'former passwords forgotten',
  prefer: () => 'a replica given precedence',
  'restore-priorities': () => 'priorities put back',
  flush: () => 'data removed',
  'switch-back': () => 'the first node of the file made the master again',
  'verify-empty': () => 'every node asked, without data',
  'remove-masters': () => 'other masters forgotten',
  'check-saved': () => 'data seen on disk',
  'remove-unfinished': () => 'half-written files removed',
  'remove-files': () => 'configuration and data removed',
  'remove-volumes': () => 'volumes removed',
  'lower-timers': (steps) => `${count(steps, 'sentinel')} hastened while the group forms`,
};

/** Room for the frame and a margin: a line that wraps flickers. */
const MARGIN = 4;

export class TtyReporter implements Reporter {
  readonly #output: Output;
  readonly #style: Style;
  readonly #spinner: Spinner;
  readonly #now: Clock;
  #phases = new Phases([]);

  /** @param doing what the spinner says until there is something better */
  constructor(output: Output, style: Style, spinner: Spinner, doing: string, now: Clock) {
    this.#output = output;
    this.#style = style;
    this.#spinner = spinner;
    this.#now = now;
    this.#say(doing);
    spinner.start();
  }

  readonly listen = (event: RsentinelEvent): void => {
    const { red, green } = this.#style;
    switch (event.type) {
      case 'warning':
        this.#print(warningText(event.message, this.#style));
        break;
      case 'waiting-for-lock':
        this.#say(waitingForLockText(event));
        break;
      case 'lock-broken':
        this.#print(lockBrokenText(event));
        break;
      case 'plan':
        this.#phases = new Phases(event.steps);
        break;
      case 'step-started':
        this.#phases.started(event.step, this.#now());
        this.#sayRunning();
        break;
      case 'step-done':
        this.#finish(this.#phases.done(event.step, this.#now()));
        this.#sayRunning();
        break;
      case 'step-failed':
        this.#phases.failed(event.step);
        this.#print(red(`✖ ${printable(event.step.id)} failed (${formatMs(event.ms)})`));
        break;
      case 'pull-progress':
        this.#say(pullText(event));
        break;
      case 'waiting':
        this.#say(`waiting: ${missingText(event.missing)}`);
        break;
      case 'ready':
        this.#print(green(`✔ ${readyText(event)}`));
        this.#say('looking at what came of it');
        break;
      case 'flushed':
        this.#print(`${green('✔')} ${flushedText(event)}`);
        break;
      case 'switched-back':
        this.#print(`${green('✔')} ${switchedBackText(event)}`);
        break;
      case 'finishing-switch':
        this.#print(finishingSwitchText(event));
        break;
      case 'repointed':
        this.#print(repointedText(event));
        break;
      case 'saving':
        this.#say(savingText(event));
        break;
      case 'writes-lost':
        this.#print(writesLostText(event, this.#style));
        break;
      case 'retrying':
        this.#print(retryText(event));
        break;
      case 'rollback-started':
        this.#print(rollbackText(event));
        this.#say('taking back what this run has done');
        break;
      case 'rollback-done':
        this.#print(...rolledBackLines(event, this.#style));
        break;
      case 'drill-round':
        this.#say(drillRoundText(event));
        break;
      case 'drill-event':
        this.#say(drillEventText(event));
        break;
      case 'drill-return':
        this.#say(`letting ${printable(event.node)} back`);
        break;
      case 'drill-round-done':
        this.#print(green(`✔ ${drillDoneText(event)}`));
        break;
      case 'engine-call':
        break;
    }
  };

  note(text: string): void {
    this.#print(printable(text));
  }

  close(): void {
    this.#spinner.stop();
  }

  /** Lines that stay, above the one that moves: ora steps aside for writes to its stream. */
  #print(...lines: readonly string[]): void {
    this.#output.write(`${lines.join('\n')}\n`);
  }

  #say(text: string): void {
    const room = Math.max(20, (this.#output.columns ?? 80) - MARGIN);
    const shown = printable(text);
    this.#spinner.text = shown.length > room ? `${beginning(shown, room - 1)}…` : shown;
  }

  #sayRunning(): void {
    const running = this.#phases.running;
    if (running.length > 0) this.#say(running.map(printable).join(', '));
  }

  #finish(phase: Phase | null): void {
    if (phase === null) return;
    const { green, dim } = this.#style;
    this.#print(`${green('✔')} ${PHASES[phase.kind](phase.steps)} ${dim(`(${formatMs(phase.ms)})`)}`);
  }
}
