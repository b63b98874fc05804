import { defineConfig } from 'vitest/config';

const system = ['test/**/*.system.test.ts'];
const embedded = ['test/**/*.embedded.test.ts'];

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    maxWorkers: 3, // some wait for others to hang
    isolate: false, // a worker loads the service once, not for each file
    testTimeout: 120_000, // no test asserts on time: this is for what hangs, on a machine with other work
    hookTimeout: 120_000,
    projects: [
      { test: { name: 'stories', include: ['test/**/*.test.ts'], exclude: [...system, ...embedded] } },
      { test: { name: 'system', include: system } },
      { test: { name: 'embedded', include: embedded } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'db/**/*.ts'],
      exclude: ['src/server.ts', 'src/cli.ts', 'src/demo/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
