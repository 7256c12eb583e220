/** Collects the steps of a plan and puts them in order. */
import type { Operation, Step } from '../model/step.js';

function stepId(operation: Operation): string {
  switch (operation.kind) {
    case 'wait-converged':
      return `wait-converged ${operation.after}`;
    case 'forget':
      return `forget ${operation.gone} on ${operation.node}`;
    default:
      return 'node' in operation ? `${operation.kind} ${operation.node}` : operation.kind;
  }
}

/** Collects steps; dependencies on steps that turned out not to be needed fall away. */
export class Steps<Kind extends Operation = Operation> {
  readonly #steps: Step<Kind>[] = [];
  #first: readonly string[] = [];

  /** @returns the step's id */
  add(operation: Kind, reason: string, after: readonly string[]): string {
    const id = stepId(operation);
    this.#steps.push({ id, operation, reason, after });
    return id;
  }

  /** Adds a step that is done before all others. */
  addFirst(operation: Kind, reason: string): void {
    this.#first = [this.add(operation, reason, [])];
  }

  get isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  /** Ids of the steps that no other step depends on, so far. */
  get last(): readonly string[] {
    const needed = new Set(this.#steps.flatMap(({ after }) => after));
    return this.#steps.map(({ id }) => id).filter((id) => !needed.has(id));
  }

  has(id: string): boolean {
    return this.#steps.some((step) => step.id === id);
  }

  hasKind(...kinds: readonly Operation['kind'][]): boolean {
    return this.#steps.some(({ operation }) => kinds.includes(operation.kind));
  }

  /** Ids of the steps of some kinds, so far. */
  ids(...kinds: readonly Operation['kind'][]): readonly string[] {
    return this.#steps.filter(({ operation }) => kinds.includes(operation.kind)).map(({ id }) => id);
  }

  /** Every step behind those that it depends on, otherwise in the order in which they were added. */
  build(): readonly Step<Kind>[] {
    const first = (id: string) => (this.#first.includes(id) ? [] : this.#first);
    const waiting = this.#steps.map((step) => ({
      ...step,
      after: [...first(step.id), ...step.after.filter((id) => this.has(id))],
    }));
    const ordered = new Map<string, Step<Kind>>();
    while (waiting.length > 0) {
      const next = waiting.findIndex((step) => step.after.every((id) => ordered.has(id)));
      const [step] = waiting.splice(next, 1);
      if (next === -1 || step === undefined) throw new Error('the steps of a plan wait for each other');
      ordered.set(step.id, step);
    }
    return [...ordered.values()];
  }
}
