/** The data of a Redis node as its files show it. */

/**
 * The data that a server would load if it were started now.
 *
 * `none`: it would start empty. `rdb`: the replication id and offset in the file (rdbSaveInfoAuxFields, rdb.c, 6.0 – 8.0 and Valkey);
 * null: a server without replicas and without a master saved it. `aof`: an append-only file, which tells no offset. `unreadable`: a server
 * would exit at it, or would load less than there was.
 */
export type NodeData =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'rdb';
      readonly replicationId: string | null;
      readonly offset: number;
    }
  /** `writtenAt`: ms since 1970 of the last change of the newest file; `isFolder`: there are several, with a manifest (7.0). */
  | { readonly kind: 'aof'; readonly writtenAt: number; readonly isFolder: boolean }
  /** `files`: names in the node's data directory that have to be set aside. */
  | { readonly kind: 'unreadable'; readonly files: readonly string[]; readonly why: string };
