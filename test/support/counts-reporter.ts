import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Writes how many tests passed, failed and were skipped to the file named by RSENTINEL_TEST_COUNTS,
 * for the scripts that print the closing line. Without that variable it does nothing.
 */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env.RSENTINEL_TEST_COUNTS;
    if (file === undefined) return;

    // An error outside of any test is a failure too, and belongs in the sum.
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed') counts.passed += 1;
        else if (state === 'skipped') counts.skipped += 1;
        else failedTests += 1; // a test still pending at the end was cut off: it did not pass
      }
      // A file that does not load, or whose hook fails, may have no failed test of its own.
      counts.failed += failedTests === 0 && !module.ok() ? 1 : failedTests;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(counts)}\n`);
  }
}
