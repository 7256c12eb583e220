/** Operations on the replication of nodes that run, and on what the sentinels know of it. */

import { failOver } from '../../failover/await-failover.js';
import { demote } from '../../failover/demote.js';
import { masterMoved, waitConvergedUnder } from '../../failover/master-moved.js';
import { switchOver } from '../../failover/planned.js';
import { replicaOf } from '../../failover/replicaof.js';
import { sameAddress } from '../../model/address.js';
import type { GroupNode } from '../../model/group-nodes.js';
import type { NodeSpec } from '../../model/group-spec.js';
import type { Timing } from '../../model/timing.js';
import { FAILOVER_PERIODS, FORMING_PERIODS, PERIODS, setPeriods } from '../../nodes/health/periods.js';
import { waitAnswer } from '../../nodes/wait/wait-answer.js';
import { forget } from '../../nodes/wait/wait-converged.js';
import type { PlanRun } from './plan-run.js';

export class ReplicationOperations {
  readonly #run: PlanRun;

  constructor(run: PlanRun) {
    this.#run = run;
  }

  async failOver(): Promise<void> {
    this.#run.deadline.begin();
    const { history, live } = this.#run.observed;
    const address = live.master?.address ?? history.master.address;
    const promotion = await failOver(this.#run.live(this.#run.liveNodes.group), address);
    if (promotion !== null) return;
    this.#run.canPromote = false;
    const { name } = history.master;
    const message = `Sentinel has no good replica to promote: ${name} comes back as the master, with what is on its disk`;
    this.#run.context.emit({ type: 'warning', message });
  }

  async switchOver(from: string): Promise<void> {
    this.#run.deadline.renew();
    const live = this.#run.live(this.#run.liveNodes.group);
    const { master, configEpoch } = await switchOver(live, this.#run.present(from));
    this.#run.confs.follow({ ...master, configEpoch });
  }

  /** Makes a node that comes back with its memory a replica of the present master. */
  async demote(member: string): Promise<void> {
    const { address: master } = this.#run.confs.master;
    const { redis, sentinels, masterName } = this.#run.liveNodes.group;
    const former = redis.find(({ name }) => name === member);
    const present = redis.find(({ address }) => sameAddress(address, master));
    if (former === undefined || !this.#run.isFormer(member)) return;
    if (present === undefined) return replicaOf(former.control, master, this.#run.connections);
    const demotion = { former, present, sentinels: { masterName, sentinels }, master };
    await demote(demotion, this.#run.connections, this.#run.context.emit);
  }

  async waitConverged(after: string): Promise<void> {
    this.#run.deadline.renew();
    const master = await waitConvergedUnder(
      this.#run.confs.master.address,
      this.#run.liveNodes.get(after) ?? null,
      this.#run.live(this.#run.liveNodes.group),
    );
    this.#run.rollback.keep(after);
    if (master !== null) throw masterMoved(master.name);
  }

  async forget(sentinel: string): Promise<void> {
    this.#run.deadline.renew();
    await forget(this.#run.present(sentinel), this.#run.live(this.#run.liveNodes.group));
  }

  waitAnswer(node: NodeSpec): Promise<void> {
    return waitAnswer(node, this.#run.live(this.#run.spec));
  }

  async lowerTimers(node: NodeSpec, pace: 'forming' | 'live'): Promise<void> {
    await this.waitAnswer(node);
    const periods = pace === 'forming' ? FORMING_PERIODS : FAILOVER_PERIODS;
    await setPeriods(node.control, periods, this.#run.connections);
  }

  /** Gives a sentinel the periods of a timing. */
  async setTimers({ control }: Pick<GroupNode, 'control'>, timing: Timing): Promise<void> {
    await setPeriods(control, PERIODS[timing], this.#run.connections);
  }
}
