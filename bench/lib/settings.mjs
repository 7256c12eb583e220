import { join } from 'node:path';
import { ROOT } from '../../scripts/lib/paths.mjs';

export const CLI = join(ROOT, 'bin', 'rsentinel.js');

/** What takes long is measured in every third round. */
export const SELDOM = 3;
