/** Operations on configuration, passwords and data files. */

import type { GroupNode } from '../../model/group-nodes.js';
import type { NodeSpec } from '../../model/group-spec.js';
import type { Directive } from '../../model/topology.js';
import { rewriteConf, setOnRedis, setOnSentinel } from '../../nodes/client/set-directives.js';
import { Live } from '../../nodes/live/live.js';
import type { PlanRun } from './plan-run.js';
import { type RotationContext, restartSentinels, rotate } from './rotate-passwords.js';

/** ms for the nodes to go by their former passwords again. */
const UNDO_PATIENCE = 10_000;

export class ConfigOperations {
  readonly #run: PlanRun;

  constructor(run: PlanRun) {
    this.#run = run;
  }

  async setDataAside(node: string, files: readonly string[]): Promise<void> {
    const { names, undo } = await this.#run.storage.setDataAside(node, files);
    this.#run.rollback.note('file', node, `data files of ${node} (as they were)`, undo);
    const message = `${files.join(' and ')} of ${node} cannot be loaded, and is kept as ${names.join(' and ')}; the node copies the data of the master`;
    this.#run.context.emit({ type: 'warning', message });
  }

  async set(node: NodeSpec, directives: readonly Directive[]): Promise<void> {
    const { control, kind, name } = node;
    const setBack =
      kind === 'redis'
        ? await setOnRedis(name, control, directives, this.#run.connections)
        : await setOnSentinel(name, control, this.#run.spec.masterName, directives, this.#run.connections);
    const rewrite = () => rewriteConf(name, control, kind, this.#run.connections);
    this.#run.rollback.note('setting', name, `directives of ${name} set back`, async () => {
      await setBack();
      await rewrite();
    });
    // In between: the server keeps the comments of the file that it finds when it rewrites it.
    await this.#run.confs.updateHeader(node);
    await rewrite();
  }

  async rotate(names: readonly string[], isWhole: boolean): Promise<void> {
    const { access } = this.#run.spec;
    if (access.kind === 'none') throw new Error('the plan changes passwords, and there are none');
    const rotation = this.#rotation(names, isWhole);
    const before = this.#run.keeper.before ?? access;
    // Whoever comes after us if we are killed needs both; and so does he if this cannot be taken back.
    await this.#run.keeper.begin();
    this.#run.rollback.note('setting', '', 'passwords', async () => {
      // By then the files are what they were.
      await rotate(this.#backwards(rotation), access, { ...access, ...before }, async () => {});
      await this.#run.keeper.forgetFormer(before);
    });
    await rotate(rotation, before, access, (node) => this.#run.confs.updateAccess(node));
  }

  async restartSentinels(names: readonly string[]): Promise<void> {
    // The servers are waited for as well: a sentinel has its place when it knows them.
    const servers = this.#run.liveNodes.group.redis.map(({ name }) => name);
    const rotation = this.#rotation([...servers, ...names], true);
    this.#run.rollback.note('setting', '', 'the former password of the sentinels', () =>
      restartSentinels(this.#backwards(rotation), this.#run.context.engine, async () => {}),
    );
    await restartSentinels(rotation, this.#run.context.engine, (node) => this.#run.confs.updateAccess(node));
  }

  #rotation(names: readonly string[], isWhole: boolean): RotationContext {
    this.#run.deadline.renew();
    const { masterName, name } = this.#run.spec;
    const { redis, sentinels } = this.#run.liveNodes.group;
    const isTold = (node: GroupNode): boolean => names.includes(node.name);
    const group = { name, masterName, redis: redis.filter(isTold), sentinels: sentinels.filter(isTold) };
    return { live: this.#run.live(group), isWhole };
  }

  /** The time for the change may be over by then, and somebody may have interrupted it. */
  #backwards({ live, isWhole }: RotationContext): RotationContext {
    const context = { ...this.#run.context, signal: new AbortController().signal };
    const undone = new Live(live.group, this.#run.connections, context, AbortSignal.timeout(UNDO_PATIENCE));
    return { live: undone, isWhole };
  }

  async forgetPasswords(): Promise<void> {
    const { access } = this.#run.spec;
    if (access.kind !== 'none') await this.#run.keeper.forgetFormer(access);
  }
}
