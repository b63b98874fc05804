import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const units = 'test/**/*.unit.test.ts'; // no database: the core, providers, adapters
const system = 'test/**/*.system.test.ts'; // whole processes, browsers, gateways
const embedded = 'test/**/*.embedded.test.ts'; // of the embedded database alone
/** Stories that together run each statement of each store, once more on the embedded database. */
const everyStatement = [
  'test/login/{journey,refresh,access-tokens,sessions,forgotten-password,own-activity,not-me,break-glass,account-recovery,account-recovery-attacks}.test.ts',
  'test/mfa/{remove-factors,recovery-codes,mfa-proof,several-factors,factor-history,security-keys,notices,sms-breaker}.test.ts',
  'test/duo/push.test.ts',
  'test/devices/{own-devices,trust-device,stolen-token}.test.ts',
  'test/admin/{users,helpdesk,caller-checks,help-evidence,bypass-codes,list-users,exemptions,audit,adoption,scorecard,timeline,service-accounts,carriers,invitations,approvals}.test.ts',
  'test/areas/{rollout,simulate,remind-unenrolled,versions}.test.ts',
  'test/service-accounts/{token,revoke}.test.ts',
  'test/audit/checkpoints.test.ts',
  'test/security-events/{delivery,poll}.test.ts',
  'test/db/{migrate,reencrypt,signing-keys,key-rotation}.test.ts',
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
