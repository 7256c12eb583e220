/** Carries out the steps of `up`: for each kind of operation the place that does it. */

import type { LockedContext } from '../../engine/context.js';
import { endForgottenRefusal } from '../../failover/pause-writes.js';
import type { Connections } from '../../nodes/client/connection.js';
import type { Snapshot } from '../../nodes/health/snapshot.js';
import type { Deadline } from '../../nodes/wait/deadline.js';
import type { UpOperation } from '../../plan/up/up-steps.js';
import type { PlanInput } from '../input/plan-input.js';
import { ConfigOperations } from './config-operations.js';
import { ContainerOperations } from './container-operations.js';
import { GroupOperations } from './group-operations.js';
import { PlanRun } from './plan-run.js';
import { ReplicationOperations } from './replication-operations.js';
import type { RollbackLog } from './rollback.js';

export class PlanExecutor {
  readonly #run: PlanRun;
  readonly #containers: ContainerOperations;
  readonly #config: ConfigOperations;
  readonly #replication: ReplicationOperations;
  readonly #group: GroupOperations;

  constructor(
    input: Pick<PlanInput, 'spec' | 'observed' | 'storage'>,
    connections: Connections,
    rollback: RollbackLog,
    context: LockedContext,
    deadline: Deadline,
  ) {
    this.#run = new PlanRun(input, connections, rollback, context, deadline);
    this.#containers = new ContainerOperations(this.#run);
    this.#config = new ConfigOperations(this.#run);
    this.#replication = new ReplicationOperations(this.#run);
    this.#group = new GroupOperations(this.#run);
  }

  /** False: Sentinel has found no good replica to promote. */
  get canPromote(): boolean {
    return this.#run.canPromote;
  }

  /** Returns the group as it was when it had been verified; verifies it where no step has done so. */
  verified(): Promise<Snapshot> {
    return this.#group.verified();
  }

  /** Carries out one operation. @throws RsentinelError GROUP_BUSY when the lock is lost; what the operation throws */
  readonly execute = async (operation: UpOperation): Promise<void> => {
    await this.#run.context.confirmLock();
    await this.#execute(operation);
  };

  #execute(operation: UpOperation): Promise<unknown> {
    const { context, spec, confs } = this.#run;
    const { engine, signal } = context;
    switch (operation.kind) {
      case 'image':
        return engine.pullImage(spec.image, signal);
      case 'drop-network':
        return engine.removeNetwork(spec.name);
      case 'network':
        return this.#group.createNetwork();
      case 'render':
        return confs.render(this.#run.node(operation.node));
      case 'repoint':
        return confs.repoint(this.#run.node(operation.node));
      case 'ignore':
      case 'certificates':
        return confs.prepare();
      case 'set-data-aside':
        return this.#config.setDataAside(operation.node, operation.files);
      case 'set':
        return this.#config.set(this.#run.node(operation.node), operation.directives);
      case 'rotate':
        return this.#config.rotate(operation.nodes, operation.isWhole);
      case 'restart-sentinels':
        return this.#config.restartSentinels(operation.nodes);
      case 'forget-passwords':
        return this.#config.forgetPasswords();
      case 'unpause':
        return this.#containers.unpause(operation.node);
      case 'save':
        return this.#containers.save(operation.node);
      case 'stop':
        return this.#containers.stop(operation.node);
      case 'rename-aside':
        return this.#containers.renameAside(operation.node);
      case 'remove-old':
        return this.#containers.removeOld(operation.node);
      case 'remove':
        return this.#containers.remove(operation.node);
      case 'create':
        return this.#containers.create(operation.node);
      case 'start':
        return this.#containers.start(operation.node);
      case 'connect':
        return this.#containers.connect(operation.node);
      case 'demote':
        return this.#replication.demote(operation.node);
      case 'failover':
        return this.#replication.failOver();
      case 'switch':
        return this.#replication.switchOver(operation.node);
      case 'answer':
        return this.#replication.waitAnswer(this.#run.node(operation.node));
      case 'lower-timers':
        return this.#replication.lowerTimers(this.#run.node(operation.node), operation.pace);
      case 'set-timers':
        return this.#replication.setTimers(this.#run.present(operation.node), operation.timing);
      case 'restore-timers':
        return this.#replication.setTimers(this.#run.node(operation.node), operation.timing);
      case 'restore-writes': {
        const { control } = this.#run.node(operation.node);
        return endForgottenRefusal(control, operation.minReplicas, this.#run.connections);
      }
      case 'wait-converged':
        return this.#replication.waitConverged(operation.after);
      case 'forget':
        return this.#replication.forget(operation.node);
      case 'mark-expiry':
        return this.#group.markExpiry(operation.ms);
      case 'remove-marks':
        return this.#group.removeMarks(operation.marks);
      case 'verify-ready':
        return this.#group.verifyReady();
    }
  }
}
