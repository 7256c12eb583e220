import type { Topology } from '../../../src/model/topology.js';
import { formatDiagnostic } from '../../../src/topology/diagnostic.js';
import { parseTopology } from '../../../src/topology/parse.js';
import type { Env } from '../../../src/topology/yaml/interpolate.js';

function parse(text: string, env: Env) {
  return parseTopology(text, { file: 't.yaml', path: '/srv/My_App/t.yaml', directory: '/srv/My_App', env });
}

/** What the user is told: errors and warnings, as lines. */
export function linesOf(text: string, env: Env = {}): string[] {
  const parsed = parse(text, env);
  return (parsed.ok ? parsed.warnings : parsed.diagnostics).map(formatDiagnostic);
}

/** The topology of a file that has to be valid. */
export function topologyOf(text: string, env: Env = {}): Topology {
  const parsed = parse(text, env);
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(formatDiagnostic).join('\n'));
  return parsed.topology;
}

export function isValid(text: string, env: Env = {}): boolean {
  return parse(text, env).ok;
}

/** `redis-1:6379` for every node. */
export function nodesOf(text: string): string[] {
  const { redis, sentinels } = topologyOf(text);
  return [...redis, ...sentinels].map((node) => `${node.name}:${node.port}`);
}

/** The lines that a node's `config` becomes. */
export function confOf(text: string, name: string): string[] {
  const { redis, sentinels } = topologyOf(text);
  const node = [...redis, ...sentinels].find((candidate) => candidate.name === name);
  return (node?.directives ?? []).map((directive) => `${directive.name} ${directive.value}`);
}
