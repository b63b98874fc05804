import { expect, test } from 'vitest';
import { presets } from '../../src/domain/policy/policy.ts';
import { toStored } from '../../src/domain/policy/stored-policy.ts';
import { openLivePolicies } from '../../src/features/policy/live-policies.ts';
import { useRestoredWorld } from '../support/use-world.ts';

const world = useRestoredWorld('all areas share the policies that these tests change');
/** Live policies, and a row of the area admin that they have not read yet. */
async function beforeChange(policy: unknown) {
  const live = await openLivePolicies(world.database.db, presets.standard);
  await world.database.db
    .updateTable('areas')
    .set({ policy: JSON.stringify(policy) })
    .where('name', '=', 'admin')
    .execute();
  return live;
}

test('a snapshot stays as it was when the policies change', async () => {
  const live = await beforeChange(toStored(presets.strict.admin));
  const snapshot = live.policySnapshot();
  expect(live.policySnapshot()).toBe(snapshot);
  await live.reload();
  expect(snapshot.policies.admin).toEqual(presets.standard.admin);
  expect(live.policies.admin).toEqual(presets.strict.admin);
  expect(live.policySnapshot().policies.admin).toEqual(presets.strict.admin);
});

test('a snapshot keeps its rollout and its report-only policies too', async () => {
  const { db } = world.database;
  const live = await openLivePolicies(db, presets.standard);
  const before = live.policySnapshot();
  await db.updateTable('rollout').set({ phase: 'full' }).execute();
  const trial = JSON.stringify(toStored(presets.strict.admin));
  await db.updateTable('areas').set({ trial }).where('name', '=', 'admin').execute();
  await live.reload();
  expect([before.rollout.phase, before.reportOnly.admin]).toEqual(['soft', undefined]);
  const after = live.policySnapshot();
  expect([after.rollout.phase, after.reportOnly.admin]).toEqual(['full', presets.strict.admin]);
});

test('an area that cannot be read throws in the snapshot, and the others do not', async () => {
  const live = await beforeChange({ mfa: 'sometimes' });
  await live.reload();
  const snapshot = live.policySnapshot();
  expect(() => snapshot.policies.admin).toThrow(
    expect.objectContaining({
      status: 503,
      extensions: expect.objectContaining({ detail: 'The policy of the area admin cannot be read.' }),
    }),
  );
  expect(snapshot.policies.public).toEqual(presets.standard.public);
});
