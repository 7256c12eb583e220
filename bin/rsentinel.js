#!/usr/bin/env node
// No syntax newer than dynamic import here: an old Node must get as far as the message.
import { existsSync } from 'node:fs';

const main = new URL('../bundle/main.js', import.meta.url);

if (Number(process.versions.node.split('.')[0]) < 20) {
  process.stderr.write(
    `rsentinel: this is Node ${process.versions.node}; rsentinel needs Node 20 or later.\n` +
      'hint: install a current Node (https://nodejs.org) and run the command again.\n',
  );
  process.exitCode = 1;
} else if (!existsSync(main)) {
  process.stderr.write('rsentinel: it has not been built yet.\nhint: npm run build\n');
  process.exitCode = 1;
} else {
  const { run } = await import(main.href);
  await run();
}
