/** `npm run build`: dist/, bundle/ and schema/. */
import { build } from './lib/build.mjs';
import { main } from './lib/main.mjs';

await main(async () => {
  await build();
  return 0;
});
