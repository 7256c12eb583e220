/**
 * The Redis servers and sentinels of a fake engine, in memory. They copy, save, promote and forget as the real ones do;
 * every effect comes at once. Nobody fails over by itself: a test says when the sentinels do.
 */
import { createHash } from 'node:crypto';
import {
  readConfFacts,
  readDirectiveLines,
  splitWords,
  withReplicaof,
} from '../../../src/config/conf-facts.js';
import { type Address, formatAddress, sameAddress } from '../../../src/model/address.js';

/** The files of a node as far as its server reads and writes them. */
export interface NodeFiles {
  conf(): string | null;
  writeConf(text: string): void;
  /** Numbers of the writes that are on the disk; null: there is no data file. */
  data(): readonly number[] | null;
  saveData(writes: readonly number[]): void;
}

interface ServerBase {
  readonly container: string;
  readonly address: Address;
  readonly runid: string;
  readonly files: NodeFiles;
  /** As `serverOf` counts: 8.0 is 800. */
  readonly version: number;
  /** SHA-256 of the passwords that the default user has; none: nobody has to log in. */
  passwords: ReadonlySet<string>;
  /** What it logs in to Redis with. */
  authPass: string | null;
  isPaused: boolean;
}

export interface RedisServer extends ServerBase {
  readonly kind: 'redis';
  replicaOf: Address | null;
  /** Numbers of the writes that it has in memory. */
  writes: readonly number[];
  readonly settings: Map<string, string>;
  /** Whether CLIENT PAUSE … WRITE holds its writes. */
  holdsWrites: boolean;
  /** As CONFIG REWRITE writes it. */
  requirepass: string | null;
}

export interface SentinelServer extends ServerBase {
  readonly kind: 'sentinel';
  readonly masterName: string;
  /** What it logs in to other sentinels with. */
  ownPass: string | null;
  master: Address;
  configEpoch: number;
  readonly settings: Map<string, string>;
  readonly periods: Map<string, string>;
  replicas: readonly Address[];
  sentinels: readonly { readonly address: Address; readonly id: string }[];
}

export type Server = RedisServer | SentinelServer;

const DEFAULT_PERIODS = {
  'info-period': '10000',
  'ping-period': '1000',
  'publish-period': '2000',
  'ask-period': '1000',
};
const SENTINEL_SETTINGS = ['down-after-milliseconds', 'parallel-syncs', 'failover-timeout'];

export class Nodes {
  /** Is told of a server that has ended by itself. */
  onEnd: (container: string) => void = () => {};
  /** Whether packets get to a container and from it. */
  hasNetwork: (container: string) => boolean = () => true;
  readonly #servers = new Map<string, Server>();
  #runs = 0;

  /** Starts the server of a container from its configuration file. @throws Error as a server that exits does */
  start(container: string, kind: Server['kind'], files: NodeFiles, version: number): void {
    const text = files.conf();
    if (text === null) throw new Error(`Fatal error, can't open config file of ${container}`);
    const facts = readConfFacts(text);
    if (facts.announced === null) throw new Error(`${container} announces no address`);
    this.#runs += 1;
    const lines = wordsOf(text);
    const requirepass = lines.get('requirepass')?.[0] ?? null;
    const ofUser = (lines.get('user') ?? [])
      .filter((word) => word.startsWith('#'))
      .map((word) => word.slice(1));
    const base = {
      container,
      address: facts.announced,
      files,
      version,
      passwords: new Set(requirepass === null ? ofUser : [sha256(requirepass)]),
      authPass: lines.get('masterauth')?.[0] ?? lines.get('sentinel auth-pass')?.[1] ?? null,
      isPaused: false,
    };
    if (kind === 'redis') {
      const settings = new Map(
        readDirectiveLines(text).map(({ name, value }) => [name, splitWords(value).join(' ')]),
      );
      const runid = `${this.#runs}`.padStart(40, 'a');
      const writes = files.data() ?? [];
      this.#servers.set(container, {
        ...base,
        kind,
        runid,
        replicaOf: facts.replicaOf,
        writes,
        settings,
        holdsWrites: false,
        requirepass,
      });
    } else {
      this.#servers.set(container, sentinelFrom(text, base));
    }
    this.replicate();
  }

  /** Ends a server; one that is asked to saves its data first. */
  stop(container: string, how: 'SIGTERM' | 'SIGKILL'): void {
    const server = this.#servers.get(container);
    if (server?.kind === 'redis' && how === 'SIGTERM') server.files.saveData(server.writes);
    this.#servers.delete(container);
  }

  /** SHUTDOWN NOSAVE. */
  shutDown(container: string): void {
    this.#servers.delete(container);
    this.onEnd(container);
  }

  /**
   * Does what the sentinels do within a minute by themselves: where their master has become a replica, they take it for down and
   * promote another; every server that follows nobody, or another, is led to their master.
   */
  lead(): void {
    const [sentinel] = this.sentinels;
    if (sentinel === undefined) return;
    const named = this.at(sentinel.master);
    const successor = named?.kind === 'redis' ? this.masterOf(named) : undefined;
    if (successor !== undefined) this.#promote(successor, []);
    for (const server of this.redis) {
      const isMaster = sameAddress(server.address, sentinel.master);
      const follows = server.replicaOf !== null && sameAddress(server.replicaOf, sentinel.master);
      if (!isMaster && !follows) this.replicaOf(server, sentinel.master);
    }
  }

  pause(container: string, isPaused: boolean): void {
    const server = this.#servers.get(container);
    if (server !== undefined) server.isPaused = isPaused;
    this.replicate();
  }

  get(container: string): Server | undefined {
    return this.#servers.get(container);
  }

  /** The server that answers at an address; undefined: nobody does. */
  at(address: Address): Server | undefined {
    return this.#answering().find((server) => sameAddress(server.address, address));
  }

  get sentinels(): readonly SentinelServer[] {
    return this.#answering().filter((server) => server.kind === 'sentinel');
  }

  get redis(): readonly RedisServer[] {
    return this.#answering().filter((server) => server.kind === 'redis');
  }

  #answering(): Server[] {
    return [...this.#servers.values()].filter(
      ({ isPaused, container }) => !isPaused && this.hasNetwork(container),
    );
  }

  /** The master of a replica, if it runs. */
  masterOf(replica: RedisServer): RedisServer | undefined {
    const { replicaOf } = replica;
    const master = replicaOf === null ? undefined : this.at(replicaOf);
    return master?.kind === 'redis' && takes(master, replica.authPass) ? master : undefined;
  }

  /** Names of the servers that let somebody in who has not this very password. @param password null: nobody has one */
  withOtherPasswords(password: string | null): readonly string[] {
    const wanted = password === null ? '' : sha256(password);
    return this.#answering().flatMap(({ container, passwords }) =>
      [...passwords].join() === wanted ? [] : [`${container} has not the one password that it should have`],
    );
  }

  /** Replicas copy their masters, and sentinels hear of each other and of replicas: until nothing changes. */
  replicate(): void {
    for (const _ of this.redis) {
      for (const replica of this.redis) {
        const master = this.masterOf(replica);
        if (master !== undefined && master !== replica) replica.writes = master.writes;
      }
    }
    const newest = this.sentinels.toSorted((a, b) => b.configEpoch - a.configEpoch)[0];
    for (const sentinel of this.sentinels) {
      if (newest !== undefined && newest.configEpoch > sentinel.configEpoch) {
        sentinel.master = newest.master;
        sentinel.configEpoch = newest.configEpoch;
        sentinel.replicas = sentinel.replicas.filter((address) => !sameAddress(address, newest.master));
      }
      this.#discover(sentinel);
      rewriteSentinel(sentinel);
    }
  }

  #discover(sentinel: SentinelServer): void {
    const followers = this.redis.filter(
      ({ replicaOf }) => replicaOf !== null && sameAddress(replicaOf, sentinel.master),
    );
    if (this.at(sentinel.master) !== undefined) {
      sentinel.replicas = distinct([...sentinel.replicas, ...followers.map(({ address }) => address)]);
    }
    const peers = this.sentinels.filter(
      (other) =>
        other !== sentinel &&
        other.masterName === sentinel.masterName &&
        sameAddress(other.master, sentinel.master) &&
        takes(sentinel, other.ownPass),
    );
    const known = sentinel.sentinels.filter(({ id }) => !peers.some((peer) => peer.runid === id));
    sentinel.sentinels = [...known, ...peers.map(({ address, runid }) => ({ address, id: runid }))];
  }

  /** Promotes a replica as the sentinels do, by SENTINEL FAILOVER or because the master is dead. @returns false: NOGOODSLAVE */
  failOver(masterName: string): boolean {
    const [first] = this.sentinels.filter((sentinel) => sentinel.masterName === masterName);
    if (first === undefined) return false;
    const old = first.master;
    const able = this.redis.filter(
      ({ replicaOf, settings }) =>
        replicaOf !== null && sameAddress(replicaOf, old) && settings.get('replica-priority') !== '0',
    );
    const priority = ({ settings }: RedisServer): number => Number(settings.get('replica-priority') ?? 100);
    const [promoted] = able.toSorted(
      (a, b) => priority(a) - priority(b) || b.writes.length - a.writes.length,
    );
    if (promoted === undefined) return false;
    this.#promote(
      promoted,
      able.filter((replica) => replica !== promoted),
    );
    return true;
  }

  #promote(promoted: RedisServer, followers: readonly RedisServer[]): void {
    if (promoted.replicaOf !== null) this.replicaOf(promoted, null);
    for (const sentinel of this.sentinels) {
      sentinel.replicas = distinct([...sentinel.replicas, sentinel.master]).filter(
        (one) => !sameAddress(one, promoted.address),
      );
      sentinel.master = promoted.address;
      sentinel.configEpoch += 1;
    }
    for (const replica of followers) this.replicaOf(replica, promoted.address);
    this.replicate();
  }

  /** REPLICAOF, and the CONFIG REWRITE that follows it. */
  replicaOf(server: RedisServer, master: Address | null): void {
    server.replicaOf = master;
    const text = server.files.conf() ?? '';
    server.files.writeConf(
      withReplicaof(text, master === null ? null : `replicaof ${master.host} ${master.port}`),
    );
    this.replicate();
  }

  /** CONFIG REWRITE. */
  rewrite({ files, requirepass, authPass }: RedisServer): void {
    const kept = (files.conf() ?? '')
      .split('\n')
      .filter((line) => !/^(?:requirepass|masterauth)\s/.test(line));
    const lines = [
      ...(requirepass === null ? [] : [`requirepass "${requirepass}"`]),
      ...(authPass === null ? [] : [`masterauth "${authPass}"`]),
    ];
    files.writeConf([...kept.slice(0, -1), ...lines, ''].join('\n'));
  }

  /** What an rsentinel leaves that is killed while it keeps writes from a master of Redis before 6.2. */
  refuseWrites(container: string): void {
    const server = this.#servers.get(container);
    if (server?.kind === 'redis') server.settings.set('min-replicas-to-write', '2000000000');
  }

  /** A client writes a number to whatever node the sentinels name. @returns whether it was acknowledged */
  write(number: number): boolean {
    const [sentinel] = this.sentinels.toSorted((a, b) => b.configEpoch - a.configEpoch);
    const master = sentinel === undefined ? undefined : this.at(sentinel.master);
    if (master?.kind !== 'redis' || master.replicaOf !== null || master.holdsWrites) return false;
    if (Number(master.settings.get('min-replicas-to-write') ?? 0) > this.redis.length) return false;
    master.writes = [...master.writes, number];
    this.replicate();
    return true;
  }
}

/** Whether a server lets somebody in who has a password, or none. */
export function takes({ passwords }: Server, password: string | null): boolean {
  return passwords.size === 0 || (password !== null && passwords.has(sha256(password)));
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The words behind each directive of a configuration file; of one that is there twice, the last. */
function wordsOf(text: string): ReadonlyMap<string, readonly string[]> {
  return new Map(readDirectiveLines(text).map(({ name, value }) => [name, splitWords(value)]));
}

function distinct(addresses: readonly Address[]): readonly Address[] {
  return [...new Map(addresses.map((address) => [formatAddress(address), address])).values()];
}

function sentinelFrom(text: string, base: Omit<ServerBase, 'runid'>): SentinelServer {
  const { monitor } = readConfFacts(text);
  const lines = readDirectiveLines(text).map(({ name, value }) => [name, splitWords(value)] as const);
  const of = (name: string): readonly (readonly string[])[] =>
    lines.filter(([other]) => other === `sentinel ${name}`).map(([, words]) => words);
  const [masterName = '', , , quorum = '2'] = of('monitor')[0] ?? [];
  if (monitor === null) throw new Error('No such master with specified name.');
  return {
    ...base,
    kind: 'sentinel',
    runid: monitor.myid ?? '',
    masterName,
    // Before 6.2 it has no other.
    ownPass:
      wordsOf(text).get('sentinel sentinel-pass')?.[0] ?? wordsOf(text).get('requirepass')?.[0] ?? null,
    master: monitor.master,
    configEpoch: monitor.configEpoch,
    settings: new Map([
      ['quorum', quorum],
      ...SENTINEL_SETTINGS.map((name): [string, string] => [name, of(name)[0]?.[1] ?? '']),
    ]),
    periods: new Map(Object.entries(DEFAULT_PERIODS)),
    replicas: [...of('known-replica'), ...of('known-slave')].map(([, host = '', port]) => ({
      host,
      port: Number(port),
    })),
    sentinels: of('known-sentinel').map(([, host = '', port, id = '']) => ({
      address: { host, port: Number(port) },
      id,
    })),
  };
}

/** Sentinel writes what it knows to its file with every change. */
function rewriteSentinel(sentinel: SentinelServer): void {
  const { masterName: name, master, configEpoch, settings, replicas, sentinels, files } = sentinel;
  const { passwords, authPass, ownPass, version } = sentinel;
  const text = files.conf();
  if (text === null) return;
  const own =
    /^sentinel (monitor|config-epoch|leader-epoch|current-epoch|known-replica|known-slave|known-sentinel|down-after-milliseconds|parallel-syncs|failover-timeout|auth-pass|sentinel-pass)\s|^user\s/;
  const kept = text.split('\n').filter((line) => !own.test(line));
  const lines = [
    `sentinel monitor ${name} ${master.host} ${master.port} ${settings.get('quorum')}`,
    ...SENTINEL_SETTINGS.map((setting) => `sentinel ${setting} ${name} ${settings.get(setting)}`),
    `sentinel config-epoch ${name} ${configEpoch}`,
    `sentinel leader-epoch ${name} ${configEpoch}`,
    `sentinel current-epoch ${configEpoch}`,
    ...(authPass === null ? [] : [`sentinel auth-pass ${name} "${authPass}"`]),
    ...(ownPass === null || version < 602
      ? []
      : [
          `sentinel sentinel-pass "${ownPass}"`,
          `user default on ${[...passwords].map((one) => `#${one}`).join(' ')} ~* &* +@all`,
        ]),
    ...replicas.map(({ host, port }) => `sentinel known-replica ${name} ${host} ${port}`),
    ...sentinels.map(
      ({ address: { host, port }, id }) => `sentinel known-sentinel ${name} ${host} ${port} ${id}`,
    ),
  ];
  const rewritten = [
    ...kept.filter((line, index) => line !== '' || kept[index - 1] !== ''),
    ...lines,
    '',
  ].join('\n');
  if (rewritten !== text) files.writeConf(rewritten);
}
