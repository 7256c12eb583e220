/** Lines of logs, with the node that wrote them. */

import { toldLogLine } from '../../config/secret-lines.js';
import type { LogLine } from '../../engine/engine.js';

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
