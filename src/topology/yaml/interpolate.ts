/**
 * `${VAR}` and its relatives, as docker compose reads them:
 *
 *   $VAR, ${VAR}                      the value; empty, with a warning, when it is not set
 *   ${VAR:-default}, ${VAR-default}   the default when VAR is unset or empty, or only when unset
 *   ${VAR:?message}, ${VAR?message}   an error when VAR is unset or empty, or only when unset
 *   ${VAR:+other}, ${VAR+other}       the other text when VAR is set and not empty, or only set
 *   $$                                one dollar sign
 *
 * Defaults, messages and other texts may hold further ones. A dollar sign before anything else
 * stays as it is.
 */

/** Environment variables. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What went wrong at `index` of the text. */
export interface InterpolationProblem {
  readonly severity: 'error' | 'warning';
  readonly index: number;
  readonly message: string;
  readonly suggestion: string;
}

export interface Interpolated {
  readonly text: string;
  /** Whether any variable stood in the text. */
  readonly changed: boolean;
  readonly problems: readonly InterpolationProblem[];
}

type Operator = '' | ':-' | '-' | ':?' | '?' | ':+' | '+';

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'variable';
      readonly index: number;
      readonly name: string;
      readonly operator: Operator;
      readonly operand: readonly Part[];
    };

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:[-?+]|[-?+]/y;
const DEEPEST = 20;

/** Takes a text and the environment; gives the text with its variables filled in. Never throws. */
export function interpolate(text: string, env: Env): Interpolated {
  if (!text.includes('$')) return { text, changed: false, problems: [] };
  const problems: InterpolationProblem[] = [];
  const parser = new Parser(text);
  try {
    const parts = parser.parts(0);
    return { text: evaluate(parts, env, problems), changed: true, problems };
  } catch (error) {
    if (!(error instanceof BadSyntax)) throw error;
    return { text, changed: true, problems: [error.problem] };
  }
}

class BadSyntax extends Error {
  readonly problem: InterpolationProblem;
  constructor(index: number, message: string, suggestion: string) {
    super(message);
    this.problem = { severity: 'error', index, message, suggestion };
  }
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads to the end of the text or, inside a variable, to the brace that closes it. */
  parts(depth: number): Part[] {
    const parts: Part[] = [];
    let start = this.#at;
    const flush = (): void => {
      if (this.#at > start) parts.push({ kind: 'text', text: this.#text.slice(start, this.#at) });
    };
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at];
      if (character === '}' && depth > 0) break;
      const next = this.#text[this.#at + 1];
      if (character !== '$' || next === undefined || !/[$A-Za-z_{]/.test(next)) {
        this.#at++;
        continue;
      }
      flush();
      if (next === '$') {
        parts.push({ kind: 'text', text: '$' });
        this.#at += 2;
      } else {
        parts.push(this.#variable(depth));
      }
      start = this.#at;
    }
    flush();
    return parts;
  }

  #variable(depth: number): Part {
    const index = this.#at;
    this.#at++;
    const braced = this.#text[this.#at] === '{';
    if (!braced) return { kind: 'variable', index, name: this.#match(NAME), operator: '', operand: [] };
    if (depth >= DEEPEST) {
      throw new BadSyntax(
        index,
        `\${…} stands ${DEEPEST} deep inside others`,
        'use fewer defaults within defaults',
      );
    }
    this.#at++;
    const name = this.#match(NAME);
    if (name === '') {
      throw new BadSyntax(
        index,
        '${ is not followed by the name of a variable',
        'write ${NAME}, or $${ for the two characters themselves',
      );
    }
    const operator = this.#match(OPERATOR) as Operator;
    const operand = operator === '' ? [] : this.parts(depth + 1);
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return { kind: 'variable', index, name, operator, operand };
    }
    if (this.#at >= this.#text.length) {
      throw new BadSyntax(index, `\${${name} has no closing brace`, `write \${${name}}`);
    }
    throw new BadSyntax(
      index,
      `\${${name} is followed by something that is not understood`,
      `write \${${name}}, \${${name}:-default}, \${${name}:?message} or \${${name}:+other}`,
    );
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}

function evaluate(parts: readonly Part[], env: Env, problems: InterpolationProblem[]): string {
  let text = '';
  for (const part of parts) text += part.kind === 'text' ? part.text : substitute(part, env, problems);
  return text;
}

function substitute(part: Part & { kind: 'variable' }, env: Env, problems: InterpolationProblem[]): string {
  const { name, operator, operand, index } = part;
  // hasOwn: an environment is a plain object, and ${constructor} is not in it
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  const present = value !== undefined && !(operator.startsWith(':') && value === '');
  switch (operator) {
    case ':-':
    case '-':
      return present ? value : evaluate(operand, env, problems);
    case ':+':
    case '+':
      return present ? evaluate(operand, env, problems) : '';
    case ':?':
    case '?': {
      if (present) return value;
      const said = evaluate(operand, env, problems);
      const message = `the variable ${name} is ${value === undefined ? 'not set' : 'empty'}${said === '' ? '' : `: ${said}`}`;
      problems.push({ severity: 'error', index, message, suggestion: `set ${name} in the environment` });
      return '';
    }
    case '':
      if (value === undefined) {
        problems.push({
          severity: 'warning',
          index,
          message: `the variable ${name} is not set, so nothing stands in its place`,
          suggestion: `set ${name} in the environment, or give it a default: \${${name}:-default}`,
        });
      }
      return value ?? '';
  }
}
