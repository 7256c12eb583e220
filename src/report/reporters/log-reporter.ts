/** One line per event and no control characters: for pipes, log files and CI; with `-v`, everything. */
import type { RsentinelEvent } from '../../model/events.js';
import { count, formatMs } from '../../model/format.js';
import { printable } from '../../model/text.js';
import type { Output, Style } from '../terminal/style.js';
import {
  drillDoneText,
  drillEventText,
  drillRoundText,
  finishingSwitchText,
  flushedText,
  isMilestone,
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
import type { Clock, Reporter } from './reporter.js';

/** A poll says what is missing many times a second; a log wants to hear it now and then. */
const WAITING_EVERY_MS = 2000;

/** `verbose`: each step's beginning and reason as well, and every call to the engine. */
export type Detail = 'normal' | 'verbose';

export class LogReporter implements Reporter {
  readonly #output: Output;
  readonly #style: Style;
  readonly #detail: Detail;
  readonly #now: Clock;
  #waitingSaid: number | undefined;
  readonly #pullSaid = new Set<string>();

  constructor(output: Output, style: Style, detail: Detail, now: Clock) {
    this.#output = output;
    this.#style = style;
    this.#detail = detail;
    this.#now = now;
  }

  readonly listen = (event: RsentinelEvent): void => {
    for (const line of this.#lines(event)) this.#output.write(`${line}\n`);
  };

  note(text: string): void {
    this.#output.write(`${printable(text)}\n`);
  }

  close(): void {}

  #lines(event: RsentinelEvent): readonly string[] {
    const verbose = this.#detail === 'verbose';
    const { dim, red, green } = this.#style;
    switch (event.type) {
      case 'warning':
        return [warningText(event.message, this.#style)];
      case 'waiting-for-lock':
        return [waitingForLockText(event)];
      case 'lock-broken':
        return [lockBrokenText(event)];
      case 'plan':
        return event.steps.length === 0
          ? []
          : [`${printable(event.group)}: ${count(event.steps.length, 'step')}`];
      case 'step-started':
        // Most steps take milliseconds: their end says enough. An image may take minutes.
        if (!verbose && event.step.operation.kind !== 'image') return [];
        return [dim(`${printable(event.step.id)} … ${printable(event.step.reason)}`)];
      case 'step-done':
        return [`${printable(event.step.id)} (${formatMs(event.ms)})`];
      case 'step-failed':
        return [red(`${printable(event.step.id)} failed (${formatMs(event.ms)})`)];
      case 'pull-progress':
        return this.#pull(event);
      case 'waiting':
        return this.#nowAndThen(`waiting: ${missingText(event.missing)}`);
      case 'ready':
        return [green(readyText(event))];
      case 'flushed':
        return [flushedText(event)];
      case 'switched-back':
        return [switchedBackText(event)];
      case 'finishing-switch':
        return [finishingSwitchText(event)];
      case 'repointed':
        return [repointedText(event)];
      case 'saving':
        return this.#nowAndThen(savingText(event));
      case 'writes-lost':
        return [writesLostText(event, this.#style)];
      case 'retrying':
        return [retryText(event)];
      case 'rollback-started':
        return [rollbackText(event)];
      case 'rollback-done':
        return rolledBackLines(event, this.#style);
      case 'drill-round':
        return [drillRoundText(event)];
      case 'drill-event':
        return verbose || isMilestone(event) ? [dim(drillEventText(event))] : [];
      case 'drill-return':
        return [`letting ${printable(event.node)} back`];
      case 'drill-round-done':
        return [green(drillDoneText(event))];
      case 'engine-call':
        return verbose ? [dim(`engine: ${printable(event.call)} (${formatMs(event.ms)})`)] : [];
    }
  }

  /** A line per step of the pull and per quarter of what is measured; layers repeat both, out of order. */
  #pull(event: Extract<RsentinelEvent, { readonly type: 'pull-progress' }>): readonly string[] {
    const quarter = event.percent === undefined ? undefined : Math.floor(event.percent / 25) * 25;
    const line = pullText({ ...event, percent: quarter });
    if (this.#pullSaid.has(line)) return [];
    this.#pullSaid.add(line);
    return [line];
  }

  /** A line that changes all the time, once in {@link WAITING_EVERY_MS}. */
  #nowAndThen(line: string): readonly string[] {
    const now = this.#now();
    this.#waitingSaid ??= now;
    if (now - this.#waitingSaid < WAITING_EVERY_MS) return [];
    this.#waitingSaid = now;
    return [line];
  }
}
