/** Lines of logs, with the node that wrote them. */
import type { LogLine } from '../driver/driver.js';
import { toldLogLine } from '../render/secret-lines.js';

export interface NodeLine extends LogLine {
  readonly node: string;
}

export async function* linesOf(
  node: string,
  batches: AsyncIterable<readonly LogLine[]>,
): AsyncGenerator<readonly NodeLine[]> {
  for await (const batch of batches) {
    yield batch.map(({ time, text }) => ({ time, text: toldLogLine(text), node }));
  }
}
