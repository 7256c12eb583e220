/** A drill as one page that needs nothing else: no script, no font, no network; for the screen and for paper. */

import { count, formatMs } from '../../model/format.js';
import type { DrillReport, DrillRound } from '../../model/report/drill-report.js';
import { VERSION } from '../../version.js';
import {
  breachText,
  cutOffLines,
  errorsText,
  figureRows,
  oddText,
  STEP_TITLES,
  stepDetail,
  writesText,
} from '../text/drill-text.js';
import { roundSvg } from './drill-svg.js';
import { escaped } from './markup.js';

export function drillHtml(report: DrillReport): string {
  const title = `Drill of ${report.group}: ${report.fault}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(introduction(report))}</p>
${verdict(report)}
${figures(report)}
${legend()}
${report.rounds.map((round) => section(round, report)).join('\n')}
</main>
<footer>rsentinel ${escaped(VERSION)}, ${new Date(report.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC</footer>
</body>
</html>
`;
}

const FAULTS: Readonly<Record<DrillReport['fault'], string>> = {
  kill: 'the master was killed with SIGKILL',
  pause: 'the processes of the master were frozen until another node was the master',
  partition: 'the master was cut off from the network until another node was the master',
  failover: 'the master was replaced in a planned switch',
};

function introduction({ rounds, fault, timing, redis, sentinels, masterName }: DrillReport): string {
  const nodes = `${count(redis.length, 'Redis node')} and ${count(sentinels.length, 'sentinel')}`;
  return `${nodes} of ${masterName}${timing === 'fast' ? ', with timing: fast' : ''}. In ${count(rounds.length, 'round')} ${FAULTS[fault]}, while a client wrote to the master and read from replicas through the sentinels. All times are counted from the order to do so.`;
}

function verdict({ breaches, limits }: DrillReport): string {
  if (breaches.length > 0) {
    const items = breaches.map((breach) => `<li>${escaped(breachText(breach))}</li>`).join('');
    return `<ul class="failed">${items}</ul>`;
  }
  const { maxDowntime, maxLost } = limits;
  const kept = [
    ...(maxDowntime === null ? [] : [`at most ${formatMs(maxDowntime)} without writes`]),
    ...(maxLost === null ? [] : [`at most ${count(maxLost, 'acknowledged write')} lost`]),
  ];
  return kept.length === 0 ? '' : `<p class="kept">Limits kept: ${escaped(kept.join(', '))}.</p>`;
}

function figures(report: DrillReport): string {
  const rows = figureRows(report.figures).map(({ title, values }) => {
    const cells = [values.min, values.median, values.p95, values.max].map((ms) => `<td>${formatMs(ms)}</td>`);
    return `<tr><th scope="row">${escaped(title)}</th>${cells.join('')}<td>${values.count}</td></tr>`;
  });
  return tableOf(['', 'min', 'median', 'p95', 'max', 'rounds'], rows, 'figures');
}

function legend(): string {
  const entry = (shape: string, words: string) =>
    `<span><svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${shape}</svg> ${words}</span>`;
  const square = (name: string) => `<rect class="${name}" x="1" y="3" width="14" height="10" rx="2"/>`;
  const circle = (name: string) => `<circle class="mark ${name}" cx="8" cy="8" r="4.5"/>`;
  return `<p class="legend">${[
    entry(square('master'), 'master'),
    entry(square('replica'), 'replica'),
    entry(square('client'), 'the client gets through'),
    entry(square('gap'), 'no write gets through'),
    entry(circle('down'), '+sdown, +odown'),
    entry(circle('vote'), 'vote, leader elected'),
    entry(circle('lead'), 'promotion, reconfiguration'),
    entry(circle('switch'), '+switch-master'),
  ].join(' ')}</p>`;
}

function section(round: DrillRound, report: DrillReport): string {
  const steps = round.steps.map((step) => {
    const cells = [step.from, step.to].map((ms) => `<td>${ms === null ? '–' : formatMs(ms)}</td>`).join('');
    const detail = escaped(stepDetail(step, round));
    return `<tr><th scope="row">${STEP_TITLES[step.name]}</th>${cells}<td class="words">${detail}</td></tr>`;
  });
  const { writes, reads } = round;
  const odd = oddText(round);
  const client = [
    `${formatMs(writes.gap.ms)} without writes (errors: ${errorsText(writes.errors)})`,
    `${formatMs(reads.gap.ms)} without reads (errors: ${errorsText(reads.errors)})`,
    writesText(round),
    ...cutOffLines(round),
    ...(odd === null ? [] : [odd]),
  ];
  return `<section>
<h2>Round ${round.round}: ${escaped(round.from)} → ${escaped(round.to)}</h2>
<figure>${roundSvg(round, report)}</figure>
${tableOf(['', 'from', 'to', ''], steps, 'steps')}
<ul>${client.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>
</section>`;
}

function tableOf(titles: readonly string[], rows: readonly string[], name: string): string {
  const head = titles.map((title) => (title === '' ? '<td></td>' : `<th scope="col">${title}</th>`)).join('');
  return `<div class="scroll"><table class="${name}"><thead><tr>${head}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

const STYLE = `
:root { --paper: #fff; --ink: #1c1f23; --quiet: #5b636d; --rule: #d5dae0; --master: #2b63c4; --replica: #a9c2ea; --client: #2f8f5b; --gap: #d93c3c; --step: #6a5acd; --vote: #b7791f; --down: #c53030; --lead: #6a5acd; --switch: #2b63c4; }
@media (prefers-color-scheme: dark) { :root { --paper: #15181c; --ink: #e6e9ed; --quiet: #a0a9b4; --rule: #363d46; --master: #6f9ff0; --replica: #34507f; --client: #4cb37c; --gap: #ff6b6b; --step: #a496ff; --vote: #e0ac54; --down: #ff7b7b; --lead: #a496ff; --switch: #6f9ff0; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main, footer { max-width: 1060px; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
footer, .legend { color: var(--quiet); font-size: 0.85rem; }
.legend span { display: inline-flex; align-items: center; gap: 0.3em; margin-right: 1em; }
.failed { color: var(--gap); } .kept { color: var(--client); }
.scroll, figure { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.8rem; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; }
th[scope=row], .words { text-align: left; } th { font-weight: 600; } .words { color: var(--quiet); }
figure svg { width: 100%; min-width: 720px; height: auto; }
svg text { fill: var(--ink); font-size: 12px; } svg .note, svg .none, svg .tick { fill: var(--quiet); font-size: 11px; } svg .on-bar { fill: var(--paper); font-size: 11px; font-weight: 600; }
.grid { stroke: var(--rule); } .zero { stroke: var(--ink); stroke-dasharray: 3 3; } .wire { stroke: var(--rule); stroke-width: 2; }
rect.gap { fill: var(--gap); opacity: 0.16; } .step { fill: var(--step); } .client { fill: var(--client); } .master { fill: var(--master); } .replica { fill: var(--replica); }
.mark { stroke: var(--paper); } .mark.down { fill: var(--down); } .mark.vote { fill: var(--vote); } .mark.lead { fill: var(--lead); } .mark.switch { fill: var(--switch); }
@media print {
  :root { --paper: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --master: #2b63c4; --replica: #a9c2ea; --client: #2f8f5b; --gap: #d93c3c; --step: #6a5acd; --vote: #b7791f; --down: #c53030; --lead: #6a5acd; --switch: #2b63c4; }
  body { font-size: 10pt; } main, footer { max-width: none; padding: 0; } .scroll, figure { overflow: visible; } .words { white-space: normal; }
  section { break-inside: avoid; } rect, circle, .on-bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; } figure svg { min-width: 0; }
}
`;
