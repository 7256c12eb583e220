/** The built command line on a terminal, through `script` of util-linux. */
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { BIN } from './command.js';

export interface OnTerminal {
  readonly code: number | null;
  /** What stood on the terminal: both outputs, and what was typed. */
  readonly screen: string;
}

/** What is typed as soon as the screen says something. */
export interface Typing {
  readonly at: RegExp;
  /** `end`: the end of the input. */
  readonly keys: string;
}

export const KEYS = { ctrlC: '\u0003', ctrlD: '\u0004' } as const;

/** In characters. */
export interface TerminalSize {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Runs `rsentinel` to its end.
 * @param size null: a terminal that knows of none
 */
export function onTerminal(
  words: readonly string[],
  typing: Typing | null,
  env: Readonly<Record<string, string>>,
  size: TerminalSize | null = null,
): Promise<OnTerminal> {
  const resize = size === null ? '' : `stty rows ${size.rows} cols ${size.columns}; exec `;
  const command = resize + [process.execPath, BIN, ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: tmpdir(), SHELL: '/bin/sh', TERM: 'xterm', ...env },
  });
  let screen = '';
  let isTyped = false;
  const read = (text: string): void => {
    screen += text;
    if (typing === null || isTyped || !typing.at.test(screen)) return;
    isTyped = true;
    child.stdin.write(typing.keys);
  };
  child.stdout.setEncoding('utf8').on('data', read);
  child.stderr.setEncoding('utf8').on('data', read);
  child.stdin.on('error', () => {});
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, screen }));
  });
}
