import { median, p95, spread } from './stats.mjs';

/** @typedef {ReadonlyMap<string, readonly number[]>} Samples */

/** What stands in a line of the table: a title, and the samples of its columns. */
const ROWS = [
  ['rsentinel, loopback', 'rsentinel loopback up', 'rsentinel loopback down'],
  ['bare engine, the same containers', 'bare engine loopback up', 'bare engine loopback down'],
  ['rsentinel, bridge', 'rsentinel bridge up', 'rsentinel bridge down'],
  ['bare engine, the same containers', 'bare engine bridge up', 'bare engine bridge down'],
  ['docker compose, until as ready', 'compose up --wait, then ready', 'compose down'],
  ['docker compose, `up --wait` alone', 'compose up --wait', ''],
  ['tuned compose file, until as ready', 'tuned compose up --wait, then ready', 'tuned compose down'],
  ['tuned compose file, `up --wait` alone', 'tuned compose up --wait', ''],
  ['rsentinel, 1 + 20 + 5 nodes', 'rsentinel large up', 'rsentinel large down'],
  ['bare engine, the same containers', 'bare engine large up', 'bare engine large down'],
  ['rsentinel, twelve groups at once', 'twelve at once', ''],
  ['rsentinel, twelve groups one after another', 'twelve one after another', ''],
  ['rsentinel, nothing to do', 'rsentinel up, nothing to do', ''],
  ['rsentinel reset, nothing broken', 'reset, nothing broken', ''],
  ['`down --volumes` and `up` instead', 'down and up, nothing broken', ''],
  ['rsentinel reset after a failover', 'reset after a failover', ''],
  ['`down --volumes` and `up` instead', 'down and up after a failover', ''],
  ['`node -e 0`', 'node -e 0', ''],
  ['without process start: rsentinel, loopback', 'rsentinel loopback up, process apart', ''],
  ['without process start: bare engine', 'bare engine loopback up, process apart', ''],
  ['without process start: rsentinel, bridge', 'rsentinel bridge up, process apart', ''],
  ['without process start: bare engine', 'bare engine bridge up, process apart', ''],
];

/** Pairs that are compared by their medians, and what is aimed at. */
const RATIOS = [
  ['loopback up (1 + 2 + 3 nodes) / bare engine', 'rsentinel loopback up', 'bare engine loopback up', '≤ 2'],
  ['loopback up / docker compose', 'rsentinel loopback up', 'compose up --wait, then ready', '≤ 0.15'],
  ['loopback up / tuned compose file', 'rsentinel loopback up', 'tuned compose up --wait, then ready', ''],
  ['loopback down / bare engine', 'rsentinel loopback down', 'bare engine loopback down', ''],
  ['loopback down / docker compose', 'rsentinel loopback down', 'compose down', ''],
  ['bridge up / bare engine', 'rsentinel bridge up', 'bare engine bridge up', ''],
  ['bridge up / docker compose', 'rsentinel bridge up', 'compose up --wait, then ready', ''],
  ['bridge down / bare engine', 'rsentinel bridge down', 'bare engine bridge down', ''],
  ['1 + 20 + 5 nodes up / bare engine', 'rsentinel large up', 'bare engine large up', 'as 1 + 2 + 3'],
  ['1 + 20 + 5 nodes down / bare engine', 'rsentinel large down', 'bare engine large down', ''],
  ['twelve groups at once / one after another', 'twelve at once', 'twelve one after another', '< 1'],
  ['reset / down and up, nothing broken', 'reset, nothing broken', 'down and up, nothing broken', '< 1'],
  ['reset / down and up, after a failover', 'reset after a failover', 'down and up after a failover', '< 1'],
  ['nothing to do / `node -e 0`', 'rsentinel up, nothing to do', 'node -e 0', '≤ 4'],
];

/** Kills of the master: a title, and what the samples are called. */
const FAILOVERS = [
  ['down-after-milliseconds: 1000, Sentinel’s own periods', 'normal'],
  ['timing: fast (down-after-milliseconds: 500)', 'fast'],
];

/**
 * How long clients are without a master.
 *
 * @param {Samples} samples
 */
function failoverTable(samples) {
  const rows = FAILOVERS.flatMap(([title = '', timing = '']) => {
    const gaps = samples.get(`without writes, ${timing}`);
    if (gaps === undefined) return [];
    const aborts = (samples.get(`aborts, ${timing}`) ?? []).reduce((sum, count) => sum + count, 0);
    const promoted = samples.get(`promoted, ${timing}`) ?? [];
    const { shortest, longest } = spread(gaps);
    const figures = [median(promoted), shortest, median(gaps), p95(gaps), longest];
    return [[title, ...figures.map((ms) => (ms / 1000).toFixed(2)), String(gaps.length), String(aborts)]];
  });
  if (rows.length === 0) return [];
  const titles = [
    'master killed: seconds',
    'promoted, median',
    'no writes, min',
    'median',
    'p95',
    'max',
    'kills',
    'aborts',
  ];
  return ['', ...table(titles, rows)];
}

/**
 * The result as Markdown, which reads well on a terminal too.
 *
 * @param {{ rounds: number, machine: string, samples: Samples, aside: readonly string[] }} result
 */
export function reportText({ rounds, machine, samples, aside }) {
  const rows = ROWS.filter(([, up = '']) => samples.has(up)).map(([title = '', up = '', down = '']) => [
    title,
    seconds(samples.get(up)),
    seconds(samples.get(down)),
  ]);
  const ratios = RATIOS.flatMap(([title = '', ours = '', theirs = '', aim = '']) => {
    const [a, b] = [samples.get(ours), samples.get(theirs)];
    return a === undefined || b === undefined ? [] : [[title, (median(a) / median(b)).toFixed(2), aim]];
  });
  return [
    `${machine}`,
    `${rounds} rounds, interleaved; seconds: median (shortest – longest)`,
    ...(rows.length === 0 ? [] : ['', ...table(['', 'up', 'down'], rows)]),
    ...(ratios.length === 0 ? [] : ['', ...table(['ratio of medians', '', 'aim'], ratios)]),
    ...failoverTable(samples),
    ...aside.map((line) => `\n${line}`),
    '',
  ].join('\n');
}

function seconds(/** @type {readonly number[] | undefined} */ ms) {
  if (ms === undefined) return '';
  const { shortest, longest } = spread(ms);
  const text = (/** @type {number} */ value) => (value / 1000).toFixed(2);
  return `${text(median(ms))} (${text(shortest)} – ${text(longest)})`;
}

/**
 * @param {readonly string[]} titles
 * @param {readonly (readonly string[])[]} rows
 */
function table(titles, rows) {
  const widths = titles.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (/** @type {readonly string[]} */ cells) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  return [line(titles), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)];
}
