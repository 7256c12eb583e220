/** YAML's own errors, in words for someone who has not read YAML's specification. */
import { type Document, type ErrorCode, isScalar, visit, type YAMLError } from 'yaml';
import type { Finding } from '../diagnostic.js';

export interface SyntaxErrors {
  readonly findings: readonly Finding[];
  /** Offset of the first line from which on the file cannot be trusted; Infinity: none. */
  readonly brokenAt: number;
  /** Offsets of the lines that have a mistake. */
  readonly lines: ReadonlySet<number>;
}

const MOST = 10;
/** Some texts have a mistake in every character, and finding the line of each takes its time. */
const MOST_LOOKED_AT = 200;

/** Mistakes that leave the rest of the file as it was meant. */
const HARMLESS: ReadonlySet<ErrorCode> = new Set(['TAG_RESOLVE_FAILED', 'BAD_DQ_ESCAPE', 'MULTIPLE_DOCS']);

interface Wording {
  readonly message: string;
  readonly suggestion: string;
}

const WORDING: ReadonlyMap<ErrorCode, Wording> = new Map<ErrorCode, Wording>([
  ['TAB_AS_INDENT', { message: 'a tab is used to indent', suggestion: 'indent with spaces' }],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    {
      message: 'a second "key: value" on one line',
      suggestion: 'put it on a line of its own, or put a value that contains ": " in quotes',
    },
  ],
  [
    'MULTIPLE_DOCS',
    { message: 'a second document begins here (---)', suggestion: 'keep one group in a file' },
  ],
  ['RESOURCE_EXHAUSTION', { message: 'values are nested too deeply', suggestion: 'write it more simply' }],
  [
    'TAG_RESOLVE_FAILED',
    {
      message: 'YAML tags (words that begin with !) have no meaning here',
      suggestion: 'remove the tag, or put the value in quotes',
    },
  ],
  [
    'MISSING_CHAR',
    {
      message: 'a quote, bracket or colon is missing',
      suggestion: 'close what was opened, and write keys as "key: value"',
    },
  ],
  [
    'BAD_DQ_ESCAPE',
    {
      message: 'a backslash in double quotes begins something unknown',
      suggestion: 'use single quotes, or write \\\\ for a backslash',
    },
  ],
  [
    'BAD_INDENT',
    {
      message: 'the indentation does not fit, or a bracket is not closed',
      suggestion: 'indent the keys of one mapping alike, and close every [ and {',
    },
  ],
  [
    'MULTILINE_IMPLICIT_KEY',
    {
      message: 'a key goes over several lines, or lacks its colon',
      suggestion: 'write "key: value" on one line',
    },
  ],
]);

/** Takes a parsed document and its text; gives its syntax errors. */
export function findSyntaxErrors(document: Document.Parsed, text: string): SyntaxErrors {
  const errors = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  const tooDeep = errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  if (tooDeep) return { findings: [findingOf(tooDeep, tooDeep.pos[0], text)], brokenAt: 0, lines: new Set() };

  const findings: Finding[] = [];
  const lines = new Set<number>();
  let brokenAt = Number.POSITIVE_INFINITY;
  for (const error of errors.slice(0, MOST_LOOKED_AT)) {
    if (findings.length >= MOST) break;
    // once the syntax is broken, tokens in odd places are its consequences
    if (brokenAt !== Number.POSITIVE_INFINITY && error.code === 'UNEXPECTED_TOKEN') continue;
    const offset = offsetOf(error, document);
    const line = lineStart(text, offset);
    if (!HARMLESS.has(error.code)) brokenAt = Math.min(brokenAt, line);
    if (!lines.has(line)) findings.push(findingOf(error, offset, text));
    lines.add(line);
  }
  return { findings, brokenAt, lines };
}

/** Takes a text and an offset; gives the offset at which the line begins. */
export function lineStart(text: string, offset: number): number {
  // lastIndexOf takes a negative start for 0
  return offset <= 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

function findingOf(error: YAMLError, offset: number, text: string): Finding {
  return { severity: 'error', path: [], offset, ...wordingOf(error, text) };
}

/** Takes the text of a file; gives an error for the first character that no YAML file may hold. */
export function unreadableCharacters(text: string): readonly Finding[] {
  // the characters that YAML calls printable
  const match = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text);
  if (match === null) return [];
  const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return [
    {
      severity: 'error',
      path: [],
      offset: match.index,
      message: `a control character (U+${code}) stands here`,
      suggestion: 'remove it; a topology file is plain text in UTF-8',
    },
  ];
}

function wordingOf(error: YAMLError, text: string): Wording {
  if (error.code === 'UNEXPECTED_TOKEN' && text[error.pos[0]] === '{' && text[error.pos[0] - 1] === '$') {
    return { message: '${…} without quotes inside { } or [ ]', suggestion: 'put it in quotes: "${NAME}"' };
  }
  const wording = WORDING.get(error.code);
  if (error.code === 'MISSING_CHAR' && /quote/.test(error.message)) {
    return { message: 'a quote is opened and never closed', suggestion: 'close it' };
  }
  // What it shows of the text may be a part of a password.
  const message = error.message.replace(/: .*$/s, '');
  return wording ?? { message: `this is not YAML: ${message}`, suggestion: 'check the lines around it' };
}

/** yaml reports an unclosed quote where the text ends; people look for where it began. */
function offsetOf(error: YAMLError, document: Document.Parsed): number {
  let offset = error.pos[0];
  if (error.code !== 'MISSING_CHAR' || !/quote/.test(error.message)) return offset;
  visit(document, {
    Scalar: (_key, node) => {
      const [start, end] = node.range ?? [0, 0];
      if (isScalar(node) && node.type?.startsWith('QUOTE') && start < offset && end >= error.pos[0])
        offset = start;
    },
  });
  return offset;
}
