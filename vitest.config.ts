import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const units = 'test/**/*.unit.test.ts'; // no database: the core, providers, adapters
const system = 'test/**/*.system.test.ts'; // whole processes, browsers, gateways
const embedded = 'test/**/*.embedded.test.ts'; // of the embedded database alone
/** Stories that together run each statement of each store, once more on the embedded database. */
const everyStatement = [
  'test/login/{journey,own-activity,break-glass,forgotten-password,refresh,not-me,account-recovery,account-recovery-attacks}.test.ts',
  'test/mfa/{sms-breaker,factor-history,several-factors}.test.ts',
  'test/duo/push.test.ts',
  'test/devices/own-devices.test.ts',
  'test/admin/{carriers,service-accounts,invitations,adoption,timeline,help-evidence,bypass-codes,list-users,audit,caller-checks,exemptions,approved-exemptions,approvals,scorecard,inactive-accounts,evidence-controls,takeovers-help}.test.ts',
  'test/areas/{simulate,remind-unenrolled,versions}.test.ts',
  'test/service-accounts/revoke.test.ts',
  'test/audit/checkpoints.test.ts',
  'test/security-events/{poll,delivery}.test.ts',
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
    projects: [
      { test: { name: 'units', include: [units], pool: 'threads' } }, // quicker to start: they answer while one edits
      {
        test: {
          name: 'stories',
          include: ['test/**/*.test.ts'],
          exclude: [units, system, embedded],
          globalSetup,
        },
      },
      { test: { name: 'system', include: [system], globalSetup } },
      { test: { name: 'embedded', include: [embedded, ...everyStatement], globalSetup } },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts', 'db/**/*.ts'],
      exclude: ['src/server.ts', 'src/cli.ts', 'src/service/demo/**'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 90, branches: 90 },
    },
  },
});
