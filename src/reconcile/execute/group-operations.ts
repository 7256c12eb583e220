/** Operations on what a group has beside its nodes, and on the group as a whole. */

import { expiryMark } from '../../engine/expiry-mark.js';
import { refuseFixedPeriods } from '../../failover/with-timing.js';
import type { Snapshot } from '../../nodes/health/snapshot.js';
import { verifyReady } from '../../nodes/wait/verify-ready.js';
import type { PlanRun } from './plan-run.js';

export class GroupOperations {
  readonly #run: PlanRun;
  #snapshot: Snapshot | null = null;
  /** Name of the volume that notes when the group expires, as this plan has made it. */
  #mark: string | null = null;

  constructor(run: PlanRun) {
    this.#run = run;
  }

  createNetwork(): Promise<void> {
    const { engine } = this.#run.context;
    const { name, network } = this.#run.spec;
    // Noted before it is done, as everything is: a call that fails may have had its effect.
    this.#run.rollback.note('network', name, `network ${network.name}`, () => engine.removeNetwork(name));
    return engine.createNetwork(this.#run.spec);
  }

  async markExpiry(ms: number): Promise<void> {
    const { engine } = this.#run.context;
    const { name } = this.#run.spec;
    const mark = expiryMark(name, ms, Date.now());
    this.#run.rollback.note('network', mark.name, `volume ${mark.name}`, () =>
      engine.removeVolume(name, mark.name),
    );
    this.#mark = mark.name;
    await engine.markExpiry(mark);
  }

  async removeMarks(marks: readonly string[]): Promise<void> {
    const { engine } = this.#run.context;
    // From now on the new one is the only one.
    if (this.#mark !== null) this.#run.rollback.keep(this.#mark);
    await Promise.all(marks.map((mark) => engine.removeVolume(this.#run.spec.name, mark)));
  }

  async verifyReady(): Promise<Snapshot> {
    this.#run.deadline.begin();
    const snapshot = await verifyReady(this.#run.live(this.#run.spec));
    refuseFixedPeriods(this.#run.spec.timing, snapshot);
    this.#snapshot = snapshot;
    return snapshot;
  }

  /** Returns the group as it was when it had been verified; verifies it where no step has done so. */
  async verified(): Promise<Snapshot> {
    return this.#snapshot ?? (await this.verifyReady());
  }
}
