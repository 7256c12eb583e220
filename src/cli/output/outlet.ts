/** Standard output of a command that goes on. */
import { once } from 'node:events';

export interface Outlet {
  /** Waits for whoever reads. @returns false: nobody does any more, as with `logs -f | head` */
  write(text: string): Promise<boolean>;
}

export function outletTo(stdout: NodeJS.WriteStream): Outlet {
  let isClosed = false;
  stdout.once('error', () => {
    isClosed = true;
  });
  return {
    write: async (text) => {
      const isTaken = stdout.write(text);
      if (!isTaken && !isClosed) await once(stdout, 'drain').catch(() => {});
      return !isClosed;
    },
  };
}
