/** What a former master has acknowledged since another node has taken its place. */
export interface DivergedWrites {
  /** The former master, which has them. */
  readonly node: string;
  /** The present master, which does not. */
  readonly master: string;
  /** How many writes; null: they could not be counted. */
  readonly writes: number | null;
  /** Of its replication stream, with what Redis adds itself; null: it cannot be told where the two differ. */
  readonly bytes: number | null;
  /** Milliseconds since 1970 (UTC) at which the sentinels made the other the master; null: no sentinel tells. */
  readonly since: number | null;
}
