import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { serverUrl } from '../support/database.ts';
import { stateOf } from '../support/snapshot.ts';
import { policyOf, staff } from '../support/staff.ts';
import { useRestoredWorld } from '../support/use-world.ts';

describe.skipIf(!serverUrl)('a restored world', () => {
  const world = useRestoredWorld('this is what is tested');
  const states: unknown[] = [];
  const policies: unknown[] = [];

  test.each([1, 2, 3])('is as the first test found it (%i)', async () => {
    states.push(await stateOf(world.database.owner));
    const admin = await staff(world);
    const policy = await policyOf(admin, 'public');
    policies.push(policy);
    const answer = await admin.put('/admin/areas/public', { ...policy, access_seconds: 120 });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    const { rows } = await sql<{ first: number }>`select min(seq) as first from audit_events`.execute(
      world.database.db,
    );
    expect(rows[0]?.first).toBe(1);
    expect(await stateOf(world.database.owner)).not.toEqual(states[0]);
    expect(states.at(-1)).toEqual(states[0]);
    expect(policies.at(-1)).toEqual(policies[0]);
  });
});
