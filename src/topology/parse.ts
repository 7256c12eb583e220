/** Text → topology. Pure: files and the environment are handed in. */

import { basename, join, resolve } from 'node:path';
import { majorityOf } from '../model/group-nodes.js';
import { DEFAULT_TIMES, timingOf } from '../model/timing.js';
import type { Directive, TlsFilePaths, Topology, TopologyAuth, TopologyNode } from '../model/topology.js';
import { bytesOf } from '../spec/memory.js';
import { readAuth } from './auth.js';
import { type Diagnostic, type Finding, toDiagnostics } from './diagnostic.js';
import { mergeDirectives, readDirectives } from './directives.js';
import { dropFaulty, soundness, withoutNulls } from './drop-faulty.js';
import { groupNameFrom } from './group-name.js';
import { type Layout, layOut, type NodeSlot } from './nodes.js';
import { checkRules } from './rules.js';
import { explainIssues, faultyPaths } from './schema/issues.js';
import { DEFAULT_REPLICAS, type TopologyInput, topologySchema } from './schema/schema.js';
import { readTls } from './tls.js';
import { readDocument, type SourceDocument } from './yaml/document.js';
import type { Env } from './yaml/interpolate.js';
import { type Path, valueAt } from './yaml/path.js';

/** Where a topology's text comes from. */
export interface TopologySource {
  /** Its name in messages: as the user typed it, or `<stdin>`. */
  readonly file: string;
  /** Absolute path of the file; undefined for standard input or a library caller's text. */
  readonly path: string | undefined;
  /** Absolute path that relative paths in the text start from. */
  readonly directory: string;
  /** For `${VAR}`. */
  readonly env: Env;
}

export type ParsedTopology =
  | { readonly ok: true; readonly topology: Topology; readonly warnings: readonly Diagnostic[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** Takes the text of a topology file; gives the topology, or every mistake in it. Never throws. */
export function parseTopology(text: string, source: TopologySource): ParsedTopology {
  return analyse(text, source, () => []);
}

/** A path in the file that must lead to something. */
export interface FileReference {
  readonly path: Path;
  readonly holds: 'template' | 'password' | 'certificate' | 'key';
  /** Absolute. */
  readonly file: string;
}

/**
 * As `parseTopology`, with a look at the disk by the caller.
 *
 * @param checkFiles says what is wrong with the files that it names
 */
export function analyse(
  text: string,
  source: TopologySource,
  checkFiles: (files: readonly FileReference[]) => readonly Finding[],
): ParsedTopology {
  const document = readDocument(text, source.env);
  const findings: Finding[] = [...document.findings];
  const valid = document.value && validate(document, document.value, findings);
  let topology: Topology | undefined;
  if (valid) {
    topology = build(valid, document, source, findings);
    findings.push(...checkFiles(filesOf(topology)));
  }
  const diagnostics = toDiagnostics(
    findings,
    source.file,
    (finding) => document.offsetOf(finding.path, finding.atKey),
    document.positionOf,
  );
  if (topology === undefined || diagnostics.some(({ severity }) => severity === 'error')) {
    return { ok: false, diagnostics };
  }
  return { ok: true, topology, warnings: diagnostics };
}

function isCollection(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

interface Valid {
  readonly input: TopologyInput;
  /** What stands in the file, without defaults. */
  readonly given: unknown;
  readonly isSound: (path: Path) => boolean;
}

/** Gives what can be used of the file, and undefined when the syntax is so broken that rules across keys would mislead. */
function validate(document: SourceDocument, value: unknown, findings: Finding[]): Valid | undefined {
  // what is already reported is not reported again for being empty
  const faulty: Path[] = findings
    .filter(
      ({ severity, path }) => severity === 'error' && path.length > 0 && !isCollection(valueAt(value, path)),
    )
    .map(({ path }) => path);
  let given = dropFaulty(withoutNulls(value), faulty);
  // a pass takes out what the one before it found; what is left can only get less
  for (let pass = 0; pass < 10; pass++) {
    const result = topologySchema.safeParse(given);
    if (result.success) {
      if (document.isBroken) return undefined;
      return { input: result.data, given, isSound: soundness(faulty) };
    }
    const { issues } = result.error;
    const found = explainIssues(issues, given);
    findings.push(...found.filter(({ path, atKey }) => document.trusts(document.offsetOf(path, atKey))));
    const wrong = faultyPaths(issues, given);
    faulty.push(...wrong);
    given = dropFaulty(given, wrong);
  }
  return undefined;
}

function build(
  valid: Valid,
  document: SourceDocument,
  source: TopologySource,
  findings: Finding[],
): Topology {
  const { input, given, isSound } = valid;
  const lineOf = (path: Path): number => document.positionOf(document.offsetOf(path)).line;
  const replicas = replicasOf(input, findings);
  const layout = layOut(input, replicas, valueAt(given, ['master', 'port']) !== undefined, lineOf, findings);
  const quorum = input.sentinel.quorum ?? majorityOf(layout.sentinels.length);
  findings.push(
    ...checkRules({
      input,
      replicas: layout.redis.length - 1,
      replicasKey: replicas.key,
      sentinels: layout.sentinels.length,
      quorum,
      isSound,
    }),
  );
  const times = DEFAULT_TIMES[timingOf(input.timing)];
  const name = input.name ?? groupNameFrom(basename(source.directory));
  const absolute = (path: string): string => resolve(source.directory, path);
  const fromSource = (path: string | undefined): string | undefined => path && absolute(path);
  return {
    name,
    image: input.image,
    masterName: input.master.name,
    ...withDirectives(layout, input, document, findings),
    sentinel: {
      quorum,
      'down-after-milliseconds':
        input.sentinel['down-after-milliseconds'] ?? times['down-after-milliseconds'],
      'parallel-syncs': input.sentinel['parallel-syncs'],
      'failover-timeout': input.sentinel['failover-timeout'] ?? times['failover-timeout'],
    },
    memory: input.redis.memory === undefined ? undefined : (bytesOf(input.redis.memory) ?? undefined),
    timing: input.timing,
    network: {
      mode: input.network.mode,
      subnet: input.network.subnet,
      address: input.network.address,
      insecure: input.network.insecure,
    },
    auth: readAuth(input.auth, document, absolute, findings),
    tls: readTls(input.tls, absolute, findings),
    storage: input.storage,
    directory: fromSource(input.directory) ?? join(source.directory, '.rsentinel', name),
    templates: { redis: fromSource(input.templates.redis), sentinel: fromSource(input.templates.sentinel) },
    file: source.path,
  };
}

function replicasOf(input: TopologyInput, findings: Finding[]) {
  if (input.replicas !== undefined && input.slaves !== undefined) {
    findings.push({
      severity: 'error',
      path: ['slaves'],
      atKey: true,
      message: 'slaves is another word for replicas, and both are here',
      suggestion: 'keep one of the two',
    });
  }
  if (input.replicas === undefined && input.slaves !== undefined)
    return { nodes: input.slaves, key: 'slaves' };
  return { nodes: input.replicas ?? DEFAULT_REPLICAS, key: 'replicas' };
}

function withDirectives(
  layout: Layout,
  input: TopologyInput,
  document: SourceDocument,
  findings: Finding[],
): Pick<Topology, 'redis' | 'sentinels'> {
  const { sourceOf } = document;
  const forRedis = readDirectives('redis', input.redis.config, ['redis', 'config'], sourceOf, findings);
  const forSentinels = readDirectives(
    'sentinel',
    input.sentinel.config,
    ['sentinel', 'config'],
    sourceOf,
    findings,
  );
  const node =
    (kind: 'redis' | 'sentinel', group: readonly Directive[]) =>
    (slot: NodeSlot): TopologyNode => {
      const own = readDirectives(kind, slot.config, [...slot.path, 'config'], sourceOf, findings);
      return {
        name: slot.name,
        port: slot.port,
        portIsFixed: slot.hasOwnPort && slot.port !== 'auto',
        directives: mergeDirectives(group, own),
      };
    };
  const [master, ...replicas] = layout.redis;
  const [first, ...others] = layout.sentinels;
  const redis = node('redis', forRedis);
  const sentinel = node('sentinel', forSentinels);
  return {
    redis: [redis(master), ...replicas.map(redis)],
    sentinels: [sentinel(first), ...others.map(sentinel)],
  };
}

function filesOf({ templates, auth, tls }: Topology): FileReference[] {
  const ofTemplates = (['redis', 'sentinel'] as const).flatMap((kind): FileReference[] => {
    const file = templates[kind];
    return file === undefined ? [] : [{ path: ['templates', kind], holds: 'template', file }];
  });
  const ofPassword = (key: string, source: TopologyAuth['sentinelPassword'] | undefined): FileReference[] =>
    typeof source === 'object' && source.kind === 'file'
      ? [{ path: ['auth', key], holds: 'password', file: source.path }]
      : [];
  return [
    ...ofTemplates,
    ...ofPassword('password-file', auth?.password),
    ...ofPassword('sentinel-password-file', auth?.sentinelPassword),
    ...(tls === null || tls.files === null ? [] : ofTls(tls.files)),
  ];
}

function ofTls({ authority, certificate, key, client }: TlsFilePaths): readonly FileReference[] {
  return [
    { path: ['tls', 'ca-cert-file'], holds: 'certificate', file: authority },
    { path: ['tls', 'cert-file'], holds: 'certificate', file: certificate },
    { path: ['tls', 'key-file'], holds: 'key', file: key },
    ...(client === null
      ? []
      : ([
          { path: ['tls', 'client-cert-file'], holds: 'certificate', file: client.certificate },
          { path: ['tls', 'client-key-file'], holds: 'key', file: client.key },
        ] as const)),
  ];
}
