/** Texts that do harm where they are not expected. */
import fc from 'fast-check';

export const HOSTILE_TEXTS = [
  '',
  '.',
  '..',
  '../../etc',
  '/',
  '/etc/passwd',
  'a/../../b',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'a\nport 1',
  'a\r\nbind 0.0.0.0',
  'x\u0000y',
  '\u001b[2J\u001b]0;x\u0007',
  '\u009b2J',
  '\u202etxt.exe',
  'a\u2028b\u0085c',
  '\ud800',
  '"',
  "'",
  '\\',
  '"a" "b',
  '"a\\',
  '# rsentinel: group=x node=y spec=z frame=w',
  '# rsentinel-directive: port 1',
  '{{port}}',
  '${A}',
  '${A:-${B}}',
  '$$',
  '::error::x',
  '##vso[task.setvariable variable=x]y',
  '-1',
  '0',
  '1e3',
  '99999999999999999999',
  'NaN',
  'Infinity',
  'x'.repeat(5_000),
  '🦀'.repeat(40),
] as const;

export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
);

/** What no output may have but for line ends and tabs. */
export const ACTIVE = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype, Map.prototype];
const BEFORE = PROTOTYPES.map((one) => Reflect.ownKeys(one).length);

/** Whether nobody has added anything to what all objects have in common. */
export function prototypesAreUntouched(): boolean {
  return PROTOTYPES.every((one, index) => Reflect.ownKeys(one).length === BEFORE[index]);
}
