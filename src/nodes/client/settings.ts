/** The directives of a running server, as CONFIG GET and CONFIG SET know them. */
import { splitWords } from '../../config/conf-facts.js';
import type { Endpoint } from '../../model/address.js';
import type { Directive } from '../../model/topology.js';
import type { Connections } from './connection.js';

/** A directive as CONFIG SET takes it. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** The lines of a file as settings: several lines of one directive are one value, as Redis has it (`save`). */
export function settingsOf(directives: readonly Directive[]): readonly Setting[] {
  const values = new Map<string, string[]>();
  for (const { name, value } of directives)
    values.set(name, [...(values.get(name) ?? []), ...splitWords(value)]);
  return [...values].map(([name, words]) => ({ name, value: words.join(' ') }));
}

/** The present values of those directives that the server knows by CONFIG GET. */
export async function getSettings(
  at: Endpoint,
  names: readonly string[],
  connections: Connections,
): Promise<readonly Setting[]> {
  const replies = await connections.query(
    at,
    names.map((name) => ['CONFIG', 'GET', name]),
  );
  return replies.flatMap((reply, index) => {
    const name = names[index];
    const pair: readonly unknown[] = reply.ok && Array.isArray(reply.value) ? reply.value : [];
    return name === undefined || pair.length < 2 ? [] : [{ name, value: String(pair[1]) }];
  });
}
