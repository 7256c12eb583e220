/** The configuration files of a group's nodes, while `up` changes them. */

import { withAccess } from '../../config/access-lines.js';
import { accessLines, headerOf, renderConf, replicaofLine } from '../../config/conf.js';
import type { ConfFacts } from '../../config/conf-facts.js';
import { otherMasterNames, readConfFacts, withReplicaof } from '../../config/conf-facts.js';
import { editsOf } from '../../config/edits.js';
import { withHeader } from '../../config/header.js';
import { toldValue } from '../../config/secret-lines.js';
import type { Context } from '../../engine/context.js';
import { accessDigest } from '../../model/credentials/group-access.js';
import type { NodeMounts } from '../../model/files.js';
import type { GroupSpec, NodeSpec } from '../../model/group-spec.js';
import type { GroupHistory, MasterHistory } from '../../model/history.js';
import { nodesOf } from '../../spec/build.js';
import type { Storage } from '../../storage/storage.js';
import type { AccessKeeper } from './access-keeper.js';
import type { RollbackLog } from './rollback.js';
import { writeNodeTls, writeSharedTls } from './tls-files.js';

/** Whose file it is. */
type NodeFile = Pick<NodeSpec, 'name' | 'kind'>;

export class ConfFiles {
  readonly #spec: GroupSpec;
  readonly #keeper: AccessKeeper;
  readonly #storage: Storage;
  readonly #rollback: RollbackLog;
  readonly #context: Context;
  #prepared: Promise<void> | undefined;
  /** As observed, until a failover of ours changes it. */
  #history: GroupHistory;

  constructor(
    spec: GroupSpec,
    history: GroupHistory,
    keeper: AccessKeeper,
    storage: Storage,
    rollback: RollbackLog,
    context: Context,
  ) {
    this.#spec = spec;
    this.#history = history;
    this.#keeper = keeper;
    this.#storage = storage;
    this.#rollback = rollback;
    this.#context = context;
  }

  /** The one that files are rendered for. */
  get master(): MasterHistory {
    return this.#history.master;
  }

  /** Another node is the master from now on. */
  follow(master: MasterHistory): void {
    this.#history = { ...this.#history, master };
  }

  /** A node's file from the spec and the group's history; what others have added to the present one is kept. */
  async render(node: NodeSpec): Promise<void> {
    const before = await this.#read(node);
    if (before !== null) this.#tellEdits(node, before);
    await this.prepare();
    const undo = await writeNodeTls(this.#spec, node, this.#storage);
    if (undo !== null) this.#rollback.note('file', node.name, `certificate of ${node.name}`, undo);
    await this.#write(node, renderConf(this.#spec, node, this.#historyFor(node, before), before));
  }

  /** The present master in the file of a node that does not run; nothing else of it is touched. */
  async repoint(node: NodeSpec): Promise<void> {
    const text = await this.#storage.readConf(node.name, node.kind);
    if (text === null) throw new Error(`there is nothing to repoint in ${node.name}`);
    const { master } = this.#history;
    await this.#write(
      node,
      withReplicaof(text, master.name === node.name ? null : replicaofLine(master.address)),
    );
  }

  /** What the file of a node that runs was made from; the directives themselves are its server's to write. */
  async updateHeader(node: NodeSpec): Promise<void> {
    const text = await this.#storage.readConf(node.name, node.kind);
    if (text === null) throw new Error(`${node.name} runs, and its configuration is gone`);
    const before = readConfFacts(text, this.#spec.masterName);
    this.#tellEdits(node, before);
    const names = [...(before.header?.rendered ?? []), ...node.directives.map(({ name }) => name)];
    await this.#write(node, withHeader(text, headerOf(this.#spec, node, new Set(names))));
  }

  /** What a container of the node mounts; made when somebody has removed it. */
  mounts(node: NodeSpec): Promise<NodeMounts> {
    return this.#storage.ensureMounts(node.name);
  }

  async #read(node: NodeSpec): Promise<ConfFacts | null> {
    const text = await this.#storage.readConf(node.name, node.kind);
    return text === null ? null : readConfFacts(text, this.#spec.masterName);
  }

  /** A sentinel's own epochs may have moved on since the group was observed. */
  #historyFor(node: NodeSpec, before: ConfFacts | null): GroupHistory {
    const own = this.#history.sentinels.get(node.name);
    const now = before?.monitor ?? null;
    if (own === undefined || now === null) return this.#history;
    const sentinels = new Map(this.#history.sentinels);
    sentinels.set(node.name, { ...now, myid: now.myid ?? own.myid });
    return { ...this.#history, sentinels };
  }

  #tellEdits({ name }: NodeSpec, before: ConfFacts): void {
    const { added, changed } = editsOf(before);
    const warn = (message: string): void => this.#context.emit({ type: 'warning', message });
    for (const master of otherMasterNames(before)) {
      warn(`${name} also watches the master ${master}, which is not in the topology: it goes on watching it`);
    }
    for (const edit of changed) {
      const now = toldValue({ name: edit.name, value: edit.now });
      warn(
        `${name}: ${edit.name} was changed to ${now} by somebody else; the topology's value takes its place`,
      );
    }
    for (const edit of added) {
      warn(
        `${name}: ${edit.name} ${toldValue(edit)} was added to its configuration by somebody else, and is kept`,
      );
    }
  }

  /** The file of a node that runs, for the logins that it has been given; the rest is its server's to write. */
  async updateAccess({ name, kind }: NodeFile): Promise<void> {
    const text = await this.#storage.readConf(name, kind);
    if (text === null) throw new Error(`${name} runs, and its configuration is gone`);
    const { header } = readConfFacts(text, this.#spec.masterName);
    const lines = withAccess(text, accessLines(this.#spec, kind));
    // One that is about to leave is not in the spec.
    const node = nodesOf(this.#spec).find((other) => other.name === name);
    const own = header ?? (node === undefined ? null : headerOf(this.#spec, node, new Set()));
    const access = accessDigest(this.#spec.access);
    await this.#write(
      { name, kind },
      own === null ? lines : withHeader(lines, { ...own, digests: { ...own.digests, access } }),
    );
  }

  /** What all files have in common, made before the first of them is written. */
  prepare(): Promise<void> {
    this.#prepared ??= this.#prepare();
    return this.#prepared;
  }

  async #write(node: NodeFile, text: string): Promise<void> {
    await this.prepare();
    const undo = await this.#storage.writeConf(node.name, node.kind, text);
    this.#rollback.note('file', node.name, `configuration of ${node.name}`, undo);
  }

  /** Before the nodes' own, which are made side by side: what is noted first is taken back last. */
  async #prepare(): Promise<void> {
    const made = await this.#storage.prepare();
    if (made !== null) this.#rollback.note('file', '', made.what, made.undo);
    const undo = await this.#keeper.begin();
    if (undo !== null) this.#rollback.note('file', '', 'passwords', undo);
    const undoTls = await writeSharedTls(this.#spec, this.#storage);
    if (undoTls !== null) this.#rollback.note('file', '', 'certificates', undoTls);
  }
}
