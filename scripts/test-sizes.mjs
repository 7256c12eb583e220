/** `npm run test:sizes`: the smallest and the largest groups, and many of them at once. */
import { testProject } from './lib/test-project.mjs';

await testProject('sizes');
