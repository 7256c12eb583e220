/** The owner of the files of nodes, and where these files are on the machine of an engine. */

/** The user that the nodes run as: files belong to it, so that Redis can rewrite them. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Absolute paths of a node's directories on the machine that the engine runs on. */
export interface DirectoryMounts {
  readonly kind: 'directory';
  readonly conf: string;
  readonly data: string;
}

/** Names of a node's volumes on the engine. */
export interface VolumeMounts {
  readonly kind: 'volume';
  readonly conf: string;
  readonly data: string;
}

/** Where a node's configuration and data are. */
export type NodeMounts = DirectoryMounts | VolumeMounts;
