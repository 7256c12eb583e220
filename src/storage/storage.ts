/**
 * Where the nodes of a group keep their configuration and their data, as far as the group has to
 * know: in directories of this machine (`directory-storage.ts`), or in volumes of the engine.
 */

import type { NodeMounts } from '../model/files.js';
import type { NodeKind } from '../model/group-spec.js';
import type { Undo } from '../model/step.js';
import type { DataReader } from './data/inspect-data.js';

export interface Storage {
  /** The text of a node's configuration file; null when there is none. */
  readConf(node: string, kind: NodeKind): Promise<string | null>;
  /**
   * Makes what all nodes share. To be called, and to be noted for taking back, before the first of
   * the nodes' files is written: what is noted first is taken back last.
   * @returns how to take it back, once it is empty again; null: it was there, or there is nothing
   */
  prepare(): Promise<{ readonly what: string; readonly undo: Undo } | null>;
  /**
   * Makes a node's places, and writes its configuration file.
   * @returns how to take it back: the former text, or nothing of what was not there before
   */
  writeConf(node: string, kind: NodeKind, text: string): Promise<Undo>;
  /** The text of another file beside a node's configuration; null when there is none. */
  readBeside(node: string, file: string): Promise<string | null>;
  /** Writes one, which nobody but the node's user may read. @returns how to take it back */
  writeBeside(node: string, file: string, text: string): Promise<Undo>;
  /** The text of a file that belongs to the group and to no node; null when there is none. */
  readShared(file: string): Promise<string | null>;
  /** Writes one. No container mounts it, and nobody else on this machine can read it. @returns how to take it back */
  writeShared(file: string, text: string): Promise<Undo>;
  /** What a container of the node needs to be there: somebody may have removed the data. */
  ensureMounts(node: string): Promise<NodeMounts>;
  /** Reads in the node's data. */
  data(node: string): DataReader;
  /**
   * Renames files in the node's data, so that its server does not load them; nothing is removed.
   * @returns their new names, and how to take it back
   * @throws RsentinelError DATA_UNREADABLE where they cannot be renamed
   */
  setDataAside(
    node: string,
    files: readonly string[],
  ): Promise<{ readonly names: readonly string[]; readonly undo: Undo }>;
  /** Whether git and npm leave the files alone, also where there are none yet; `prepare` sees to it. */
  isIgnored(): Promise<boolean>;
  /** Lets go of whatever was needed to reach the files. A storage that is closed may be used again. */
  close(): Promise<void>;
}
