import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirm } from '../../../src/cli/input/confirm.js';

const question = {
  lines: ['ci-1  expired'],
  text: 'Remove this group?',
  doing: 'prune would remove 1 group',
};

/** A terminal on which this is typed; null: its input ends. */
function terminal(typed: string | null) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = Object.assign(new PassThrough(), { isTTY: true });
  if (typed === null) input.end();
  else input.write(typed);
  return { input, output };
}

describe('a question', () => {
  it.each(['y\n', 'Y\n', 'yes\n', ' yes \r\n'])('takes %j for yes', async (typed) => {
    expect(await confirm(question, terminal(typed), new AbortController().signal)).toBe(true);
  });

  it.each(['\n', 'n\n', 'no\n', 'yesterday\n', null])('takes %j for no', async (typed) => {
    expect(await confirm(question, terminal(typed), new AbortController().signal)).toBe(false);
  });

  it('shows what it is about', async () => {
    const { input, output } = terminal('n\n');
    await confirm(question, { input, output }, new AbortController().signal);
    expect(String(output.read())).toBe('  ci-1  expired\nRemove this group? [y/N] ');
  });

  it('is answered no by Ctrl-C', async () => {
    const controller = new AbortController();
    const answer = confirm(question, terminal(''), controller.signal);
    controller.abort();
    expect(await answer).toBe(false);
  });

  it.each(['input', 'output'] as const)('is not asked when the %s is no terminal', async (side) => {
    const streams = terminal('y\n');
    streams[side].isTTY = false;
    await expect(confirm(question, streams, new AbortController().signal)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'prune would remove 1 group, and there is nobody to ask',
      details: ['ci-1  expired'],
      hint: 'With --yes it is done without asking.',
    });
  });
});
