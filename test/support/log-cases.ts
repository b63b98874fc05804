import { sealEvents } from '../../src/features/audit/seal-events.ts';
import type { Case } from './audit-cases.ts';
import { staff } from './staff.ts';

const reading = (url: string, expected: string): Case => ({
  what: `somebody who reads it: ${url}`,
  expected: ['area_access success', expected],
  given: async (world) => {
    const { bearer } = await staff(world, 'auditor');
    await sealEvents(world.deps); // on a slow machine, the events of earlier cases would be late
    return () => world.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${bearer}` } });
  },
});

/** What the audit records of itself. For events that need a log of more than a year, see seals.test.ts. */
export const logCases: readonly Case[] = [
  reading('/admin/audit', 'audit_read success'),
  reading('/admin/audit/verify', 'audit_verified success'),
  reading('/admin/audit/export', 'audit_exported success'),
];
