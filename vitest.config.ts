import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const units = 'test/**/*.unit.test.ts'; // no database: the core, providers, adapters
const system = 'test/**/*.system.test.ts'; // whole processes, browsers, gateways
const embedded = 'test/**/*.embedded.test.ts'; // of the embedded database alone
/** Stories that together run each statement of each store, once more on the embedded database. */
const everyStatement = [
  'test/login/{journey,account-recovery,account-recovery-rules,account-recovery-without-password,password-limits,without-password}.test.ts',
  'test/mfa/{factor-history,failed-login-notices,sms-breaker}.test.ts',
  'test/duo/caller-push.test.ts',
  'test/admin/{approved-exemptions,caller-checks,inactive-accounts,list-users,scorecard}.test.ts',
  'test/areas/{asked-more,remind-unenrolled}.test.ts',
  'test/users/{import,set-password}.test.ts',
  'test/service-accounts/token.test.ts',
  'test/audit/{checkpoints,secrets,together}.test.ts',
  'test/security-events/{delivery,poll,push}.test.ts',
  'test/observability/read-figures.test.ts',
  'test/notices/languages.test.ts',
  'test/http/methods-and-media.test.ts',
  'test/start/sweep.test.ts',
  'test/db/{migrate,key-rotation,reencrypt}.test.ts',
];
const globalSetup = ['test/support/global-setup.ts'];

export default defineConfig({
  test: {
    maxWorkers: 3, // some wait for others to hang
    sequence: { sequencer: LongestFirst },
    isolate: false, // a worker loads the service once, not for each file
    testTimeout: 120_000, // no test asserts on time: this is for what hangs, on a machine with other work
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      { test: { name: 'units', include: [units], pool: 'threads' } }, // quicker to start: they answer while one edits
      {
        test: {
          name: 'stories',
          include: ['test/**/*.test.ts'],
          exclude: [units, system, embedded],
          // Half of what a test makes outlives a collection, which copies it: 64 MB are collected a quarter as often as 16.
          execArgv: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
          globalSetup,
        },
      },
      { test: { name: 'system', include: [system], globalSetup } },
      { test: { name: 'embedded', include: [embedded, ...everyStatement], globalSetup } },
    ],
    coverage: {
      provider: 'istanbul', // V8's own costs twice as much processor time, because it is read after each file
      include: ['src/**/*.ts', 'db/**/*.ts'],
      exclude: ['src/server.ts', 'src/cli.ts', 'src/service/demo/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
