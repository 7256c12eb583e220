/** How to connect to a group, as data: what `env` prints, and, as JSON, a documented format (docs/json.md). */
import type { Address } from '../spec/address.js';

/** What an application logs in with. */
export interface ClientLogin {
  /** `default`: a client gives the password alone. */
  readonly user: string;
  /** null: nobody has asked to see it. */
  readonly password: string | null;
}

export interface ConnectionReport {
  readonly version: 1;
  readonly group: string;
  /** What clients ask the sentinels for. */
  readonly masterName: string;
  /** Where clients reach them. */
  readonly sentinels: readonly Address[];
  /** null: nobody has to log in. */
  readonly redis: ClientLogin | null;
  readonly sentinel: ClientLogin | null;
}
