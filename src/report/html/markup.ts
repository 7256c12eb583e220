/** Text in XML and HTML. */
import { printable } from '../../model/text.js';

/** Escaped for elements and for attributes in double quotes; without control characters, which XML forbids. */
export function escaped(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
