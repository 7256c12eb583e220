/** The steps of a plan: what they do, and in which order they may be done. */

/** What a step does. Operations name nodes and outcomes, not container verbs. */
export type Operation =
  | { readonly kind: 'image' }
  /** Remove a network of the group that has another subnet. */
  | { readonly kind: 'drop-network' }
  | { readonly kind: 'network' }
  /** The node's directories, and its configuration rendered from the spec and the group's history. */
  | { readonly kind: 'render'; readonly node: string }
  /** The present master put into a stopped node's own configuration, the rest of it kept. */
  | { readonly kind: 'repoint'; readonly node: string }
  /** Let the sentinels promote a replica in the place of a master that does not run. */
  | { readonly kind: 'failover' }
  | { readonly kind: 'stop'; readonly node: string }
  | { readonly kind: 'remove'; readonly node: string }
  | { readonly kind: 'create'; readonly node: string }
  | { readonly kind: 'start'; readonly node: string }
  /** Wait until a Redis node answers and has its data set in memory. */
  | { readonly kind: 'answer'; readonly node: string }
  /** Lower a sentinel's periods while the group forms. */
  | { readonly kind: 'hasten'; readonly node: string };

export interface Step {
  /** `start redis-1`: unique within the plan. */
  readonly id: string;
  readonly operation: Operation;
  /** Why it is done, for people. */
  readonly reason: string;
  /** Ids of the steps that must be done before. */
  readonly after: readonly string[];
}

export const ANCHOR = 'anchor';

function stepId(operation: Operation): string {
  return 'node' in operation ? `${operation.kind} ${operation.node}` : operation.kind;
}

/** Collects steps; dependencies on steps that turned out not to be needed fall away. */
export class Steps {
  readonly #steps: Step[] = [];

  add(operation: Operation, reason: string, after: readonly string[]): void {
    this.#steps.push({ id: stepId(operation), operation, reason, after });
  }

  has(id: string): boolean {
    return this.#steps.some((step) => step.id === id);
  }

  hasKind(kind: Operation['kind']): boolean {
    return this.#steps.some(({ operation }) => operation.kind === kind);
  }

  /** Every step behind those that it depends on, otherwise in the order in which they were added. */
  build(): readonly Step[] {
    const waiting = this.#steps.map((step) => ({ ...step, after: step.after.filter((id) => this.has(id)) }));
    const ordered = new Map<string, Step>();
    while (waiting.length > 0) {
      const next = waiting.findIndex((step) => step.after.every((id) => ordered.has(id)));
      const [step] = waiting.splice(next, 1);
      if (next === -1 || step === undefined) throw new Error('the steps of a plan wait for each other');
      ordered.set(step.id, step);
    }
    return [...ordered.values()];
  }
}
