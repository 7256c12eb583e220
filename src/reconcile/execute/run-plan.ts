/** Walks a plan: every step as soon as those before it are done. Decides nothing. */

import type { Listener } from '../../model/events.js';
import type { Operation, Step } from '../../model/step.js';

/**
 * Performs the steps of a plan, side by side where their order allows it. When one fails, or the
 * signal is aborted, no further step begins; those under way are waited for, so that the caller
 * knows what there is to take back.
 * @throws what the first failing step threw, or the signal's reason
 */
export async function runPlan<Kind extends Operation>(
  steps: readonly Step<Kind>[],
  perform: (operation: Kind) => Promise<void>,
  emit: Listener,
  signal: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const halted = AbortSignal.any([signal, failure.signal]);
  const running = new Map<string, Promise<void>>();

  const run = async (step: Step<Kind>): Promise<void> => {
    await Promise.all(step.after.map((id) => running.get(id)));
    if (halted.aborted) return;
    const started = performance.now();
    emit({ type: 'step-started', step });
    try {
      await perform(step.operation);
      emit({ type: 'step-done', step, ms: performance.now() - started });
    } catch (error) {
      emit({ type: 'step-failed', step, ms: performance.now() - started });
      failure.abort(error);
    }
  };
  for (const step of steps) running.set(step.id, run(step));
  await Promise.all(running.values());
  signal.throwIfAborted();
  failure.signal.throwIfAborted();
}
