/**
 * The plan: what has to be done to the engine and the directories so that the group in the file
 * is the group that runs. Decided here, purely, from the spec and from what was observed;
 * `apply` walks it and decides nothing.
 */

/** What a step does. Operations name nodes and outcomes, not container verbs. */
export type Operation =
  | { readonly kind: 'image' }
  | { readonly kind: 'network' }
  | { readonly kind: 'reserve' }
  | { readonly kind: 'files'; readonly node: string }
  | { readonly kind: 'create'; readonly node: string }
  | { readonly kind: 'start'; readonly node: string }
  | { readonly kind: 'answer'; readonly node: string };

export interface Step {
  /** `start redis-1`: unique within the plan. */
  readonly id: string;
  readonly operation: Operation;
  /** Why it is done, for people. */
  readonly reason: string;
  /** Ids of the steps that must be done before. */
  readonly after: readonly string[];
}
