import { resolve } from 'node:path';
import { renderTree } from '../../api/render.js';
import { count } from '../../model/format.js';
import type { RenderFlags } from '../flags.js';
import { loadSource } from '../input/load-source.js';
import { definiteSelectionOf, findSource } from '../input/source.js';
import { createReporter } from '../output/reporting.js';
import { writeTree } from '../output/write-tree.js';
import type { Session } from '../session.js';

/** `rsentinel render` */
export async function render(flags: RenderFlags, session: Session): Promise<number> {
  const { stdout, raw, env, cwd } = session;
  const selection = definiteSelectionOf(flags, env);
  const source = await findSource(selection.file, cwd);
  const reporter = await createReporter(flags, session, 'brief', 'rendering');
  const topology = await loadSource(source, selection.name, session, reporter);
  const isPrinted = flags.output === undefined || flags.output === '-';
  const files = await renderTree(topology, isPrinted && !flags.showSecrets ? 'masked' : 'shown');
  if (isPrinted) {
    // `#` begins a comment in these files: what is printed can be split again, and reads well.
    // Into a file or a pipe as they are: they are files.
    (raw.stdout.isTTY ? stdout : raw.stdout).write(
      files.map(({ path, text }) => `# ---- ${path}\n${text}`).join('\n'),
    );
    return 0;
  }
  const directory = resolve(cwd, flags.output ?? '.');
  const written = await writeTree(directory, files, flags.force ? 'overwrite' : 'refuse');
  if (!flags.quiet) {
    const unchanged = files.length - written.length;
    const rest = unchanged === 0 ? '' : `; ${count(unchanged, 'file')} unchanged`;
    stdout.write(
      `${written.map((path) => `${path}\n`).join('')}${count(written.length, 'file')} written to ${directory}${rest}\n`,
    );
  }
  return 0;
}
