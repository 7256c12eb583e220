/** Runs programs inside of containers, and talks to them line by line. */
import type { Duplex } from 'node:stream';
import type { Program } from '../../engine.js';
import type { EngineCalls } from '../engine-calls.js';
import { FrameSplitter, LineReader } from './frames.js';

/** Starts a program in a container that runs; its end is the end of its lines. @throws RsentinelError ENGINE_FAILED */
export async function runInside(
  calls: EngineCalls,
  container: string,
  command: readonly string[],
): Promise<Program> {
  const call = `run ${command[0] ?? ''} inside of ${calls.nameOf(container)}`;
  const stream = await calls.call(call, async (docker): Promise<Duplex> => {
    const exec = await docker.getContainer(container).exec({
      Cmd: [...command],
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
    });
    return exec.start({ hijack: true, stdin: true });
  });
  // Whoever reads finds that it has ended.
  stream.on('error', () => stream.destroy());
  return {
    write: (line) => {
      if (stream.writable) stream.write(`${line}\n`);
    },
    lines: linesOf(stream),
    end: () => {
      stream.end();
      stream.destroy();
    },
  };
}

async function* linesOf(stream: Duplex): AsyncGenerator<string> {
  const frames = new FrameSplitter();
  const lines = new LineReader();
  try {
    for await (const chunk of stream) {
      for (const frame of frames.push(chunk as Buffer))
        for (const { text } of lines.push(frame)) if (frame.stream === 'stdout') yield text;
    }
    for (const { text } of lines.end()) yield text;
  } catch {
    // The connection to the engine has broken: there are no more lines.
  }
}
