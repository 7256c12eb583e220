/** Commands to a server from inside of its container: as a program on the old master's side of a partition. */
import { text } from 'node:stream/consumers';
import type { TestGroup } from './group.js';

/** Runs the image's own client in the container of a node, with arguments as people type them, and returns what it prints. */
export async function runInside(
  group: TestGroup,
  node: string,
  ...words: readonly string[]
): Promise<string> {
  const client = process.env.RSENTINEL_IMAGE?.includes('valkey') ? 'valkey-cli' : 'redis-cli';
  const exec = await group.container(node).exec({
    Cmd: [client, ...words],
    AttachStdout: true,
    // Without frames around what it prints.
    Tty: true,
  });
  const stream = await exec.start({ Tty: true });
  return (await text(stream)).trim();
}
