import type { Listener } from '../../model/events.js';

/** Tells the user what goes on while a command works. Interchangeable: events in, text out. */
export interface Reporter {
  readonly listen: Listener;
  /** Something worth knowing that is neither progress nor a warning. */
  note(text: string): void;
  /** Takes from the screen what moves; nothing may be reported afterwards. */
  close(): void;
}

/** Milliseconds on a clock that never goes back; `performance.now` but in tests. */
export type Clock = () => number;
