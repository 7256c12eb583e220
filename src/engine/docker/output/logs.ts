/** Reads what containers have logged. */
import type { LogLine, LogRequest } from '../../engine.js';
import type { EngineCalls } from '../engine-calls.js';
import { statusOf } from '../engine-errors.js';
import { FrameSplitter, LineReader } from './frames.js';

/** The last lines of stdout and stderr, oldest first, without empty ones. */
export async function readLogTail(
  calls: EngineCalls,
  name: string,
  lines: number,
): Promise<readonly string[]> {
  const texts: string[] = [];
  const request: LogRequest = { since: null, tail: lines, follow: false };
  for await (const batch of readLog(calls, name, request, new AbortController().signal)) {
    texts.push(...batch.map(({ text }) => text.trimEnd()));
  }
  return texts.filter((text) => text !== '').slice(-lines);
}

/** What a container has logged, as the engine hands it over: never all of it at once. */
export async function* readLog(
  calls: EngineCalls,
  name: string,
  request: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly LogLine[]> {
  const call = `read the log of ${calls.nameOf(name)}`;
  try {
    const stream = await calls.timed(call, () => open(calls, name, request, signal));
    const frames = new FrameSplitter();
    const lines = new LineReader();
    for await (const chunk of stream) {
      const batch = frames.push(chunk as Buffer).flatMap((frame) => lines.push(frame));
      if (batch.length > 0) yield batch;
    }
    const rest = lines.end();
    if (rest.length > 0) yield rest;
  } catch (error) {
    // 404: it is gone. 409: it is being removed.
    if (signal.aborted || statusOf(error) === 404 || statusOf(error) === 409) return;
    throw calls.wrap(error, call);
  }
}

/** Not by `container.logs`, which gives a log that is not followed as one buffer. */
function open(
  { docker }: EngineCalls,
  name: string,
  { since, tail, follow }: LogRequest,
  abortSignal: AbortSignal,
): Promise<NodeJS.ReadableStream> {
  const options = {
    stdout: true,
    stderr: true,
    timestamps: true,
    follow,
    tail: tail === null ? 'all' : String(tail),
    ...(since === null ? {} : { since: seconds(since) }),
  };
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: `/containers/${name}/logs?`,
        method: 'GET',
        isStream: true,
        abortSignal,
        statusCodes: { 200: true, 404: 'no such container', 409: 'not now', 500: 'server error' },
        options,
      },
      (error, stream) => {
        if (error) reject(error);
        else resolve(stream as NodeJS.ReadableStream);
      },
    );
  });
}

/** Nanoseconds as the engine takes them: `1764000000.123456789`. */
function seconds(time: bigint): string {
  return `${time / 1_000_000_000n}.${(time % 1_000_000_000n).toString().padStart(9, '0')}`;
}
