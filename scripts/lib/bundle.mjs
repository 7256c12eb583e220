import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { CACHE, ROOT } from './paths.mjs';

/** Flat, and just below the root: src/package-file.ts counts on it. */
const OUTPUT = join(ROOT, 'bundle');

/**
 * Bundles the command line with what it imports: one file instead of hundreds is read, and nothing of
 * the dependencies that no command uses. What a command loads when it is asked for is a chunk of its own.
 */
export async function bundle() {
  const fresh = join(CACHE, `bundle.${process.pid}`);
  try {
    const { metafile } = await esbuild({
      absWorkingDir: ROOT,
      entryPoints: { main: 'src/cli/main.ts' },
      outdir: fresh,
      chunkNames: 'chunk-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      // Not minified: stack traces are read by people, and it makes no measurable difference.
      legalComments: 'inline',
      // What it is a copy of, and what it would use if it were asked to (READABLE_STREAM=disable).
      alias: { 'readable-stream': 'node:stream' },
      metafile: true,
      // What is CommonJS in there asks for Node's own modules by `require`.
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      plugins: [onDemand],
      logLevel: 'silent',
    });
    await writeFile(join(fresh, 'LICENCES.txt'), await licences(Object.keys(metafile.inputs)));
    // At once: a command that runs meanwhile finds the old one or the new one.
    await rm(OUTPUT, { recursive: true, force: true });
    await rename(fresh, OUTPUT);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** What dockerode calls of modules that take as long to load as all the rest: for ssh hosts and for builds. */
const ON_DEMAND = [
  { from: 'docker-modem', module: './ssh', path: 'docker-modem/lib/ssh', name: '' },
  { from: 'dockerode', module: './session', path: 'dockerode/lib/session', name: '' },
  {
    from: 'dockerode',
    module: './buildkit',
    path: 'dockerode/lib/buildkit',
    name: '.followProgress',
  },
  { from: 'dockerode', module: 'tar-fs', path: 'tar-fs', name: '.pack' },
];

/**
 * Leaves those out of the bundle: they are loaded from the installed package when they are called.
 *
 * @type {import('esbuild').Plugin}
 */
const onDemand = {
  name: 'on-demand',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(\.\/(ssh|session|buildkit)|tar-fs)$/ }, ({ path: module, importer }) => {
      const [, from] = /node_modules[\\/]([^\\/]+)[\\/]lib[\\/][^\\/]+$/.exec(importer) ?? [];
      const found = ON_DEMAND.find((entry) => entry.from === from && entry.module === module);
      return found === undefined
        ? undefined
        : { path: found.path, namespace: 'on-demand', pluginData: found };
    });
    onLoad({ filter: /./, namespace: 'on-demand' }, ({ pluginData: { path, name } }) => ({
      contents: `
        const { createRequire } = require('node:module');
        const load = () => createRequire(require.resolve('dockerode'))(${JSON.stringify(path)});
        module.exports${name} = (...args) => load()${name}(...args);`,
      resolveDir: ROOT,
    }));
  },
};

/**
 * The licences of what is in the bundle, as they ask for.
 *
 * @param {readonly string[]} inputs Paths of modules.
 */
async function licences(inputs) {
  const folders = inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  const texts = [...new Set(folders)].sort().map(async (folder) => {
    const at = join(ROOT, folder);
    const { name, version, license } = JSON.parse(await readFile(join(at, 'package.json'), 'utf8'));
    const file = (await readdir(at)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? `Licence: ${license}` : (await readFile(join(at, file), 'utf8')).trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`);
}
