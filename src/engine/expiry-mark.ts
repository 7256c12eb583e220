/** What notes on an engine until when a group is wanted. */

export interface ExpiryMark {
  /** Of the volume that it is. */
  readonly name: string;
  readonly group: string;
  /** ms since 1970 of the end of the group. */
  readonly at: number;
  /** ms since 1970 of the making of the mark: of several the newest counts. */
  readonly since: number;
}

/** Returns the mark of a group that expires in `ms`. Its name is known before it is made, so that it can be taken back. */
export function expiryMark(group: string, ms: number, now: number): ExpiryMark {
  return { name: `${group}-expires-${now}`, group, at: now + ms, since: now };
}
