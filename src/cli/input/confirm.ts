/** Asks before something that cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { RsentinelError } from '../../errors.js';

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** What is asked, and what is said where nobody can answer. */
export interface Question {
  /** What is going to be done, a line for each thing. */
  readonly lines: readonly string[];
  /** `Remove these 3 groups?` */
  readonly text: string;
  /** `down --all removes 3 groups` */
  readonly doing: string;
}

/**
 * @returns whether the answer was yes; an empty one, the end of the input and Ctrl-C are no
 * @throws RsentinelError USAGE where there is nobody to ask
 */
export async function confirm(question: Question, terminal: Terminal, signal: AbortSignal): Promise<boolean> {
  const { lines, text, doing } = question;
  const { input, output } = terminal;
  if (input.isTTY !== true || output.isTTY !== true) {
    throw new RsentinelError('USAGE', `${doing}, and there is nobody to ask`, {
      details: lines,
      hint: 'With --yes it is done without asking.',
    });
  }
  output.write(lines.map((line) => `  ${line}\n`).join(''));
  // Not as a terminal of its own making: so Ctrl-C stays a signal, as everywhere else.
  const prompt = createInterface({ input, output, terminal: false });
  const ended = new Promise<null>((resolve) => {
    prompt.once('close', () => resolve(null));
  });
  try {
    const answer = await Promise.race([prompt.question(`${text} [y/N] `, { signal }), ended]);
    if (answer === null) output.write('\n');
    return /^y(?:es)?$/i.test(answer?.trim() ?? '');
  } catch (error) {
    if (!signal.aborted) throw error;
    output.write('\n');
    return false;
  } finally {
    prompt.close();
  }
}
