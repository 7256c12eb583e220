/**
 * Templates: text with `{{placeholders}}`. Strict: a placeholder that does not exist, one that must
 * be used and is not, or a value that would add lines, is an error.
 */
import { RsentinelError } from '../errors.js';

/**
 * What a placeholder stands for: one value within a line, or any number of whole lines. A template
 * that leaves out a `required` one would make a node that does not work.
 */
export type Placeholder =
  | { readonly kind: 'value'; readonly text: string; readonly required: boolean }
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly required: boolean };

const PATTERN = /\{\{\s*([^{}]*?)\s*\}\}/g;
/** Redis reads a configuration file line by line: nothing but a printable character may be in a value. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/**
 * Fills a template in.
 * @param name how the template is called in errors
 * @throws RsentinelError TEMPLATE_INVALID with every mistake as `name:line:column: …`
 */
export function fillTemplate(
  name: string,
  template: string,
  placeholders: ReadonlyMap<string, Placeholder>,
): string {
  const mistakes: string[] = [];
  const seen = new Set<string>();
  const output: string[] = [];

  for (const [index, line] of template.split('\n').entries()) {
    const at = (column: number, what: string): void => {
      mistakes.push(`${name}:${index + 1}:${column + 1}: ${what}`);
    };
    const control = CONTROL.exec(line.replace(/\r$/, '').replaceAll('\t', ' '));
    if (control !== null) at(control.index, 'a control character stands here');
    // Prose about a placeholder is not a use of it, but must name one that exists.
    const filled = line.replace(PATTERN, (whole, key: string, column: number) => {
      const placeholder = placeholders.get(key);
      if (placeholder === undefined) {
        at(column, `unknown placeholder ${whole}; there are ${[...placeholders.keys()].join(', ')}`);
        return '';
      }
      if (!line.trimStart().startsWith('#')) seen.add(key);
      if (placeholder.kind === 'value') {
        if (CONTROL.test(placeholder.text))
          at(column, `the value of ${whole} has a line break or control character`);
        return placeholder.text;
      }
      if (line.trim() !== whole) at(column, `${whole} stands for whole lines and must be alone on its line`);
      if (placeholder.lines.some((entry) => CONTROL.test(entry))) {
        at(column, `the value of ${whole} has a line break or control character`);
      }
      return placeholder.lines.join('\n');
    });
    const emptied = filled === '' && line !== '';
    if (!emptied) output.push(filled);
  }

  for (const [key, placeholder] of placeholders) {
    if (placeholder.required && !seen.has(key)) mistakes.push(`${name}: {{${key}}} is missing`);
  }
  if (mistakes.length > 0) {
    throw new RsentinelError('TEMPLATE_INVALID', `the template ${name} cannot be filled in`, {
      details: mistakes,
      hint: 'Start from the template that comes with rsentinel and keep its placeholders.',
    });
  }
  return output.join('\n');
}
