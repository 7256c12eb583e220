/** A group that rsentinel did not make, by some of its sentinels. No engine is needed. */
import { type GivenSentinels, statusOfSentinels } from '../api/external-group.js';
import { watchStatusOfSentinels } from '../api/watch-status.js';
import { doctorOfSentinels } from '../doctor/doctor.js';
import { drillOfSentinels } from '../drill/drill.js';
import { RsentinelError } from '../errors.js';
import { type Address, parseAddress } from '../model/address.js';
import type { Credentials } from '../model/credentials/credentials.js';
import type { Listener } from '../model/events.js';
import type { DoctorReport } from '../model/report/doctor-report.js';
import type { DrillReport } from '../model/report/drill-report.js';
import type { GroupReport } from '../model/report/group-report.js';
import type { WatchMoment } from '../model/report/watch-report.js';
import { type CallOptions, courseOf, type DrillOptions } from './options.js';

export interface ExternalOptions {
  /** The name by which the sentinels watch the master; left out: the only one that they watch. */
  readonly masterName?: string | undefined;
  /** What its nodes are entered with; left out: nobody has to log in, nor to speak TLS. */
  readonly credentials?: Credentials | undefined;
  /** Is called with every event. */
  readonly onEvent?: Listener | undefined;
}

/**
 * Returns the group of the given sentinels. They are asked by its methods.
 * @param sentinels addresses as this machine reaches them: `127.0.0.1:26379`
 * @throws RsentinelError USAGE when one is no address
 */
export function externalGroup(
  sentinels: readonly (string | Address)[],
  options: ExternalOptions = {},
): ExternalGroup {
  return new ExternalGroup(sentinels.map(addressOf), options);
}

export class ExternalGroup {
  readonly #given: GivenSentinels;
  readonly #onEvent: Listener;

  /** Use {@link externalGroup}. */
  constructor(sentinels: readonly Address[], { masterName, credentials, onEvent }: ExternalOptions) {
    this.#given = { sentinels, masterName, ...(credentials === undefined ? {} : { credentials }) };
    this.#onEvent = onEvent ?? (() => {});
  }

  /** Observes the group. @throws RsentinelError SENTINELS_SILENT, MASTER_UNKNOWN, USAGE */
  status({ signal }: CallOptions = {}): Promise<GroupReport> {
    return statusOfSentinels(this.#given, signalOf(signal));
  }

  /** Yields what happens to the group, until the signal is aborted. @throws as {@link status} when it begins */
  watch({ signal }: CallOptions = {}): AsyncGenerator<WatchMoment> {
    return watchStatusOfSentinels(this.#given, signalOf(signal));
  }

  /** Looks for the known traps of Sentinel in the group. */
  doctor({ signal }: CallOptions = {}): Promise<DoctorReport> {
    return doctorOfSentinels(this.#given, signalOf(signal));
  }

  /** Has the sentinels switch to a replica, and measures what clients see of it. */
  drill(options: Omit<DrillOptions, 'fault' | 'timing'> = {}): Promise<DrillReport> {
    const context = { emit: this.#onEvent, signal: signalOf(options.signal) };
    return drillOfSentinels(this.#given, courseOf(options), context);
  }
}

function addressOf(given: string | Address): Address {
  const address = typeof given === 'string' ? parseAddress(given) : given;
  if (address !== null) return address;
  throw new RsentinelError('USAGE', `${given} is no address`, {
    hint: 'Write it as host:port: 127.0.0.1:26379.',
  });
}

function signalOf(signal: AbortSignal | undefined): AbortSignal {
  return signal ?? new AbortController().signal;
}
