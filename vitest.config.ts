import { defineConfig } from 'vitest/config';

const integrationSetup = { globalSetup: ['test/support/global-setup.ts'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.unit.test.ts', 'test/invariants/**/*.test.ts'],
          exclude: ['test/**/*.integration.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.integration.test.ts', 'test/**/*.queue.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          ...integrationSetup,
        },
      },
      {
        test: {
          name: 'redis',
          include: ['test/**/*.queue.test.ts'],
          env: { QUEUE_BACKENDS: 'redis' },
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...integrationSetup,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.fault.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          globalSetup: ['test/faults/global-setup.ts'],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          ...integrationSetup,
        },
      },
    ],
  },
});
