/** `npm run test:faults`: faults, drills and dead masters, which take the time that failovers take. */
import { testProject } from './lib/test-project.mjs';

await testProject('faults');
