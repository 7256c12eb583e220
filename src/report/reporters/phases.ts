/**
 * A plan as people see it: steps of one kind, side by side on many nodes, are one phase. A group
 * of 26 nodes has a hundred steps; a terminal shows seven lines.
 */
import type { Operation, Step } from '../../model/step.js';

export type PhaseKind = Operation['kind'];

export interface Phase {
  readonly kind: PhaseKind;
  /** How many steps it had. */
  readonly steps: number;
  /** From the start of its first step to the end of its last. */
  readonly ms: number;
}

interface Progress {
  readonly size: number;
  readonly left: Set<string>;
  began: number | undefined;
}

/** Follows a plan's steps. Knows the time only as it is told. */
export class Phases {
  readonly #progress = new Map<PhaseKind, Progress>();
  readonly #running = new Set<string>();

  constructor(steps: readonly Step[]) {
    for (const kind of new Set(steps.map((step) => step.operation.kind))) {
      const ids = steps.filter((step) => step.operation.kind === kind).map((step) => step.id);
      this.#progress.set(kind, { size: ids.length, left: new Set(ids), began: undefined });
    }
  }

  started(step: Step, now: number): void {
    this.#running.add(step.id);
    const progress = this.#progress.get(step.operation.kind);
    if (progress !== undefined) progress.began ??= now;
  }

  /** @returns the phase, when this was its last step */
  done(step: Step, now: number): Phase | null {
    this.#running.delete(step.id);
    const progress = this.#progress.get(step.operation.kind);
    if (progress === undefined || !progress.left.delete(step.id) || progress.left.size > 0) return null;
    return { kind: step.operation.kind, steps: progress.size, ms: now - (progress.began ?? now) };
  }

  failed(step: Step): void {
    this.#running.delete(step.id);
  }

  /** Ids of the steps that are under way. */
  get running(): readonly string[] {
    return [...this.#running];
  }
}
