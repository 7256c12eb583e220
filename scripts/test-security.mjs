/** `npm run test:security`: passwords, users, TLS, and what somebody who reaches a group can do. */
import { testProject } from './lib/test-project.mjs';

await testProject('security');
