import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { SerializedError } from 'vitest';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Writes how many tests passed, failed and were skipped, and what failed, to the file named by
 * RSENTINEL_TEST_COUNTS, for the scripts that print the closing line. Without that variable it does nothing.
 */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const file = process.env.RSENTINEL_TEST_COUNTS;
    if (file === undefined) return;

    // An error outside of any test is a failure too, and belongs in the sum.
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const failures = unhandledErrors.map((error) => described('outside of any test', [error]));
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const state = test.result().state;
        if (state === 'passed') counts.passed += 1;
        else if (state === 'skipped') counts.skipped += 1;
        else {
          failedTests += 1; // a test still pending at the end was cut off: it did not pass
          failures.push(
            described(`${module.relativeModuleId} > ${test.fullName}`, test.result().errors ?? []),
          );
        }
      }
      // A file that does not load, or whose hook fails, may have no failed test of its own.
      if (failedTests === 0 && !module.ok()) {
        failedTests = 1;
        const suites = [...module.children.allSuites()].flatMap((suite) => suite.errors());
        failures.push(described(module.relativeModuleId, [...module.errors(), ...suites]));
      }
      counts.failed += failedTests;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ ...counts, failures })}\n`);
  }
}

/** The messages may quote whole reports: what is cut here stands in the run's own output. */
const MESSAGE_LENGTH = 2_000;

/** Returns where a failure was and the messages of its errors, as the text of a list's entry. */
function described(place: string, errors: readonly { readonly message: string }[]): string {
  const messages =
    errors.length === 0 ? ['It did not come to its end.'] : errors.map(({ message }) => message);
  return `${place}\n${messages.join('\n').slice(0, MESSAGE_LENGTH)}`;
}
