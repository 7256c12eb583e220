/** A watched group as a line for each change, for pipes and logs: no control characters. Pure. */
import { type Address, formatAddress } from '../../model/address.js';
import { formatMs } from '../../model/format.js';
import type {
  ContainerReport,
  GroupReport,
  RedisNodeReport,
  SentinelNodeReport,
} from '../../model/report/group-report.js';
import type { FailoverProgress, WatchedEvent, WatchMoment } from '../../model/report/watch-report.js';
import { printable } from '../../model/text.js';
import { STEP_TITLES, stepDetail } from '../text/drill-text.js';
import { containerText, linkText } from '../text/status-text.js';
import { isCalm, type WatchView } from './watch-view.js';

/** What a trait is where a node has none. */
const NONE = 'none';

/** @returns lines without their ends; none where nothing has changed but offsets */
export function watchLines(before: WatchView, moment: WatchMoment): readonly string[] {
  switch (moment.kind) {
    case 'report':
      return reportLines(before, moment.report, isCalm(before)).map((text) =>
        line(moment.report.observedAt, text),
      );
    case 'event':
      return [eventLine(moment.event)];
    case 'failover':
      return failoverLines(before.failover, moment.failover);
  }
}

function line(time: number, text: string): string {
  return `${new Date(time).toISOString()} ${printable(text)}`;
}

function eventLine({ heardAt, sentinel, event, node, text }: WatchedEvent): string {
  return line(heardAt, [sentinel, event, ...(node === null ? [] : [node]), text].join(' ').trimEnd());
}

/** What can change of a node, as `role`, `master`. The order is that in which it is told. */
type Traits = ReadonlyMap<string, string>;

function reportLines(
  { report: before, calm }: WatchView,
  after: GroupReport,
  isCalm: boolean,
): readonly string[] {
  const traitsBefore = before === null ? new Map<string, Traits>() : traitsOf(before);
  const traitsAfter = traitsOf(after);
  const gone = [...traitsBefore.keys()].filter((node) => !traitsAfter.has(node));
  const faults = isCalm ? faultsOf(after) : new Map<string, string>();
  const faultsBefore = calm === null || !isCalm ? new Map<string, string>() : faultsOf(calm);
  return [
    ...[...traitsAfter].flatMap(([node, traits]) => nodeLines(node, traitsBefore.get(node), traits)),
    ...gone.map((node) => `${node}: gone`),
    ...change('master', before === null ? undefined : masterText(before), masterText(after)).map(
      (text) => `${after.group}: ${text}`,
    ),
    ...[...faults].flatMap(([id, message]) => (faultsBefore.has(id) ? [] : [`fault: ${message}`])),
    ...[...faultsBefore].flatMap(([id, message]) => (faults.has(id) ? [] : [`fault over: ${message}`])),
    ...change('health', before?.health, after.health).map((text) => `${after.group}: ${text}`),
  ];
}

/** @param before undefined: the node is new */
function nodeLines(node: string, before: Traits | undefined, after: Traits): readonly string[] {
  const lost = [...(before?.keys() ?? [])].filter((trait) => !after.has(trait));
  const changes = [
    ...[...after].flatMap(([trait, now]) => change(trait, before && (before.get(trait) ?? NONE), now)),
    ...lost.flatMap((trait) => change(trait, before?.get(trait), NONE)),
  ];
  return changes.length === 0 ? [] : [`${node}: ${changes.join(', ')}`];
}

/** @param before undefined: there was nothing to compare with */
function change(trait: string, before: string | undefined, now: string): readonly string[] {
  if (before === now) return [];
  return [before === undefined ? `${trait} ${now}` : `${trait} ${before} → ${now}`];
}

function traitsOf({ redis, sentinels }: GroupReport): ReadonlyMap<string, Traits> {
  return new Map<string, Traits>([
    ...redis.map((node): [string, Traits] => [node.name, redisTraits(node)]),
    ...sentinels.map((node): [string, Traits] => [node.name, sentinelTraits(node)]),
  ]);
}

function redisTraits({ container, role, link, address }: RedisNodeReport): Traits {
  return new Map([
    ...placeTraits(container, address),
    ['role', role],
    ...(link === null
      ? []
      : ([
          ['link', linkText(link)],
          ['follows', formatAddress(link.master)],
        ] as const)),
  ]);
}

function sentinelTraits({ container, view, address }: SentinelNodeReport): Traits {
  return new Map([
    ...placeTraits(container, address),
    ['master', view === null ? 'unknown' : formatAddress(view.master)],
    ...(view === null ? [] : [['flags', view.flags.join(',')] as const]),
  ]);
}

/** Of one without a container the address is what the file says, which may leave it open. */
function placeTraits(container: ContainerReport | null, address: Address): readonly [string, string][] {
  const place: [string, string] = ['address', formatAddress(address)];
  if (container === null) return [place];
  const state: [string, string] = ['container', containerText(container)];
  return container.state === 'missing' ? [state] : [place, state];
}

function masterText({ master }: GroupReport): string {
  return master === null ? 'unknown' : (master.node ?? formatAddress(master.address));
}

/** What the message says of witnesses and times may change while the fault is the same. */
function faultsOf({ faults }: GroupReport): ReadonlyMap<string, string> {
  return new Map(faults.map(({ code, node, message }) => [`${code} ${node}`, message]));
}

function failoverLines(known: FailoverProgress | null, now: FailoverProgress): readonly string[] {
  const before = known?.startedAt === now.startedAt ? known : null;
  const at = (ms: number) => now.startedAt + ms;
  const steps = now.steps.flatMap((step, index) => {
    const last = before?.steps[index];
    const detail = stepDetail(step, now);
    if (step.to !== null && step.to !== last?.to) {
      const span = `${formatMs(step.from ?? step.to)} – ${formatMs(step.to)}`;
      return [
        line(
          at(step.to),
          `failover: ${STEP_TITLES[step.name]}, ${span}${detail === '' ? '' : `: ${detail}`}`,
        ),
      ];
    }
    if (step.to !== null || step.from === null || step.from === last?.from) return [];
    return [line(at(step.from), `failover: ${STEP_TITLES[step.name]} …`)];
  });
  const begun = before === null ? [line(now.startedAt, `failover: from ${now.from}`)] : [];
  const lastAt = at(now.events.at(-1)?.at ?? 0);
  const isEnded = now.state !== 'running' && now.state !== before?.state;
  const ended =
    now.state === 'done' ? `done, from ${now.from} to ${now.to}` : `called off, ${now.from} answers again`;
  return [...begun, ...steps, ...(isEnded ? [line(lastAt, `failover: ${ended}`)] : [])];
}
