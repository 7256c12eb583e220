/** How to connect to a group, as data: what `env` prints, and, as JSON, a documented format (docs/json.md). */
import type { Address } from '../address.js';

/** What an application logs in with. */
export interface ClientLogin {
  /** `default`: a client gives the password alone. */
  readonly user: string;
  /** null: nobody has asked to see it. */
  readonly password: string | null;
}

/** What clients need to speak TLS with a group. */
export interface TlsReport {
  /** Whether there is a certificate for clients to show, because nodes ask for one. */
  readonly clientCertificate: boolean;
  /** Paths on this machine; null: the files are in a volume, or it is not known where. */
  readonly files: { readonly ca: string; readonly cert: string | null; readonly key: string | null } | null;
}

/** The same with the texts of the files. */
export interface TlsConnectionReport extends TlsReport {
  readonly pem: {
    readonly ca: string;
    readonly cert: string | null;
    /** null: nobody has asked to see it, or there is none. */
    readonly key: string | null;
  };
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
  /** null: nobody speaks TLS. */
  readonly tls: TlsConnectionReport | null;
}
