import { harmlessJson } from '../../report/terminal/harmless.js';

/** A document for programs, as docs/json.md describes them. */
export function jsonText(document: object): string {
  return `${harmlessJson(JSON.stringify(document, null, 2))}\n`;
}
