/**
 * Standard output and error, as commands write text to them. The texts escape what comes from elsewhere where they are put
 * together; this is the last place, which lets nothing by that somebody has forgotten there.
 */
import { harmless } from '../../report/terminal/harmless.js';
import { type Environment, isColoured } from '../../report/terminal/style.js';

/** The same stream, to which no text can bring anything that a terminal acts upon, but for our own colours. */
export function guarded(stream: NodeJS.WriteStream, env: Environment): NodeJS.WriteStream {
  const write = (chunk: string | Uint8Array, ...more: readonly never[]): boolean =>
    stream.write(
      typeof chunk === 'string' ? harmless(chunk, isColoured(stream, env) ? 'coloured' : 'plain') : chunk,
      ...more,
    );
  return new Proxy(stream, {
    get: (target, key) => {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
