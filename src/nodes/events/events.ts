/**
 * What Sentinel publishes of itself: a channel for each type of event, a line of text as the
 * message. Pure; a line that is not known is kept as it is, never an exception.
 */
import type { Address } from '../../model/address.js';

/** An instance as an event names it: `master`, `slave` (a replica) or `sentinel`. */
export interface EventInstance {
  readonly role: 'master' | 'slave' | 'sentinel';
  readonly address: Address;
  /** Name of the master that it is, or belongs to. */
  readonly masterName: string;
}

export type SentinelEvent =
  /** `+sdown`, `+odown`, `+promoted-slave` …: something about one instance. */
  | {
      readonly kind: 'instance';
      readonly type: string;
      readonly instance: EventInstance;
      /** What follows the instance: `#quorum 2/2`. */
      readonly more: string;
    }
  /** `+switch-master`: clients are told of another master. */
  | {
      readonly kind: 'switch';
      readonly type: string;
      readonly masterName: string;
      readonly from: Address;
      readonly to: Address;
    }
  /** `+vote-for-leader`: the vote of the sentinel that says so. */
  | { readonly kind: 'vote'; readonly type: string; readonly leader: string; readonly epoch: number }
  | { readonly kind: 'epoch'; readonly type: string; readonly epoch: number }
  /** Any other. */
  | { readonly kind: 'other'; readonly type: string; readonly text: string };

/**
 * @param type the channel: `+sdown`
 * @param message `master mymaster 127.0.0.1 6379`
 */
export function parseEvent(type: string, message: string): SentinelEvent {
  return (
    (type === '+switch-master' ? switchEvent(type, message) : null) ??
    (type === '+vote-for-leader' ? voteEvent(type, message) : null) ??
    (type === '+new-epoch' ? epochEvent(type, message) : null) ??
    instanceEvent(type, message) ?? { kind: 'other', type, text: message }
  );
}

function switchEvent(type: string, message: string): SentinelEvent | null {
  const [masterName, fromHost, fromPort, toHost, toPort] = message.split(' ');
  const from = addressOf(fromHost, fromPort);
  const to = addressOf(toHost, toPort);
  if (masterName === undefined || from === null || to === null) return null;
  return { kind: 'switch', type, masterName, from, to };
}

function voteEvent(type: string, message: string): SentinelEvent | null {
  const [, leader, epoch] = /^([0-9a-f]{40}) (\d+)$/.exec(message) ?? [];
  return leader === undefined ? null : { kind: 'vote', type, leader, epoch: Number(epoch) };
}

function epochEvent(type: string, message: string): SentinelEvent | null {
  return /^\d+$/.test(message) ? { kind: 'epoch', type, epoch: Number(message) } : null;
}

/** Name of the master that an event concerns; null: it names none. */
export function masterOfEvent(event: SentinelEvent): string | null {
  if (event.kind === 'switch') return event.masterName;
  return event.kind === 'instance' ? event.instance.masterName : null;
}

/** `<role> <name> <host> <port>`, for all but masters with `@ <master> <host> <port>`. */
const INSTANCE = /^(master|slave|sentinel) (\S+) (\S+) (\d+)(?: @ (\S+) \S+ \d+)?(?: (.*))?$/;

function instanceEvent(type: string, message: string): SentinelEvent | null {
  const [, role, name = '', host, port, master, more = ''] = INSTANCE.exec(message) ?? [];
  const address = addressOf(host, port);
  if (address === null || (role !== 'master' && role !== 'slave' && role !== 'sentinel')) return null;
  return { kind: 'instance', type, instance: { role, address, masterName: master ?? name }, more };
}

function addressOf(host: string | undefined, port: string | undefined): Address | null {
  if (host === undefined || port === undefined || !/^\d{1,5}$/.test(port)) return null;
  return { host, port: Number(port) };
}
