/** `npm run check:audit`: whether a known vulnerability is in what the lock file names, where the registry tells. */
import { spawnSync } from 'node:child_process';
import { auditVerdict } from './lib/audit.mjs';
import { say } from './lib/log.mjs';
import { ROOT } from './lib/paths.mjs';

/** ms: a registry that does not answer is no reason to wait. */
const PATIENCE = 60_000;

// npm names its own script to the scripts that it runs: no guess about npm.cmd on Windows.
const npm = process.env.npm_execpath;
const [program, first] = npm === undefined ? ['npm', []] : [process.execPath, [npm]];
const { stdout, stderr } = spawnSync(program, [...first, 'audit', '--json'], {
  cwd: ROOT,
  encoding: 'utf8',
  timeout: PATIENCE,
});
const verdict = auditVerdict(stdout ?? '', stderr ?? '');
say(verdict.message);
process.exitCode = verdict.isClean ? 0 : 1;
