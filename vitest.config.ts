import { defineConfig } from 'vitest/config';

const units = 'test/**/*.unit.test.ts'; // no database: the core, providers, adapters
const system = 'test/**/*.system.test.ts'; // whole processes, browsers, gateways
const embedded = 'test/**/*.embedded.test.ts'; // of the embedded database alone
const globalSetup = ['test/support/global-setup.ts'];

export default defineConfig({
  test: {
    maxWorkers: 3, // some wait for others to hang
    isolate: false, // a worker loads the service once, not for each file
    testTimeout: 120_000, // no test asserts on time: this is for what hangs, on a machine with other work
    hookTimeout: 120_000,
    projects: [
      { test: { name: 'units', include: [units] } },
      { test: { name: 'stories', include: ['test/**/*.test.ts'], exclude: [units, system, embedded], globalSetup } },
      { test: { name: 'system', include: [system], globalSetup } },
      { test: { name: 'embedded', include: [embedded], globalSetup } },
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
