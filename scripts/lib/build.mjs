import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { SetupError, say } from './log.mjs';
import { ROOT } from './paths.mjs';
import { runQuietly } from './run.mjs';

const SOURCE = join(ROOT, 'src');
const OUTPUT = join(ROOT, 'dist');
const SCHEMA_FOLDER = join(ROOT, 'schema');

/** Compiles the sources to dist/, bundles the command line and writes the topology file's JSON Schema. */
export async function build() {
  say('Building dist/ with tsc, bundle/ with esbuild, and schema/topology.schema.json.');
  // The compiler's own file: Windows has no executable links in node_modules/.bin.
  await runQuietly(process.execPath, [
    join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    join(ROOT, 'tsconfig.build.json'),
  ]);
  await bundle();
  await removeStaleOutput();
  await writeSchema();
}

/** tsc never deletes: what it made of a source that is gone would still be packed and published. */
async function removeStaleOutput() {
  for (const file of await readdir(OUTPUT, { recursive: true })) {
    const stem = file.match(/^(.*?)(?:\.d\.ts|\.js|\.js\.map)$/)?.[1];
    if (stem !== undefined && !existsSync(join(SOURCE, `${stem}.ts`))) await rm(join(OUTPUT, file));
  }
}

/** The schema comes from the code that validates, so it is generated, never edited. */
async function writeSchema() {
  const module = join(OUTPUT, 'topology', 'schema', 'json-schema.js');
  const { topologyJsonSchema } = await import(pathToFileURL(module).href);
  const schema = topologyJsonSchema();
  if (typeof schema !== 'object' || schema === null) {
    throw new SetupError('topologyJsonSchema() of src/topology/schema/json-schema.ts returned no object.');
  }
  await mkdir(SCHEMA_FOLDER, { recursive: true });
  await writeFile(join(SCHEMA_FOLDER, 'topology.schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
}
