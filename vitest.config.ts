import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './test/support/counts-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          // Of the fuzz a share that takes some seconds.
          include: ['test/unit/**/*.test.ts', 'test/fuzz/**/*.test.ts'],
          // Properties are tried hundreds of times, on machines that do other things as well.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          sequence: { groupOrder: 6 },
          testTimeout: 3_600_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['./test/support/engine-setup.ts'],
          // Much of the time is waiting for Redis and the engine. What none of them may do is to
          // measure time, or to look at what is not its own.
          maxWorkers: 2,
          // After the unit tests, so that these have the cores to themselves.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'versions',
          include: ['test/versions/**/*.test.ts'],
          globalSetup: ['./test/support/engine-setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts'],
          globalSetup: ['./test/support/engine-setup.ts'],
          // Each file has an engine to itself, which ends with it.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'security',
          include: ['test/security/**/*.test.ts'],
          globalSetup: ['./test/support/engine-setup.ts'],
          // As for the integration tests.
          maxWorkers: 2,
          sequence: { groupOrder: 8 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'sizes',
          include: ['test/sizes/**/*.test.ts'],
          globalSetup: ['./test/support/engine-setup.ts'],
          // As for the integration tests.
          maxWorkers: 2,
          sequence: { groupOrder: 7 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          globalSetup: ['./test/support/engine-setup.ts'],
          // As for the integration tests.
          maxWorkers: 2,
          sequence: { groupOrder: 5 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'chaos',
          include: ['test/chaos/**/*.test.ts'],
          globalSetup: ['./test/support/engine-setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 4 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
