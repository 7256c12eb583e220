/**
 * `node bare-engine.mjs up|down FILE`: makes, or removes, the containers that FILE describes, as fast as
 * the engine's API allows: everything side by side that can be, and no waiting for Redis. Prints how
 * many milliseconds that took once this process had started.
 */
import { chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Docker from 'dockerode';

/** @typedef {Awaited<ReturnType<typeof import('./lib/group.mjs').describeGroup>>} Group */

const [, , command, path = ''] = process.argv;
/** @type {Group} */
const group = JSON.parse(await readFile(path, 'utf8'));
const docker = new Docker();
const started = performance.now();
await (command === 'up' ? up() : down());
process.stdout.write(String(performance.now() - started));

async function up() {
  const files = Promise.all(group.nodes.map(writeNode));
  const network = docker.createNetwork(group.network);
  if (group.anchor === null) {
    await Promise.all([network, files]);
    await Promise.all(
      group.nodes.map(async ({ options }) => (await docker.createContainer(options)).start()),
    );
    return;
  }
  const [anchor] = await Promise.all([docker.createContainer(group.anchor), files]);
  const nodes = Promise.all(group.nodes.map(({ options }) => docker.createContainer(options)));
  await network;
  await anchor.start();
  await Promise.all((await nodes).map((container) => container.start()));
}

async function down() {
  const names = [group.anchor, ...group.nodes.map(({ options }) => options)].map((options) => options?.name);
  await Promise.all(
    names.flatMap((name) => (name ? [docker.getContainer(name).remove({ force: true, v: true })] : [])),
  );
  await docker.getNetwork(group.network.Name).remove();
}

async function writeNode(/** @type {Group['nodes'][number]} */ { mounts, file, text }) {
  const { uid, gid } = group.owner;
  await Promise.all([mkdir(mounts.conf, { recursive: true }), mkdir(mounts.data, { recursive: true })]);
  const target = join(mounts.conf, file);
  await writeFile(target, text);
  await Promise.all(
    [dirname(mounts.conf), mounts.conf, mounts.data, target].map((path) => chown(path, uid, gid)),
  );
}
