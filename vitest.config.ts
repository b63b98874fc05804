import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    maxWorkers: 3, // some wait for others to hang
    isolate: false, // a worker compiles the embedded database once, not for each file
    testTimeout: 120_000, // no test asserts on time: this is for what hangs, on a machine with other work
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'db/**/*.ts'],
      exclude: ['src/server.ts', 'src/cli.ts', 'src/demo/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
